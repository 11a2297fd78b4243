"""The law as a mask for public and unlisted posts: who sees which, told by a few numbers of each post.

Evidence is summed over very many posts, which would be dear as SQL. So each post bears its key (ring and author) and each
viewer has a `Sight`; for public and unlisted posts that are there, `reaches` says the same as `visibility.post`, which a property test
holds (tests/access/test_audience.py).
"""

from collections.abc import Iterable

import msgspec
from sqlalchemy import select

from weetwie.access import viewer as viewers, visibility
from weetwie.access.enums import Ring
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import VIEWER
from weetwie.database.pool import Db, Query, Value
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Mention, Post
from weetwie.tables.relations import Follow


class Circle(msgspec.Struct, frozen=True):
    """Of what is for the network, a guest sees what these wrote, and these posts: where they are named, and threads they are in."""

    authors: frozenset[int]
    posts: frozenset[int]


class Sight(msgspec.Struct, frozen=True):
    """What a viewer sees of public and unlisted posts."""

    ring: int
    """Posts for this ring or a wider one are in reach."""
    widest: int
    hidden: frozenset[int]
    """Authors of whom one sees nothing."""
    circle: Circle | None = None
    """None: not held to a circle."""


def reaches(sight: Sight, ring: int, author_id: int, post_id: int) -> bool:
    """Whether one with this sight sees a public or unlisted post that is there."""
    effective = min(ring, sight.widest)
    if effective < sight.ring or author_id in sight.hidden:
        return False
    circle = sight.circle
    if circle is None or effective == Ring.world:
        return True
    return author_id in circle.authors or post_id in circle.posts


async def sight(db: Db, viewer: Viewer, hidden: Iterable[int] | None = None) -> Sight:
    """As it is now. `hidden`: the authors of whom they see nothing, where these have just been looked up."""
    at = clock.now()
    given = visibility.by(viewer, at)
    if hidden is None:
        hidden = [row[0] for row in await db.rows(_HIDDEN, **given)]
    ring = int(viewers.ring(viewer, at))
    circle = await _circle(db, viewer, given) if given["viewer_is_circled"] else None
    return Sight(ring, int(viewer.policy.widest_ring), frozenset(hidden), circle)


async def _circle(db: Db, viewer: Viewer, given: dict[str, Value]) -> Circle:
    near = {viewer.person_id, viewer.sponsor_id}
    near.update(row[0] for row in await db.rows(_FOLLOWED, **given))
    named = await db.rows(_MENTIONED, **given)
    beside = await db.rows(_TAKES_PART, **given)
    return Circle(frozenset(near), frozenset(row[0] for row in (*named, *beside)))


_HIDDEN = Query(lambda: visibility.hidden_authors(VIEWER))
_FOLLOWED = Query(select(Follow.followed_id).where(Follow.follower_id == VIEWER.id))
_MENTIONED = Query(select(Mention.post_id).where(Mention.person_id == VIEWER.id))
_own, _beside = aliased(Post), aliased(Post)
_TAKES_PART = Query(
    select(_beside.id)
    .distinct()
    .join_from(_own, _beside, _beside.root_id == _own.root_id)
    .where(_own.author_id == VIEWER.id, _own.deleted_at.is_(None), _beside.boost_of_id.is_(None))
)
