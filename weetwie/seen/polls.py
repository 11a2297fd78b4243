"""Polls as a viewer sees them: in posts that they see, with what they chose themselves."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, and_, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.kit.db import Db, Query, param
from weetwie.seen.posts import SeenPost
from weetwie.tables.polls import Poll, Vote
from weetwie.tables.posts import POLL


class SeenPoll(msgspec.Struct, frozen=True):
    post_id: int
    options: list[str]
    counts: list[int]
    voters_count: int
    ends_at: datetime
    is_multiple: bool
    hides_totals: bool
    choices: list[int] | None
    """The viewer's own; None where they have not voted."""


async def of_posts(db: Db, viewer: Viewer, posts: Iterable[SeenPost]) -> dict[int, SeenPoll]:
    """By post. Asks nothing where no post has a poll."""
    ids = [post.post_id for post in posts if post.attached & POLL]
    if not ids:
        return {}
    rows = await db.rows(_OF_POSTS, ids=ids, person_id=viewer.person_id)
    return {row["post_id"]: SeenPoll(*row) for row in rows}


_OF_POSTS = Query(
    select(*(getattr(Poll, name) for name in SeenPoll.__struct_fields__[:-1]), Vote.choices)
    .outerjoin(Vote, and_(Vote.post_id == Poll.post_id, Vote.person_id == param("person_id", BigInteger)))
    .where(Poll.post_id == func.any(param("ids", ARRAY(BigInteger))))
)
