"""Vote in a poll: for good, and once; where several options can be chosen, others may follow."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, delete, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import VisibleQuery, parent
from weetwie.database.pool import Db, Query, param
from weetwie.domain.polls import rules
from weetwie.errors import Forbidden, Invalid, _, or_not_found
from weetwie.events import PersonErased
from weetwie.runtime import clock
from weetwie.tables.polls import Poll, Vote
from weetwie.tables.posts import Post


async def vote(db: Db, viewer: Viewer, post_id: int, choices: Sequence[int]) -> None:
    """Raises NotFound for a poll that the viewer does not see, Forbidden and Invalid."""
    if not permissions.act(viewer, clock.now()):
        raise Forbidden(_("This account can't vote."))
    author_id = await _AUTHOR.value(db, viewer, post_id=post_id)
    poll = or_not_found(await db.row(_HOLD, post_id=post_id) if author_id is not None else None)
    if author_id == viewer.person_id:
        raise Invalid(_("You can't vote in your own poll."), known_as=_("You cannot vote in your own polls"))
    chosen = sorted(set(choices))
    before = await db.value(_VOTED, post_id=post_id, person_id=viewer.person_id) or []
    rules.check_vote(
        chosen,
        len(poll["options"]),
        is_multiple=poll["is_multiple"],
        ends_at=poll["ends_at"],
        now=clock.now(),
        before=before,
    )
    whole = sorted({*before, *chosen})
    await db.run(_VOTE, post_id=post_id, person_id=viewer.person_id, choices=whole)
    await _count(db, post_id, poll["counts"], chosen, by=1, voters=0 if before else 1)


async def _count(
    db: Db, post_id: int, counts: Sequence[int], chosen: Sequence[int], *, by: int, voters: int
) -> None:
    new = [count + by * (place in chosen) for place, count in enumerate(counts)]
    await db.run(_COUNT, post_id=post_id, counts=new, by=voters)


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    """What they chose is nobody's business any more, and counts no more."""
    for fact in facts:
        for row in await db.rows(_OF_PERSON, person_id=fact.person_id):
            poll = await db.row(_HOLD, post_id=row["post_id"])
            if poll and await db.run(_TAKE_BACK, post_id=row["post_id"], person_id=fact.person_id):
                await _count(db, row["post_id"], poll["counts"], row["choices"], by=-1, voters=-1)


_POST_ID, _PERSON_ID = param("post_id", BigInteger), param("person_id", BigInteger)
_AUTHOR = VisibleQuery(
    lambda viewer_sql: select(Post.author_id).where(Post.id == _POST_ID, parent(viewer_sql, Post))
)
# Whoever votes at the same time waits: counts and votes agree.
_HOLD = Query(
    select(Poll.options, Poll.counts, Poll.is_multiple, Poll.ends_at)
    .where(Poll.post_id == _POST_ID)
    .with_for_update()
)
_VOTED = Query(select(Vote.choices).where(Vote.post_id == _POST_ID, Vote.person_id == _PERSON_ID))
_VOTE = Query(
    lambda: (
        made := insert(Vote).values(
            post_id=_POST_ID, person_id=_PERSON_ID, choices=param("choices", ARRAY(BigInteger))
        )
    ).on_conflict_do_update(
        index_elements=[Vote.post_id, Vote.person_id], set_={"choices": made.excluded.choices}
    )
)
_COUNT = Query(
    update(Poll)
    .where(Poll.post_id == _POST_ID)
    .values(
        counts=param("counts", ARRAY(BigInteger)), voters_count=Poll.voters_count + param("by", BigInteger)
    )
)
_OF_PERSON = Query(
    select(Vote.post_id, Vote.choices).where(Vote.person_id == _PERSON_ID).order_by(Vote.post_id)
)
_TAKE_BACK = Query(delete(Vote).where(Vote.post_id == _POST_ID, Vote.person_id == _PERSON_ID))
