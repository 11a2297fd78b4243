"""Collections: make, change, delete, and read them with whoever put them together."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Executable,
    Select,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from weetwie.access import allowed, permissions, visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Value, param
from weetwie.database.rows import structs
from weetwie.domain.collections import rules
from weetwie.errors import Forbidden, or_not_found
from weetwie.runtime import clock
from weetwie.tables.collections import Collection, CollectionItem
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person


class SeenCollection(msgspec.Struct, frozen=True):
    id: int
    owner_id: int
    name: str
    description: str
    language: str | None
    tag: str | None
    is_sensitive: bool
    is_discoverable: bool
    created_at: datetime
    updated_at: datetime


class CollectionChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is not set stays."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    language: str | None | UnsetType = UNSET
    tag: str | None | UnsetType = UNSET
    is_sensitive: bool | UnsetType = UNSET
    is_discoverable: bool | UnsetType = UNSET


async def one(db: Db, viewer: Viewer, id: int) -> SeenCollection:
    """Raises NotFound for what the viewer does not see."""
    row = or_not_found(await _ONE.row(db, viewer, id=id))
    return SeenCollection(*row)


async def of_person(
    db: Db, viewer: Viewer, person_id: int, *, limit: int, offset: int
) -> list[SeenCollection]:
    """Those of somebody, the latest first; the owner sees those as well that are not listed."""
    rows = await _OF_PERSON.rows(db, viewer, owner_id=person_id, limit=limit, offset=offset)
    return structs(SeenCollection, rows)


async def featuring(db: Db, viewer: Viewer, *, limit: int, offset: int) -> list[SeenCollection]:
    """Those that the viewer is in."""
    rows = await _FEATURING.rows(db, viewer, limit=limit, offset=offset)
    return structs(SeenCollection, rows)


async def make(db: Db, viewer: Viewer, given: CollectionChange) -> int:
    """Raises Forbidden and Invalid."""
    allowed.check(viewer, permissions.act_as_person)
    values: dict[str, Value] = {
        "language": None,
        "tag": None,
        "description": "",
        "is_sensitive": False,
        "is_discoverable": False,
    }
    values |= _checked({"name": ""} | msgspec.to_builtins(given))
    await db.rows(_HOLD, owner_id=viewer.person_id)
    rules.check_one_more(await db.value(_COUNT, owner_id=viewer.person_id))
    id: int = await db.value(_MAKE, owner_id=viewer.person_id, **values)
    return id


async def change(db: Db, viewer: Viewer, id: int, given: CollectionChange) -> None:
    """Raises NotFound, Forbidden, Invalid."""
    await own(db, viewer, id)
    row = or_not_found(await db.row(_HELD, id=id))
    await db.run(_CHANGE, id=id, now=clock.now(), **(dict(row) | _checked(msgspec.to_builtins(given))))


async def remove(db: Db, viewer: Viewer, id: int) -> None:
    """Raises NotFound and Forbidden."""
    await own(db, viewer, id)
    await db.run(_REMOVE, id=id)


async def own(db: Db, viewer: Viewer, id: int) -> SeenCollection:
    """Raises NotFound for what one does not see, Forbidden for what is another's."""
    found = await one(db, viewer, id)
    if not permissions.change(viewer, found.owner_id, clock.now()):
        raise Forbidden
    return found


def _checked(given: dict[str, Any]) -> dict[str, Value]:
    if "name" in given:
        given["name"] = rules.checked_name(given["name"])
    rules.check_description(given.get("description", ""))
    rules.check_language(given.get("language"))
    return {name: value or None if name in ("language", "tag") else value for name, value in given.items()}


_COLUMNS = [getattr(Collection, name) for name in SeenCollection.__struct_fields__]
_CHANGEABLE = [getattr(Collection, name) for name in CollectionChange.__struct_fields__]
_ID, _OWNER = param("id", BigInteger), param("owner_id", BigInteger)


def _shows(viewer_sql: ViewerSql) -> ColumnElement[bool]:
    """With the profile of its owner, never with the card alone."""
    owner = aliased(Person)
    return visibility.there_is(
        owner,
        owner.id == Collection.owner_id,
        visibility.person(viewer_sql, owner),
        visibility.detail(viewer_sql, owner) >= visibility.PROFILE,
    )


def _one(viewer_sql: ViewerSql) -> Executable:
    return select(*_COLUMNS).where(Collection.id == _ID, _shows(viewer_sql))


def _of_person(viewer_sql: ViewerSql) -> Executable:
    is_listed = or_(Collection.is_discoverable, Collection.owner_id == viewer_sql.id)
    return _paged(select(*_COLUMNS).where(Collection.owner_id == _OWNER, is_listed, _shows(viewer_sql)))


def _featuring(viewer_sql: ViewerSql) -> Executable:
    return _paged(
        select(*_COLUMNS)
        .join(CollectionItem, CollectionItem.collection_id == Collection.id)
        .where(
            CollectionItem.person_id == viewer_sql.id, CollectionItem.revoked_at.is_(None), _shows(viewer_sql)
        )
    )


def _paged(found: Select[*tuple[Any, ...]]) -> Executable:
    return (
        found.order_by(Collection.id.desc())
        .offset(param("offset", BigInteger))
        .limit(param("limit", BigInteger))
    )


_ONE, _OF_PERSON, _FEATURING = VisibleQuery(_one), VisibleQuery(_of_person), VisibleQuery(_featuring)
# Of two that are made at once, the one waits for the other: neither is one too many.
_HOLD = Query(select(Person.id).where(Person.id == _OWNER).with_for_update(key_share=True))
_COUNT = Query(select(func.count()).select_from(Collection).where(Collection.owner_id == _OWNER))
_VALUES = {
    "name": param("name", Text),
    "description": param("description", Text),
    "language": param("language", Text),
    "tag": param("tag", Text),
    "is_sensitive": param("is_sensitive", Boolean),
    "is_discoverable": param("is_discoverable", Boolean),
}
_MAKE = Query(insert(Collection).values(owner_id=_OWNER, **_VALUES).returning(Collection.id))
_HELD = Query(select(*_CHANGEABLE).where(Collection.id == _ID).with_for_update())
_CHANGE = Query(
    update(Collection)
    .where(Collection.id == _ID)
    .values(**_VALUES, updated_at=param("now", DateTime(timezone=True)))
)
_REMOVE = Query(delete(Collection).where(Collection.id == _ID))
