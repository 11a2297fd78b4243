"""Polls as a viewer sees them: in posts that they see, with what they chose themselves."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, and_, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.tables.polls import Poll, Vote
from weetwie.tables.posts import POLL
from weetwie.views.posts import SeenPost


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
    return {one.post_id: one for one in structs(SeenPoll, rows)}


async def of_people(db: Db, reached: Iterable[tuple[int, SeenPost]]) -> dict[int, dict[int, SeenPoll]]:
    """The same for many at once: by person, then by post."""
    pairs = {(person_id, post.post_id) for person_id, post in reached if post.attached & POLL}
    if not pairs:
        return {}
    ids = list({post_id for _person, post_id in pairs})
    rows = await db.rows(_OF_POSTS, ids=ids, person_id=0)
    polls = {one.post_id: one for one in structs(SeenPoll, rows)}
    people = list({person_id for person_id, _post in pairs})
    votes = {(row[0], row[1]): row[2] for row in await db.rows(_VOTES, ids=ids, people=people)}
    found: dict[int, dict[int, SeenPoll]] = {}
    for person_id, post_id in pairs:
        if poll := polls.get(post_id):
            choices = votes.get((person_id, post_id))
            own = poll if choices is None else msgspec.structs.replace(poll, choices=choices)
            found.setdefault(person_id, {})[post_id] = own
    return found


_VOTES = Query(
    select(Vote.person_id, Vote.post_id, Vote.choices).where(
        Vote.post_id == func.any(param("ids", ARRAY(BigInteger))),
        Vote.person_id == func.any(param("people", ARRAY(BigInteger))),
    )
)
_OF_POSTS = Query(
    select(*(getattr(Poll, name) for name in SeenPoll.__struct_fields__[:-1]), Vote.choices)
    .outerjoin(Vote, and_(Vote.post_id == Poll.post_id, Vote.person_id == param("person_id", BigInteger)))
    .where(Poll.post_id == func.any(param("ids", ARRAY(BigInteger))))
)
