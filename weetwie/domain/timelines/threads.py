"""What stands around the posts of a page: who else wrote in the same conversations, as far as the viewer sees it."""

from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Executable, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, param
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post
from weetwie.views.people import SeenPerson, as_seen, person_columns

MOST: Final = 100
"""Of each conversation: those asked for, its first post, and the newest."""


class Mate(msgspec.Struct, frozen=True):
    """A post of a conversation. The first one may be one that the viewer does not see: then it is not among them."""

    root_id: int
    id: int
    answer_id: int | None
    """Of a question. Whether the viewer sees it, the other mates tell."""
    author: SeenPerson


async def threads(db: Db, viewer: Viewer, ids: Iterable[int]) -> list[Mate]:
    """All that the viewer sees of the conversations that these posts are part of, newest first."""
    asked = list(ids)
    if not asked:
        return []
    rows = await _THREADS.rows(db, viewer, ids=asked)
    return [Mate(row[0], row[1], row[2], as_seen(tuple(row[3:]))) for row in rows]


def _threads(viewer_sql: ViewerSql) -> Executable:
    """Plan: the conversations by primary key; the posts of each by the index of threads."""
    given, post, author = aliased(Post), aliased(Post), aliased(Person)
    asked = func.any(param("ids", ARRAY(BigInteger)))
    roots = select(given.root_id).where(given.id == asked).distinct().subquery()
    is_needed = or_(post.id == asked, post.id == post.root_id)
    mates = (
        select(post.root_id, post.id, post.answer_id, post.author_id)
        .where(
            post.root_id == roots.c.root_id, post.boost_of_id.is_(None), visibility.parent(viewer_sql, post)
        )
        .order_by(is_needed.desc(), post.id.desc())
        .limit(MOST)
        .lateral()
    )
    return (
        select(mates.c.root_id, mates.c.id, mates.c.answer_id, *person_columns(viewer_sql, author))
        .select_from(roots)
        .join(mates, true())
        .join(author, author.id == mates.c.author_id)
        .order_by(mates.c.id.desc())
    )


_THREADS = VisibleQuery(_threads)
