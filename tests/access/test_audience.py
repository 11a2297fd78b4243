"""The mask that evidence is summed under says what the law says, of every public and unlisted post in every small company."""

from typing import Any

import numpy as np
from sqlalchemy import select

from tests.access.companies import companies
from tests.access.plain_rule import UNLISTED, Company
from tests.access.test_sees import Court, _viewers, court, in_small_companies, patiently
from weetwie.access import audience, passages as law, visibility
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db
from weetwie.domain.knowledge import elsewhere, evidence, keeping
from weetwie.domain.knowledge.visible import Scope, Visible
from weetwie.tables.passages import SourcePassage
from weetwie.tables.posts import Post

__all__ = ["companies", "court"]


def _evidence_seen(viewer_sql: ViewerSql) -> Any:
    return select(Post.id).where(
        Post.visibility <= UNLISTED, Post.boost_of_id.is_(None), visibility.post(viewer_sql, Post)
    )


_SEEN = VisibleQuery(_evidence_seen)
_PASSAGES = VisibleQuery(lambda viewer_sql: select(SourcePassage.id).where(law.passage(viewer_sql)))


@patiently
@in_small_companies
def test_the_mask_of_evidence_is_the_law(court: Court, company: Company) -> None:
    court.run(court.try_in(company, _check))


async def _check(db: Db, company: Company) -> None:
    await db.connection.execute(
        "insert into post_texts (post_id, text) select id, 'about tea and pumps' from posts"
    )
    await evidence.bring_in(db, [post.id for post in company.posts])
    await elsewhere.bring_in(db, [one.id for one in company.passages])
    kept = await keeping.current(db)
    places = np.arange(kept.posts.size, dtype=np.int32)
    there = [
        post
        for post in company.posts
        if post.boost_of is None and post.visibility <= UNLISTED and not post.is_deleted
    ]
    for who, viewer in await _viewers(db, company):
        right = {row[0] for row in await _SEEN.rows(db, viewer)}
        assert right == {post.id for post in there if company.sees_post(who, post)}
        written = {row[0] for row in await _PASSAGES.rows(db, viewer)}
        assert written == {one.id for one in company.passages if company.sees_passage(who, one)}, who
        sight = await audience.sight(db, viewer)
        told = {post.id for post in there if audience.reaches(sight, post.ring, post.author.id, post.id)}
        assert told == right, who
        visible = Visible(kept, Scope(sight=sight, unranked=frozenset(), at_ms=0.0))
        shown = places[visible(places)]
        shows = {one.id for one in company.passages if one.id in written and not one.is_hidden}
        assert set(kept.posts.ids[shown].tolist()) == right | shows, who
        assert visible.number == len(right | shows), who
