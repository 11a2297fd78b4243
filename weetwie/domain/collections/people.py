"""Who is in a collection: people who let themselves be found. Whoever takes themselves out stays out."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, DateTime, Executable, Select, and_, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import blocks, permissions, visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.domain.collections import collections, rules
from weetwie.errors import Conflict, Forbidden, NotFound, _, or_not_found
from weetwie.events import PersonErased
from weetwie.runtime import clock
from weetwie.tables.collections import Collection, CollectionItem
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person


class SeenCollectionItem(NamedTuple):
    id: int
    collection_id: int
    person_id: int
    created_at: datetime


async def items(db: Db, viewer: Viewer, collection_ids: Sequence[int]) -> list[SeenCollectionItem]:
    """As far as the viewer sees who is in them; in the order in which they came. The collections must have been found
    for this viewer."""
    return [SeenCollectionItem(*row) for row in await _ITEMS.rows(db, viewer, ids=list(collection_ids))]


async def add(db: Db, viewer: Viewer, collection_id: int, person_id: int) -> SeenCollectionItem:
    """Raises NotFound for whom one does not see, Forbidden for who does not want it, Conflict for who is there already."""
    await collections.own(db, viewer, collection_id)
    wish = or_not_found(await _WISH.row(db, viewer, person_id=person_id))
    await db.rows(_HOLD, id=collection_id)
    before = await db.row(_BEFORE, id=collection_id, person_id=person_id)
    if before is not None and before["revoked_at"] is None:
        raise Conflict(_("This person is already in the collection."))
    if before is not None or not wish["lets"]:
        raise Forbidden(_("This person doesn't want to be in this collection."))
    added = await db.row(_ADD, id=collection_id, person_id=person_id)
    assert added is not None, "an insert returns its row"
    rules.check_length(await db.value(_COUNT, id=collection_id))
    return SeenCollectionItem(*added)


async def take_out(db: Db, viewer: Viewer, collection_id: int, item_id: int) -> None:
    """Its owner does. Raises NotFound and Forbidden."""
    await collections.own(db, viewer, collection_id)
    if not await db.run(_TAKE_OUT, id=collection_id, item_id=item_id):
        raise NotFound


async def leave(db: Db, viewer: Viewer, collection_id: int, item_id: int) -> None:
    """Who is in it does, and stays out. Raises NotFound and Forbidden."""
    await collections.one(db, viewer, collection_id)
    found = [one for one in await items(db, viewer, [collection_id]) if one.id == item_id]
    if not found:
        raise NotFound
    if not permissions.change(viewer, found[0].person_id, clock.now()):
        raise Forbidden
    await db.run(_LEAVE, item_id=item_id, now=clock.now())


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    people = [fact.person_id for fact in facts]
    for query in _ERASED:
        await db.run(query, people=people)


def _items(viewer_sql: ViewerSql) -> Executable:
    item, person, of = aliased(CollectionItem), aliased(Person), aliased(Collection)
    return (
        select(item.id, item.collection_id, item.person_id, item.created_at)
        .join(of, of.id == item.collection_id)
        .join(person, person.id == item.person_id)
        .where(
            item.collection_id == func.any(param("ids", ARRAY(BigInteger))),
            item.revoked_at.is_(None),
            ~blocks.is_apart(of.owner_id, item.person_id),
            visibility.person(viewer_sql, person),
        )
        .order_by(item.id)
    )


def _wish(viewer_sql: ViewerSql) -> Select[bool]:
    """Of somebody whom one sees beyond their card: whether they let themselves be put forward."""
    person = aliased(Person)
    lets = and_(person.is_discoverable, ~blocks.is_apart(viewer_sql.id, person.id))
    return select(lets.label("lets")).where(
        person.id == param("person_id", BigInteger),
        visibility.person(viewer_sql, person),
        visibility.detail(viewer_sql, person) >= visibility.PROFILE,
    )


_ITEMS, _WISH = VisibleQuery(_items), VisibleQuery(_wish)
_ID, _ITEM_ID, _PERSON_ID = (param(name, BigInteger) for name in ("id", "item_id", "person_id"))
_PEOPLE = func.any(param("people", ARRAY(BigInteger)))
_HOLD = Query(
    update(Collection).where(Collection.id == _ID).values(updated_at=func.now()).returning(Collection.id)
)
_BEFORE = Query(
    select(CollectionItem.revoked_at).where(
        CollectionItem.collection_id == _ID, CollectionItem.person_id == _PERSON_ID
    )
)
_ADD = Query(
    insert(CollectionItem)
    .values(collection_id=_ID, person_id=_PERSON_ID)
    .returning(
        CollectionItem.id, CollectionItem.collection_id, CollectionItem.person_id, CollectionItem.created_at
    )
)
_COUNT = Query(
    select(func.count())
    .select_from(CollectionItem)
    .where(CollectionItem.collection_id == _ID, CollectionItem.revoked_at.is_(None))
)
_TAKE_OUT = Query(
    delete(CollectionItem).where(
        CollectionItem.collection_id == _ID,
        CollectionItem.id == _ITEM_ID,
        CollectionItem.revoked_at.is_(None),
    )
)
_LEAVE = Query(
    update(CollectionItem)
    .where(CollectionItem.id == _ITEM_ID)
    .values(revoked_at=param("now", DateTime(timezone=True)))
)
_ERASED = (
    Query(delete(Collection).where(Collection.owner_id == _PEOPLE)),
    Query(delete(CollectionItem).where(CollectionItem.person_id == _PEOPLE)),
)
