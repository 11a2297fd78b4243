"""The lists of a person: make, change, delete, read. Nobody else's list is ever found."""

from typing import NamedTuple

from sqlalchemy import BigInteger, Boolean, SmallInteger, Text, delete, func, insert, select, update

from weetwie.access import allowed, permissions, visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.lists import rules
from weetwie.errors import NotFound, or_not_found
from weetwie.tables.lists import List, ListMember
from weetwie.tables.people import Person


class OwnList(NamedTuple):
    id: int
    title: str
    replies_policy: int
    is_exclusive: bool


_COLUMNS = (List.id, List.title, List.replies_policy, List.is_exclusive)
_IS_OWN = List.owner_id == param("owner_id", BigInteger)
_ID = List.id == param("id", BigInteger)

ANY = visibility.there_is(List, List.owner_id == visibility.VIEWER.id)
"""Whether the viewer has one."""
_LISTS = Query(select(*_COLUMNS).where(_IS_OWN).order_by(List.id))
_LIST = Query(select(*_COLUMNS).where(_IS_OWN, _ID))
_WITH = Query(
    select(*_COLUMNS)
    .join(ListMember, ListMember.list_id == List.id)
    .where(_IS_OWN, ListMember.person_id == param("person_id", BigInteger))
    .order_by(List.id)
)
# Of two that are made at once, the one waits for the other: neither is one too many.
_HOLD = Query(
    select(Person.id).where(Person.id == param("owner_id", BigInteger)).with_for_update(key_share=True)
)
_COUNT = Query(select(func.count()).select_from(List).where(_IS_OWN))
_MAKE = Query(
    insert(List)
    .values(
        owner_id=param("owner_id", BigInteger),
        title=param("title", Text),
        replies_policy=param("replies_policy", SmallInteger),
        is_exclusive=param("is_exclusive", Boolean),
    )
    .returning(List.id)
)
_CHANGE = Query(
    update(List)
    .where(_IS_OWN, _ID)
    .values(
        title=func.coalesce(param("title", Text), List.title),
        replies_policy=func.coalesce(param("replies_policy", SmallInteger), List.replies_policy),
        is_exclusive=func.coalesce(param("is_exclusive", Boolean), List.is_exclusive),
    )
)
_DELETE = Query(delete(List).where(_IS_OWN, _ID))


async def lists(db: Db, viewer: Viewer) -> list[OwnList]:
    return [OwnList(*row) for row in await db.rows(_LISTS, owner_id=viewer.person_id)]


async def own_list(db: Db, viewer: Viewer, list_id: int) -> OwnList:
    """Raises NotFound for what is no list of the viewer's."""
    row = or_not_found(await db.row(_LIST, owner_id=viewer.person_id, id=list_id))
    return OwnList(*row)


async def lists_with(db: Db, viewer: Viewer, person_id: int) -> list[OwnList]:
    """The viewer's lists that hold somebody."""
    rows = await db.rows(_WITH, owner_id=viewer.person_id, person_id=person_id)
    return [OwnList(*row) for row in rows]


async def make(db: Db, viewer: Viewer, title: str, replies_policy: int, *, is_exclusive: bool) -> int:
    allowed.check(viewer, permissions.act_as_person)
    title = rules.checked_title(title)
    await db.rows(_HOLD, owner_id=viewer.person_id)
    rules.check_one_more(await db.value(_COUNT, owner_id=viewer.person_id))
    list_id: int = await db.value(
        _MAKE,
        owner_id=viewer.person_id,
        title=title,
        replies_policy=replies_policy,
        is_exclusive=is_exclusive,
    )
    return list_id


async def change(
    db: Db,
    viewer: Viewer,
    list_id: int,
    *,
    title: str | None = None,
    replies_policy: int | None = None,
    is_exclusive: bool | None = None,
) -> None:
    """What is not given stays."""
    allowed.check(viewer, permissions.act_as_person)
    await own_list(db, viewer, list_id)
    await db.run(
        _CHANGE,
        owner_id=viewer.person_id,
        id=list_id,
        title=None if title is None else rules.checked_title(title),
        replies_policy=replies_policy,
        is_exclusive=is_exclusive,
    )


async def remove(db: Db, viewer: Viewer, list_id: int) -> None:
    allowed.check(viewer, permissions.act_as_person)
    if not await db.run(_DELETE, owner_id=viewer.person_id, id=list_id):
        raise NotFound
