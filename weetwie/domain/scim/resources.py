"""Users and groups as the directory wrote them, each with a version of its own."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    Executable,
    Text,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.events import PersonErased
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.tables.scim import ScimResource

USER, GROUP = "User", "Group"
ENTRY: Final = "Entry"
"""A user of a directory that is read by LDAP: nobody changes it by SCIM."""
MOST_LOOKED_AT: Final = 100_000
"""So many are looked through for a filter that no index answers."""


class Resource(msgspec.Struct, frozen=True):
    id: int
    kind: str
    person_id: int | None
    document: Mapping[str, Json]
    version: int
    created_at: datetime
    changed_at: datetime


_COLUMNS = [getattr(ScimResource, name) for name in Resource.__struct_fields__]
_ID, _KIND = param("id", BigInteger), param("kind", Text)
_KINDS = ScimResource.kind == func.any(param("kinds", ARRAY(Text)))

_ONE = Query(select(*_COLUMNS).where(ScimResource.id == _ID, ScimResource.kind == _KIND).with_for_update())
_BY_NAME = Query(
    select(*_COLUMNS).where(_KINDS, ScimResource.name == param("name", Text)).order_by(ScimResource.id)
)
_BY_EXTERNAL = Query(
    select(*_COLUMNS).where(_KINDS, ScimResource.external_id == param("name", Text)).order_by(ScimResource.id)
)
_PAGE = Query(
    select(*_COLUMNS)
    .where(
        _KINDS,
        func.strpos(func.folded(cast(ScimResource.document, Text)), func.folded(param("held", Text))) > 0,
    )
    .order_by(ScimResource.kind.desc(), ScimResource.id)
    .offset(param("offset", BigInteger))
    .limit(param("limit", BigInteger))
)
_COUNT = Query(select(func.count()).where(_KINDS))
_PUT = Query(
    insert(ScimResource)
    .values(
        kind=_KIND,
        person_id=param("person_id", BigInteger),
        name=param("name", Text),
        external_id=param("external_id", Text),
        document=param("document", JSONB),
        created_at=param("now", DateTime(timezone=True)),
        changed_at=param("now", DateTime(timezone=True)),
    )
    .returning(ScimResource.id)
)
_CHANGE = Query(
    update(ScimResource)
    .where(ScimResource.id == _ID)
    .values(
        name=param("name", Text),
        external_id=param("external_id", Text),
        document=param("document", JSONB),
        version=ScimResource.version + 1,
        changed_at=param("now", DateTime(timezone=True)),
    )
)
_REMOVE = Query(delete(ScimResource).where(ScimResource.id == _ID))
_ERASED = Query(
    delete(ScimResource).where(ScimResource.person_id == func.any(param("people", ARRAY(BigInteger))))
)
_OF_PERSON = Query(select(*_COLUMNS).where(ScimResource.person_id == _ID))
_PEOPLE = Query(
    select(ScimResource.id, ScimResource.person_id).where(
        ScimResource.id == func.any(param("ids", ARRAY(BigInteger))), ScimResource.kind != GROUP
    )
)


def _groups_of() -> Executable:
    """By the index of members; each user is asked for on their own."""
    asked = func.unnest(param("ids", ARRAY(BigInteger))).table_valued("id").render_derived(name="asked")
    member = func.jsonb_build_array(func.jsonb_build_object("value", cast(asked.c.id, Text)))
    members = literal_column("(scim_resources.document -> 'members')", JSONB)
    return (
        select(asked.c.id, ScimResource.id.label("group_id"), ScimResource.document["displayName"].astext)
        .select_from(asked)
        .join(ScimResource, members.op("@>")(member))
        .where(ScimResource.kind == text("'Group'"))
        .order_by(ScimResource.id)
    )


_GROUPS_OF = Query(_groups_of)


async def one(db: Db, kind: str, id: int) -> Resource | None:
    """Nobody else changes it until the transaction ends."""
    row = await db.row(_ONE, kind=kind, id=id)
    return Resource(**row) if row else None


async def of_person(db: Db, person_id: int) -> Resource | None:
    row = await db.row(_OF_PERSON, id=person_id)
    return Resource(**row) if row else None


async def named(db: Db, kinds: Sequence[str], name: str) -> list[Resource]:
    """By user name or the name of a group, whatever the size of its letters."""
    return [Resource(**row) for row in await db.rows(_BY_NAME, kinds=list(kinds), name=name.lower())]


async def external(db: Db, kinds: Sequence[str], external_id: str) -> list[Resource]:
    return [Resource(**row) for row in await db.rows(_BY_EXTERNAL, kinds=list(kinds), name=external_id)]


async def page(db: Db, kinds: Sequence[str], offset: int, limit: int, *, held: str = "") -> list[Resource]:
    """Users before groups, in the order in which they came; only those in whose document `held` stands, in any case."""
    words = json.dumps(held, ensure_ascii=False)[1:-1]
    rows = await db.rows(_PAGE, kinds=list(kinds), offset=offset, limit=limit, held=words)
    return [Resource(**row) for row in rows]


async def count(db: Db, kinds: Sequence[str]) -> int:
    return int(await db.value(_COUNT, kinds=list(kinds)))


async def put(
    db: Db, kind: str, name: str, external_id: str | None, document: Mapping[str, Json], person_id: int | None
) -> int:
    return int(
        await db.value(
            _PUT,
            kind=kind,
            person_id=person_id,
            name=name.lower(),
            external_id=external_id,
            document=document,
            now=clock.now(),
        )
    )


async def change(db: Db, id: int, name: str, external_id: str | None, document: Mapping[str, Json]) -> None:
    await db.run(
        _CHANGE, id=id, name=name.lower(), external_id=external_id, document=document, now=clock.now()
    )


async def remove(db: Db, id: int) -> None:
    await db.run(_REMOVE, id=id)


async def people(db: Db, ids: Sequence[int]) -> dict[int, int]:
    """Who these users are here."""
    return {row["id"]: row["person_id"] for row in await db.rows(_PEOPLE, ids=list(ids)) if row["person_id"]}


async def groups_of(db: Db, ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """Id and name of the groups that these users are in."""
    found: dict[int, list[tuple[int, str]]] = {}
    for id, group_id, name in await db.rows(_GROUPS_OF, ids=list(ids)):
        found.setdefault(id, []).append((group_id, name or ""))
    return found


async def erased(db: Db, _viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    """What the directory said of them goes with them."""
    await db.run(_ERASED, people=[fact.person_id for fact in facts])
