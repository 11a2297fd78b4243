"""Polls come with a post, change with it, go with it, and end by the clock."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import BigInteger, Boolean, DateTime, Executable, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.polls import rules
from weetwie.domain.polls.rules import Ballot
from weetwie.events import PollChanged, PollEnded, PostDeleted, record
from weetwie.runtime import clock
from weetwie.tables.polls import Poll, Vote


async def put(db: Db, viewer: Viewer, post_id: int, ballot: Ballot, *, has_media: bool) -> None:
    """Gives the viewer's own post a poll, or changes the one that it has: other options begin anew, without votes.

    Raises Invalid.
    """
    ballot = rules.checked(ballot, has_media=has_media)
    assert ballot.lasts is not None, "checked"
    options = list(ballot.options)
    before = await db.row(_HOLD, post_id=post_id)
    asks_the_same = before is not None and (
        before["options"] == options and before["is_multiple"] == ballot.is_multiple
    )
    if not asks_the_same:
        await db.run(_FORGET_VOTES, post_id=post_id)
    await db.run(
        _PUT,
        post_id=post_id,
        options=options,
        counts=before["counts"] if before and asks_the_same else [0] * len(options),
        voters_count=before["voters_count"] if before and asks_the_same else 0,
        ends_at=clock.now() + timedelta(seconds=ballot.lasts),
        is_multiple=ballot.is_multiple,
        hides_totals=ballot.hides_totals,
    )
    await record(db, viewer, PollChanged(post_id))


async def has_poll(db: Db, post_id: int) -> bool:
    return await db.row(_HOLD, post_id=post_id) is not None


async def take_out(db: Db, viewer: Viewer, post_id: int) -> None:
    """An edit that names no poll takes it out of the post, with all votes."""
    if await db.run(_DELETE, posts=[post_id]):
        await record(db, viewer, PollChanged(post_id))


async def deleted(db: Db, viewer: Viewer, facts: Sequence[PostDeleted]) -> None:
    await db.run(_DELETE, posts=[fact.post_id for fact in facts])


async def end_due(db: Db) -> None:
    """By the clock. Each poll ends once, whichever process comes first."""
    for post_id in columns(await db.rows(_END, now=clock.now()), "post_id"):
        await record(db, Viewer(policy=Policy()), PollEnded(post_id))


_POST_ID = param("post_id", BigInteger)
_HOLD = Query(
    select(Poll.options, Poll.counts, Poll.voters_count, Poll.is_multiple)
    .where(Poll.post_id == _POST_ID)
    .with_for_update()
)
_FORGET_VOTES = Query(delete(Vote).where(Vote.post_id == _POST_ID))


def _put() -> Executable:
    given = {
        "options": param("options", ARRAY(Text)),
        "counts": param("counts", ARRAY(BigInteger)),
        "voters_count": param("voters_count", BigInteger),
        "ends_at": param("ends_at", DateTime(timezone=True)),
        "is_multiple": param("is_multiple", Boolean),
        "hides_totals": param("hides_totals", Boolean),
        "is_over": False,
    }
    new = insert(Poll).values(post_id=_POST_ID, **given)
    return new.on_conflict_do_update(
        index_elements=["post_id"], set_={name: new.excluded[name] for name in given}
    )


_PUT = Query(_put)
_DELETE = Query(delete(Poll).where(Poll.post_id == func.any(param("posts", ARRAY(BigInteger)))))
_END = Query(
    update(Poll)
    .where(~Poll.is_over, Poll.ends_at <= param("now", DateTime(timezone=True)))
    .values(is_over=True)
    .returning(Poll.post_id)
)
