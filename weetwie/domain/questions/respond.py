"""What somebody who is asked does with a question: later, not about this, ask somebody else. When, is kept nowhere."""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, Executable, SmallInteger, Text, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions, visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import struct, structs
from weetwie.domain.questions.rules import ChosenBy, State
from weetwie.errors import Forbidden, Invalid, _, or_not_found
from weetwie.tables.posts import Post
from weetwie.tables.questions import AskedPerson, Pointer, Question, RefusedTopic

MOST_REFUSED: Final = 200
MOST_NAMED: Final = 3
"""So many somebody names for one question."""


class AskedOfMe(msgspec.Struct, frozen=True):
    """How somebody stands to a question that they are asked."""

    asker_id: int
    state: int
    chosen_by: int
    topic: str
    terms: list[int]


class OwnTopic(msgspec.Struct, frozen=True):
    id: int
    name: str


class OwnPointer(msgspec.Struct, frozen=True):
    """`by_id` is None for the one named, unless the other stands behind it."""

    id: int
    by_id: int | None
    to_id: int
    name: str


async def asked(db: Db, viewer: Viewer, post_id: int) -> AskedOfMe:
    """Raises NotFound for a question that the viewer does not see, Forbidden where they are not asked."""
    allowed.check(viewer, permissions.act)
    row = await _ASKED.row(db, viewer, post_id=post_id)
    if row is None:
        await check_seen(db, viewer, post_id)
        raise Forbidden(_("You weren't asked this."))
    return struct(AskedOfMe, row)


async def check_seen(db: Db, viewer: Viewer, post_id: int) -> None:
    """Raises NotFound for what is no question that the viewer sees."""
    or_not_found(await _SEEN.value(db, viewer, post_id=post_id))


async def not_now(db: Db, viewer: Viewer, post_id: int) -> None:
    """It stays in their list; they hear no more of it."""
    await asked(db, viewer, post_id)
    await _put(db, viewer, post_id, State.not_now)


async def not_my_topic(db: Db, viewer: Viewer, post_id: int) -> None:
    """It leaves their list, and no question that says the same words reaches them again."""
    one = await asked(db, viewer, post_id)
    await _put(db, viewer, post_id, State.passed)
    if not one.terms:
        return
    if await db.value(_COUNT_REFUSED, person_id=viewer.person_id) >= MOST_REFUSED:
        raise Invalid(
            _("You've said this of {most} topics already. Remove one in your settings first."),
            most=MOST_REFUSED,
        )
    await db.run(_REFUSE, person_id=viewer.person_id, name=one.topic, terms=one.terms)


async def named(
    db: Db,
    viewer: Viewer,
    one: AskedOfMe,
    post_id: int,
    people: Sequence[int],
    known: Sequence[int],
    *,
    openly: bool,
) -> None:
    """Others are to be asked: they wait in the row until they are. `known` are those of whom the one who names reads that they
    named them: by what they see alone, whoever was asked before or is away. Neither does their number tell of anybody."""
    who = {"post_id": post_id, "person_id": viewer.person_id}
    if not await db.run(_COUNT_NAMED, **who, number=len(known), most=MOST_NAMED):
        raise Invalid(_("You can name up to {most} people for a question."), most=MOST_NAMED)
    by_id = viewer.person_id
    for id in people:
        await db.run(_NAME, post_id=post_id, person_id=id, by_id=by_id, by=int(ChosenBy.named), openly=openly)
    await _put(db, viewer, post_id, State.named)
    for id in known if one.terms else ():
        await db.run(_POINT, by_id=by_id, to_id=id, name=one.topic, terms=one.terms, openly=openly)


async def refused(db: Db, viewer: Viewer) -> list[OwnTopic]:
    return structs(OwnTopic, await db.rows(_OWN_REFUSED, person_id=viewer.person_id))


async def allow(db: Db, viewer: Viewer, id: int) -> None:
    """One may be asked about it again. One's own; any other id changes nothing."""
    await db.run(_ALLOW, id=id, person_id=viewer.person_id)


async def pointers(db: Db, viewer: Viewer) -> list[OwnPointer]:
    """Whom one named, and for what one was named."""
    return structs(OwnPointer, await db.rows(_POINTERS, person_id=viewer.person_id))


async def forget_pointer(db: Db, viewer: Viewer, id: int) -> None:
    await db.run(_FORGET_POINTER, id=id, person_id=viewer.person_id)


async def _put(db: Db, viewer: Viewer, post_id: int, state: State) -> None:
    await db.run(_STATE, post_id=post_id, person_id=viewer.person_id, state=int(state))


_POST_ID, _PERSON_ID = param("post_id", BigInteger), param("person_id", BigInteger)


def _asked(viewer_sql: ViewerSql) -> Executable:
    return (
        select(Question.asker_id, AskedPerson.state, AskedPerson.chosen_by, Question.topic, Question.terms)
        .join(AskedPerson, AskedPerson.post_id == Question.post_id)
        .join(Post, Post.id == Question.post_id)
        .where(
            Question.post_id == _POST_ID,
            AskedPerson.person_id == viewer_sql.id,
            AskedPerson.state != int(State.out),
            visibility.parent(viewer_sql, Post),
        )
    )


def _seen(viewer_sql: ViewerSql) -> Executable:
    return select(Post.id).where(
        Post.id == _POST_ID, Post.is_question, Post.boost_of_id.is_(None), visibility.parent(viewer_sql, Post)
    )


_ASKED, _SEEN = VisibleQuery(_asked), VisibleQuery(_seen)
_STATE = Query(
    update(AskedPerson)
    .where(
        AskedPerson.post_id == _POST_ID,
        AskedPerson.person_id == _PERSON_ID,
        AskedPerson.state != int(State.out),
    )
    .values(state=param("state", SmallInteger), tell_at=None, mail_at=None)
)
_COUNT_REFUSED = Query(
    select(func.count()).select_from(RefusedTopic).where(RefusedTopic.person_id == _PERSON_ID)
)
_REFUSE = Query(
    insert(RefusedTopic)
    .values(person_id=_PERSON_ID, name=param("name", Text), terms=param("terms", ARRAY(BigInteger)))
    .on_conflict_do_nothing()
)
_NUMBER = param("number", SmallInteger)
_COUNT_NAMED = Query(
    update(AskedPerson)
    .where(
        AskedPerson.post_id == _POST_ID,
        AskedPerson.person_id == _PERSON_ID,
        AskedPerson.named + _NUMBER <= param("most", SmallInteger),
    )
    .values(named=AskedPerson.named + _NUMBER)
)
_NAME = Query(
    insert(AskedPerson)
    .values(
        post_id=_POST_ID,
        person_id=_PERSON_ID,
        chosen_by=param("by", SmallInteger),
        named_by_id=param("by_id", BigInteger),
        is_named_openly=param("openly", Boolean),
        state=int(State.waits),
    )
    .on_conflict_do_nothing()
)
_POINT = Query(
    insert(Pointer)
    .values(
        by_id=param("by_id", BigInteger),
        to_id=param("to_id", BigInteger),
        name=param("name", Text),
        terms=param("terms", ARRAY(BigInteger)),
        is_open=param("openly", Boolean),
    )
    .on_conflict_do_nothing()
)
_OWN_REFUSED = Query(
    select(RefusedTopic.id, RefusedTopic.name)
    .where(RefusedTopic.person_id == _PERSON_ID)
    .order_by(RefusedTopic.name)
)
_ALLOW = Query(
    delete(RefusedTopic).where(
        RefusedTopic.id == param("id", BigInteger), RefusedTopic.person_id == _PERSON_ID
    )
)
_ITS_TWO = (Pointer.by_id == _PERSON_ID) | (Pointer.to_id == _PERSON_ID)
_POINTERS = Query(
    select(
        Pointer.id,
        case((Pointer.is_open | (Pointer.by_id == _PERSON_ID), Pointer.by_id)).label("by_id"),
        Pointer.to_id,
        Pointer.name,
    )
    .where(_ITS_TWO)
    .order_by(Pointer.id.desc())
)
_FORGET_POINTER = Query(delete(Pointer).where(Pointer.id == param("id", BigInteger), _ITS_TWO))
