"""Somebody wants people to be asked what a post of theirs asks; and no longer."""

from collections.abc import Collection, Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, Executable, SmallInteger, and_, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import permissions, visibility
from weetwie.access.enums import Ring, Standing, Visibility
from weetwie.access.policy import effective
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Record, param
from weetwie.database.sql import BoolSql
from weetwie.domain.questions.rules import MOST_CHOSEN, AskStep, ChosenBy, State
from weetwie.errors import Conflict, Forbidden, Invalid, _, or_not_found
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post
from weetwie.tables.questions import AskedPerson, Question

_WRITTEN_HERE: Final = 0


class ChosenPeople(msgspec.Struct, frozen=True):
    """That people are to be asked: first these, never those."""

    chosen: Sequence[int] = ()
    without: Collection[int] = ()


async def begin(
    db: Db,
    viewer: Viewer,
    post_id: int,
    chosen: Sequence[int] = (),
    without: Collection[int] = (),
    *,
    is_again: bool = False,
) -> None:
    """Of a question of one's own. The worker asks; `chosen` are asked first, `without` never.

    Raises NotFound, Forbidden, Invalid, and Conflict where people are asked already, unless it may have been begun before.
    """
    post = await own_question(db, viewer, post_id)
    chosen = [id for id in dict.fromkeys(chosen) if id != viewer.person_id]
    if len(chosen) > MOST_CHOSEN:
        raise Invalid(_("You can choose up to {most} people to ask."), field="account_ids", most=MOST_CHOSEN)
    await _check_people(db, viewer, Ring(post["ring"]), chosen)
    begun = await db.value(
        _BEGIN, post_id=post_id, asker_id=viewer.person_id, step=int(AskStep.begun), now=clock.now()
    )
    if begun is None and is_again:
        return
    if begun is None:
        raise Conflict(_("People are being asked already."))
    # Whoever is not there is left out without a word, like whoever is not seen.
    dropped = [id for id in dict.fromkeys(without) if id not in chosen]
    await _put(db, post_id, chosen, State.waits, ChosenBy.asker)
    await _put(db, post_id, dropped, State.out, ChosenBy.dropped)
    # Those who wait for work look for it when the transaction has ended.
    db.wake_after_commit()


async def own_question(db: Db, viewer: Viewer, post_id: int) -> Record:
    """Raises NotFound, and Forbidden or Invalid for a post with which nobody can be asked."""
    post = or_not_found(await _POST.row(db, viewer, id=post_id))
    if not permissions.change(viewer, post["author_id"], clock.now()):
        raise Forbidden(_("Only the person who asked can do this."))
    if not (post["is_question"] and post["visibility"] <= Visibility.unlisted):
        raise Invalid(
            _("You can only ask people with a question, not in a direct message or a followers-only post.")
        )
    if post["reply_to_id"] is not None or post["origin"] != _WRITTEN_HERE:
        raise Invalid(_("You can ask people with a question of its own, not with a reply."))
    return post


async def close(db: Db, viewer: Viewer, post_id: int) -> None:
    """No one else will be asked."""
    await own_question(db, viewer, post_id)
    await db.run(_CLOSE, post_id=post_id)


async def widen(db: Db, viewer: Viewer, post_id: int) -> None:
    """The next step is taken now. Raises Conflict where there is none."""
    await own_question(db, viewer, post_id)
    if not await db.run(_WIDEN, post_id=post_id, now=clock.now()):
        raise Conflict(_("No one else will be asked."))
    db.wake_after_commit()


async def _check_people(db: Db, viewer: Viewer, ring: Ring, chosen: Sequence[int]) -> None:
    """What one sees of them alone decides. Raises Invalid."""
    rows = await _PEOPLE.rows(db, viewer, ids=list(chosen))
    if len(rows) < len(chosen):
        raise Invalid(_("One of these people can't be asked."), field="account_ids")
    if effective(ring, viewer.policy) is Ring.colleagues:
        outside = sorted(row["handle"] for row in rows if row["standing"] != Standing.member)
        if outside:
            raise Invalid(
                _("{names} can't see this: it's for colleagues only. Choose a wider audience."),
                field="account_ids",
                names=", ".join(f"@{handle}" for handle in outside),
            )


async def _put(db: Db, post_id: int, people: Sequence[int], state: State, by: ChosenBy) -> None:
    if people:
        await db.run(_PUT, post_id=post_id, people=list(people), state=int(state), by=int(by))


def _post(viewer_sql: ViewerSql) -> Executable:
    return select(
        Post.author_id, Post.is_question, Post.visibility, Post.ring, Post.reply_to_id, Post.origin
    ).where(
        Post.id == param("id", BigInteger), Post.boost_of_id.is_(None), visibility.parent(viewer_sql, Post)
    )


def can_be_asked(of: type[Person]) -> BoolSql:
    """What everybody sees of somebody."""
    return and_(
        of.has_joined,
        ~of.is_bot,
        of.is_dormant.is_(False),
        of.suspended_at.is_(None),
        of.erased_at.is_(None),
    )


def is_answered(viewer_sql: ViewerSql) -> BoolSql:
    """Whether the viewer sees the answer that was accepted: one that they do not see is none to them."""
    answer = aliased(Post)
    return visibility.there_is(answer, answer.id == Post.answer_id, visibility.parent(viewer_sql, answer))


def _people(viewer_sql: ViewerSql) -> Executable:
    return select(Person.id, Person.handle, Person.standing).where(
        Person.id == func.any(param("ids", ARRAY(BigInteger))),
        can_be_asked(Person),
        visibility.card(viewer_sql, Person),
    )


_POST = VisibleQuery(_post)
_PEOPLE = VisibleQuery(_people)
_NOW = param("now", DateTime(timezone=True))
_POST_ID = param("post_id", BigInteger)
_BEGIN = Query(
    insert(Question)
    .values(
        post_id=_POST_ID,
        asker_id=param("asker_id", BigInteger),
        step=param("step", SmallInteger),
        due_at=_NOW,
    )
    .on_conflict_do_update(
        index_elements=[Question.post_id],
        set_={"step": param("step", SmallInteger), "due_at": _NOW},
        where=Question.step < int(AskStep.begun),
    )
    .returning(Question.post_id)
)
_CLOSE = Query(update(Question).where(Question.post_id == _POST_ID).values(is_closed=True, due_at=None))
_WIDEN = Query(
    update(Question)
    .where(Question.post_id == _POST_ID, Question.due_at.is_not(None), ~Question.is_closed)
    .values(due_at=_NOW)
)
_PUT = Query(
    insert(AskedPerson)
    .from_select(
        ["post_id", "person_id", "chosen_by", "state"],
        select(_POST_ID, Person.id, param("by", SmallInteger), param("state", SmallInteger)).where(
            Person.id == func.any(param("people", ARRAY(BigInteger)))
        ),
    )
    .on_conflict_do_nothing()
)
