"""A list of posts the other way round: for which people do these posts stand in it, and how do they see them?"""

from collections.abc import Callable, Iterable

from sqlalchemy import BigInteger, Executable, Select, func, join, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql
from weetwie.database.pool import Db, Query, param
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post
from weetwie.views.posts import Candidates, SeenPost, as_seen, loaded


class Reach:
    """A finding the other way round: for which of these people do these posts stand in the list, and how do they see them?"""

    def __init__(self, candidates: Callable[[ViewerSql], Candidates]) -> None:
        self._query = Query(lambda: _reach(candidates))

    async def posts(
        self, db: Db, viewer: Viewer, post_ids: Iterable[int], person_ids: Iterable[int]
    ) -> list[tuple[int, SeenPost]]:
        """Pairs of a person and a post as they see it, oldest post first. `viewer` carries the policy."""
        rows = await db.rows(
            self._query, post_ids=list(post_ids), people=list(person_ids), **visibility.today(viewer)
        )
        return [(row[0], as_seen(row)) for row in rows]


def _reach(candidates: Callable[[ViewerSql], Candidates]) -> Executable:
    reader = aliased(Person)
    viewer_sql = visibility.of(reader)
    found = candidates(viewer_sql).correlate(reader).lateral()
    rows, item, post = loaded(viewer_sql, reader.id, found, join(reader, found, true()))
    return rows.where(
        reader.id == func.any(param("people", ARRAY(BigInteger))), visibility.post(viewer_sql, item, post)
    ).order_by(item.id)


def _given(viewer_sql: ViewerSql) -> Select[int, int]:
    post = aliased(Post)
    return select(post.id.label("post_id"), post.id.label("key")).where(
        post.id == func.any(param("post_ids", ARRAY(BigInteger)))
    )


TO_PEOPLE = Reach(_given)
"""Which of these people see which of these posts, wherever they stand."""
