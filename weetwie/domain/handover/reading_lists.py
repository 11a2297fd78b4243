"""What somebody who leaves or changes jobs leaves to the one who comes after them: whom to follow, which threads, which topics.

Both say yes first: who leaves it by leaving it, and by letting their manager say to whom; who comes after them by accepting it.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, Executable, SmallInteger, Text, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import blocks, permissions, visibility
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Value, columns, param
from weetwie.database.rows import structs
from weetwie.errors import Forbidden, Invalid, NotFound, _
from weetwie.events import PersonErased, audit
from weetwie.runtime import clock
from weetwie.tables.handover import ReadingList
from weetwie.tables.people import Person

MOST_PEOPLE, MOST_POSTS, MOST_TOPICS, LONGEST_WORDS = 30, 30, 15, 1000
_NONE, _YES, _NO = range(3)


class LeftList(msgspec.Struct, frozen=True):
    people: Sequence[int] = ()
    post_ids: Sequence[int] = ()
    topics: Sequence[str] = ()
    words: str = ""
    manager_names: bool = False
    successor_id: int | None = None


class OfferedList(msgspec.Struct, frozen=True):
    person_id: int
    """Who leaves it."""
    is_accepted: bool


async def leave(db: Db, viewer: Viewer, given: LeftList) -> None:
    """In the place of the one before. Raises Forbidden where handing over is left to the person alone, and Invalid."""
    _check(viewer)
    _check_size(given)
    if given.successor_id is not None:
        await _check_successor(db, viewer, viewer.person_id, given.successor_id)
    await db.run(_LEAVE, person_id=viewer.person_id, **_fields(given))
    await audit(db, viewer, "handover.leave", viewer.person_id)


async def withdraw(db: Db, viewer: Viewer) -> None:
    _check(viewer)
    await db.run(_WITHDRAW, person_id=viewer.person_id)


async def own(db: Db, viewer: Viewer) -> LeftList | None:
    return next(iter(structs(LeftList, await db.rows(_OWN, person_id=viewer.person_id))), None)


async def to_name(db: Db, viewer: Viewer) -> list[int]:
    """Who works, or worked, for the viewer, left a list to nobody yet, and lets them say to whom."""
    return columns(await _TO_NAME.rows(db, viewer), "person_id") if _reads(viewer) else []


async def name_successor(db: Db, viewer: Viewer, person_id: int, successor_id: int) -> None:
    """By the manager, where the person lets them. Raises NotFound and Invalid."""
    _check(viewer)
    if person_id not in await to_name(db, viewer):
        raise NotFound
    await _check_successor(db, viewer, person_id, successor_id)
    await db.run(_NAME, person_id=person_id, successor_id=successor_id)
    await audit(db, viewer, "handover.name", person_id)


async def offered(db: Db, viewer: Viewer) -> list[OfferedList]:
    """What was left to the viewer, and what they have accepted of it; nobody's whom they do not see or who is blocked."""
    if not _reads(viewer):
        return []
    rows = await _OFFERED.rows(db, viewer)
    return [OfferedList(row["person_id"], row["answer"] == _YES) for row in rows]


async def answer(db: Db, viewer: Viewer, person_id: int, *, accepts: bool) -> None:
    """Nobody hears of a no. Raises NotFound."""
    _check(viewer)
    if person_id not in {one.person_id for one in await offered(db, viewer)}:
        raise NotFound
    await db.run(_ANSWER, person_id=person_id, successor_id=viewer.person_id, answer=_YES if accepts else _NO)


async def read(db: Db, viewer: Viewer, person_id: int) -> LeftList:
    """As it was left; what of it the viewer sees is for `views` to say. Raises NotFound before they have said yes."""
    if OfferedList(person_id, is_accepted=True) not in await offered(db, viewer):
        raise NotFound
    (found,) = structs(LeftList, await db.rows(_OWN, person_id=person_id))
    return found


async def erased(db: Db, _viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    for fact in facts:
        await db.run(_WITHDRAW, person_id=fact.person_id)
        await db.run(_FORGET, person_id=fact.person_id)


def _reads(viewer: Viewer) -> bool:
    """Colleagues alone come after somebody."""
    is_member = viewer.standing is Standing.member and permissions.act(viewer, clock.now())
    return is_member and viewer.policy.handover == "unit"


def _check(viewer: Viewer) -> None:
    if not permissions.act(viewer, clock.now()) or viewer.policy.handover != "unit":
        raise Forbidden(_("Sharing a handover is off here. Only you can see yours."))


def _check_size(given: LeftList) -> None:
    for field, found, most in (
        ("people", given.people, MOST_PEOPLE),
        ("threads", given.post_ids, MOST_POSTS),
        ("topics", given.topics, MOST_TOPICS),
    ):
        if len(found) > most:
            raise Invalid(_("Choose at most {most}."), field=field, most=most)
    if len(given.words) > LONGEST_WORDS:
        raise Invalid(_("Use at most {most} characters."), field="words", most=LONGEST_WORDS)


async def _check_successor(db: Db, viewer: Viewer, person_id: int, successor_id: int) -> None:
    """Somebody else, whom the one who names them sees, and who works here."""
    if successor_id == person_id or not await _FITS.value(db, viewer, id=successor_id, owner=person_id):
        raise Invalid(_("Choose a colleague who works here."), field="successor")


def _fields(given: LeftList) -> dict[str, Value]:
    return {
        "people": list(given.people),
        "post_ids": list(given.post_ids),
        "topics": list(given.topics),
        "words": given.words,
        "manager_names": given.manager_names,
        "successor_id": given.successor_id,
    }


_PERSON, _SUCCESSOR = param("person_id", BigInteger), param("successor_id", BigInteger)
_NEW = insert(ReadingList).values(
    person_id=_PERSON,
    people=param("people", ARRAY(BigInteger)),
    post_ids=param("post_ids", ARRAY(BigInteger)),
    topics=param("topics", ARRAY(Text)),
    words=param("words", Text),
    manager_names=param("manager_names", Boolean),
    successor_id=_SUCCESSOR,
)
_KEPT: Final = func.coalesce(ReadingList.successor_id == _NEW.excluded.successor_id, False)
_CHANGED = {
    name: _NEW.excluded[name]
    for name in ("people", "post_ids", "topics", "words", "manager_names", "successor_id")
}
_LEAVE = Query(
    _NEW.on_conflict_do_update(
        index_elements=["person_id"],
        # Who has answered is not asked again.
        set_={**_CHANGED, "left_at": func.now(), "answer": case((_KEPT, ReadingList.answer), else_=_NONE)},
    )
)
_WITHDRAW = Query(delete(ReadingList).where(ReadingList.person_id == _PERSON))
_OWN = Query(
    select(
        ReadingList.people,
        ReadingList.post_ids,
        ReadingList.topics,
        ReadingList.words,
        ReadingList.manager_names,
        ReadingList.successor_id,
    ).where(ReadingList.person_id == _PERSON)
)
_NAME = Query(
    update(ReadingList).where(ReadingList.person_id == _PERSON).values(successor_id=_SUCCESSOR, answer=_NONE)
)
_ANSWER = Query(
    update(ReadingList)
    .where(ReadingList.person_id == _PERSON, ReadingList.successor_id == _SUCCESSOR)
    .values(answer=param("answer", SmallInteger))
)
_FORGET = Query(
    update(ReadingList)
    .where(func.array_position(ReadingList.people, _PERSON).is_not(None))
    .values(people=func.array_remove(ReadingList.people, _PERSON))
)


def _offered(viewer_sql: ViewerSql) -> Executable:
    return (
        select(ReadingList.person_id, ReadingList.answer)
        .join(Person, Person.id == ReadingList.person_id)
        .where(
            ReadingList.successor_id == viewer_sql.id,
            ReadingList.answer != _NO,
            visibility.person(viewer_sql),
            Person.suspended_at.is_(None),
            ~blocks.is_apart(Person.id, viewer_sql.id),
        )
        .order_by(ReadingList.left_at.desc())
    )


def _to_name(viewer_sql: ViewerSql) -> Executable:
    return (
        select(ReadingList.person_id)
        .join(Person, Person.id == ReadingList.person_id)
        .where(
            Person.manager_id == viewer_sql.id,
            ReadingList.manager_names,
            ReadingList.successor_id.is_(None),
            visibility.person(viewer_sql),
            Person.suspended_at.is_(None),
        )
        .order_by(ReadingList.person_id)
    )


def _fits(viewer_sql: ViewerSql) -> Executable:
    return select(Person.id).where(
        Person.id == param("id", BigInteger),
        visibility.person(viewer_sql),
        Person.standing == int(Standing.member),
        Person.is_bot.is_(False),
        Person.suspended_at.is_(None),
        ~blocks.is_apart(Person.id, param("owner", BigInteger)),
    )


_OFFERED, _TO_NAME, _FITS = VisibleQuery(_offered), VisibleQuery(_to_name), VisibleQuery(_fits)
