"""Who is on a list: people whom its owner follows, and the owner. Whom one no longer follows comes off."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions, visibility
from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.lists import lists, rules
from weetwie.errors import NotFound, _
from weetwie.events import PersonErased, PersonUnfollowed
from weetwie.tables.lists import List, ListMember
from weetwie.tables.people import Person
from weetwie.tables.relations import Follow
from weetwie.views.numbered import Numbered, NumberedList

_LIST_ID = param("list_id", BigInteger)
_PEOPLE = func.any(param("people", ARRAY(BigInteger)))

_MEMBERS = NumberedList(
    lambda viewer_sql: (
        select(ListMember.number, ListMember.person_id.label("id"))
        .join(List, List.id == ListMember.list_id)
        .join(Person, Person.id == ListMember.person_id)
        .where(List.id == _LIST_ID, List.owner_id == viewer_sql.id, visibility.person(viewer_sql))
    ),
    most=rules.MOST_MEMBERS,
)
_HOLD = Query(select(List.id).where(List.id == _LIST_ID).with_for_update())
# Whoever unfollows one of them right now waits, and then takes them off the list again.
_FOLLOWED = Query(
    select(Follow.followed_id)
    .where(Follow.follower_id == param("owner_id", BigInteger), Follow.followed_id == _PEOPLE)
    .with_for_update(read=True, key_share=True)
)
_ADD = Query(
    insert(ListMember)
    .from_select(
        ["list_id", "person_id"],
        select(_LIST_ID, func.unnest(param("people", ARRAY(BigInteger)))),
    )
    .on_conflict_do_nothing()
)
_COUNT = Query(select(func.count()).select_from(ListMember).where(ListMember.list_id == _LIST_ID))
_TAKE_OFF = Query(delete(ListMember).where(ListMember.list_id == _LIST_ID, ListMember.person_id == _PEOPLE))
_UNFOLLOWED = Query(
    delete(ListMember).where(
        ListMember.person_id == param("person_id", BigInteger),
        ListMember.list_id == List.id,
        List.owner_id == param("owner_id", BigInteger),
    )
)
_ERASED = [
    Query(delete(List).where(List.owner_id == _PEOPLE)),
    Query(delete(ListMember).where(ListMember.person_id == _PEOPLE)),
]


async def members(db: Db, viewer: Viewer, list_id: int, page: Page) -> list[Numbered]:
    """The latest added first. Raises NotFound for what is no list of the viewer's."""
    await lists.own_list(db, viewer, list_id)
    return await _MEMBERS.page(db, viewer, page, list_id=list_id)


async def add(db: Db, viewer: Viewer, list_id: int, people: Sequence[int]) -> None:
    """Who is there already stays. Raises NotFound where the viewer does not follow one of them: then nobody is added."""
    allowed.check(viewer, permissions.act_as_person)
    await lists.own_list(db, viewer, list_id)
    wanted = sorted(set(people))
    await db.rows(_HOLD, list_id=list_id)
    followed = columns(await db.rows(_FOLLOWED, owner_id=viewer.person_id, people=wanted), "followed_id")
    if set(wanted) - {viewer.person_id, *followed}:
        raise NotFound(_("You can only add people you follow to a list."))
    await db.run(_ADD, list_id=list_id, people=wanted)
    rules.check_length(await db.value(_COUNT, list_id=list_id))


async def take_off(db: Db, viewer: Viewer, list_id: int, people: Sequence[int]) -> None:
    allowed.check(viewer, permissions.act_as_person)
    await lists.own_list(db, viewer, list_id)
    await db.run(_TAKE_OFF, list_id=list_id, people=list(people))


async def unfollowed(db: Db, viewer: Viewer, facts: Sequence[PersonUnfollowed]) -> None:
    for fact in facts:
        await db.run(_UNFOLLOWED, owner_id=fact.follower_id, person_id=fact.followed_id)


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    for query in _ERASED:
        await db.run(query, people=[fact.person_id for fact in facts])
