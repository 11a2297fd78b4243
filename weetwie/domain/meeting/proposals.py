"""What two people were asked, each alone, and what they said. Nobody learns what the other said before both said yes."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Executable,
    SmallInteger,
    Text,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import allowed, permissions, visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.database.sql import BoolSql, before_now, there_is
from weetwie.domain.meeting.pairs import SHOWN, may_meet
from weetwie.domain.meeting.rules import SharedThing
from weetwie.errors import or_not_found
from weetwie.runtime import clock
from weetwie.tables.declared import InstrumentedAttribute, aliased
from weetwie.tables.knowledge import Topic
from weetwie.tables.meeting import Meeting
from weetwie.tables.people import Person
from weetwie.tables.posts import Post

OPEN_FOR: Final = timedelta(days=14)
_KEPT: Final = timedelta(days=365)


class WaitingMeeting(msgspec.Struct, frozen=True):
    """As one of the two reads it."""

    id: int
    other_id: int
    kind: str
    topic: str
    bond: int | None
    others_bond: int | None
    has_said_yes: bool


async def turn(db: Db, now: datetime) -> list[int]:
    """Whose hour of the week this is: everybody has one."""
    hour = int(now.timestamp() // 3600) % _HOURS
    return columns(await db.rows(_TURN, hour=hour), "id")


async def propose(db: Db, person_id: int, found: SharedThing) -> None:
    first = person_id < found.other_id
    bonds = (found.bond, found.others_bond) if first else (found.others_bond, found.bond)
    posts = (found.post_id, found.others_post_id) if first else (found.others_post_id, found.post_id)
    await db.run(
        _PROPOSE,
        first_id=min(person_id, found.other_id),
        second_id=max(person_id, found.other_id),
        kind=found.kind,
        topic=found.topic,
        first_bond=_text(bonds[0]),
        second_bond=_text(bonds[1]),
        first_post_id=posts[0],
        second_post_id=posts[1],
        at=clock.now(),
    )


async def waiting(db: Db, viewer: Viewer) -> list[WaitingMeeting]:
    """What the viewer has not said no to, while all of it still holds; the newest first."""
    if not viewer.is_person:
        return []
    rows = await db.rows(
        _WAITING,
        person_id=viewer.person_id,
        since=clock.now() - OPEN_FOR,
        **visibility.today(viewer),
    )
    return [
        WaitingMeeting(
            row["id"],
            row["other_id"],
            row["kind"],
            row["topic"],
            _number(row["bond"]),
            _number(row["others_bond"]),
            row["says"] is True,
        )
        for row in rows
    ]


async def answer(db: Db, viewer: Viewer, meeting_id: int, *, says: bool) -> WaitingMeeting | None:
    """The meeting, where both have said yes by now. Raises NotFound."""
    allowed.check(viewer, permissions.act)
    asked = or_not_found(next((one for one in await waiting(db, viewer) if one.id == meeting_id), None))
    row = await db.row(_ANSWER, id=meeting_id, person_id=viewer.person_id, says=says)
    return asked if row is not None and row["first_says"] and row["second_says"] else None


async def introduced(db: Db, meeting_id: int) -> None:
    await db.run(_INTRODUCED, id=meeting_id, at=clock.now())


async def forget_old(db: Db) -> None:
    """For the schedule: what people said goes after two weeks, and after a year that they were asked."""
    now = clock.now()
    await db.run(_FORGET_ANSWERS, before=now - OPEN_FOR)
    await db.run(_FORGET, before=now - _KEPT)


def _text(bond: int | None) -> str:
    return "" if bond is None else str(bond)


def _number(bond: str) -> int | None:
    return int(bond) if bond else None


_HOURS: Final = 168
_ID, _PERSON_ID = param("id", BigInteger), param("person_id", BigInteger)
_AT, _BEFORE = param("at", DateTime(timezone=True)), param("before", DateTime(timezone=True))
_TURN = Query(
    select(Person.id)
    .where(
        func.abs(func.hashint8(Person.id) % _HOURS) == param("hour", SmallInteger),
        Person.has_joined,
        Person.is_dormant.is_(False),
        Person.erased_at.is_(None),
    )
    .order_by(Person.id)
)
_WORDS = ("kind", "topic", "first_bond", "second_bond")
_PEOPLE = ("first_id", "second_id", "first_post_id", "second_post_id")
_PROPOSE = Query(
    insert(Meeting)
    .values(
        proposed_at=_AT,
        **{name: param(name, Text) for name in _WORDS},
        **{name: param(name, BigInteger) for name in _PEOPLE},
    )
    .on_conflict_do_nothing()
)


def _is_still_shared(first: type[Person], second: type[Person]) -> BoolSql:
    """The topic stands on both profiles; the posts are there, and each sees the other's."""
    mine, theirs, one, other = aliased(Topic), aliased(Topic), aliased(Post), aliased(Post)

    def has(topic: type[Topic], person: type[Person]) -> BoolSql:
        return there_is(
            topic, topic.person_id == person.id, topic.key == Meeting.topic, topic.choice <= SHOWN
        )

    def sees(person: type[Person], post: type[Post], id: InstrumentedAttribute[int | None]) -> BoolSql:
        return there_is(post, post.id == id, visibility.parent(visibility.of(person), post))

    return case(
        (Meeting.kind == "topic", and_(has(mine, first), has(theirs, second))),
        else_=and_(sees(second, one, Meeting.first_post_id), sees(first, other, Meeting.second_post_id)),
    )


def _waiting() -> Executable:
    first, second = aliased(Person), aliased(Person)
    is_first = Meeting.first_id == _PERSON_ID
    says = case((is_first, Meeting.first_says), else_=Meeting.second_says)
    return (
        select(
            Meeting.id,
            case((is_first, Meeting.second_id), else_=Meeting.first_id).label("other_id"),
            Meeting.kind,
            Meeting.topic,
            case((is_first, Meeting.first_bond), else_=Meeting.second_bond).label("bond"),
            case((is_first, Meeting.second_bond), else_=Meeting.first_bond).label("others_bond"),
            says.label("says"),
        )
        .join(first, first.id == Meeting.first_id)
        .join(second, second.id == Meeting.second_id)
        .where(
            or_(is_first, Meeting.second_id == _PERSON_ID),
            Meeting.proposed_at > param("since", DateTime(timezone=True)),
            Meeting.introduced_at.is_(None),
            says.is_not(False),
            may_meet(first, second),
            _is_still_shared(first, second),
        )
        .order_by(Meeting.id.desc())
    )


_WAITING = Query(_waiting)
ANY = or_(
    *(
        there_is(
            Meeting,
            one_of_them == visibility.VIEWER.id,
            Meeting.proposed_at > before_now(OPEN_FOR),
            Meeting.introduced_at.is_(None),
        )
        for one_of_them in (Meeting.first_id, Meeting.second_id)
    )
)
"""Whether the viewer can be asked something."""
_SAYS = param("says", Boolean)
_ANSWER = Query(
    update(Meeting)
    .where(Meeting.id == _ID, Meeting.introduced_at.is_(None))
    .values(
        first_says=case((Meeting.first_id == _PERSON_ID, _SAYS), else_=Meeting.first_says),
        second_says=case((Meeting.second_id == _PERSON_ID, _SAYS), else_=Meeting.second_says),
    )
    .returning(Meeting.first_says, Meeting.second_says)
)
_INTRODUCED = Query(update(Meeting).where(Meeting.id == _ID).values(introduced_at=_AT))
_FORGET_ANSWERS = Query(
    update(Meeting)
    .where(Meeting.proposed_at < _BEFORE, Meeting.introduced_at.is_(None))
    .values(first_says=None, second_says=None)
)
_FORGET = Query(delete(Meeting).where(Meeting.proposed_at < _BEFORE))
