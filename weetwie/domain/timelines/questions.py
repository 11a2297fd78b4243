"""Questions that nobody has answered yet, on the topics that one follows, knows, or wants to be known for."""

from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Select, func, or_, select, true, union

from weetwie.access import visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, columns, param
from weetwie.domain.timelines import taste
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.tables.declared import aliased
from weetwie.tables.knowledge import Topic
from weetwie.tables.posts import Mention, Post, PostTag, Tag
from weetwie.tables.relations import FeaturedTag, TagFollow
from weetwie.views import posts as seen_posts
from weetwie.views.made_up import is_made_up
from weetwie.views.posts import SeenPost

SPAN: Final = timedelta(days=90)
_A_YEAR: Final = timedelta(days=365)
_A_MONTH: Final = timedelta(days=30)
_KNOWS: Final = 0
"""What somebody says of a topic of theirs, see knowledge/topic_rules.py."""
_LOOKED_AT: Final = 40
"""So many questions, the newest, of which the answered ones are left out."""
_AT_ONCE: Final = 10


async def open_questions(db: Db, viewer: Viewer, limit: int) -> list[SeenPost]:
    """The newest first, of the last `SPAN`; answered is what has an accepted answer that the viewer sees."""
    since = id_at(clock.now() - SPAN)
    ids = columns(await _ASKED.rows(db, viewer, since_id=since), "id")
    found: list[SeenPost] = []
    for at in range(0, len(ids), _AT_ONCE):
        some = await seen_posts.posts(db, viewer, ids[at : at + _AT_ONCE])
        found += [post for post in some if post.answer_id is None]
        if len(found) >= limit:
            break
    return found[:limit]


async def addressed(db: Db, viewer: Viewer, limit: int) -> list[SeenPost]:
    """Questions that name the viewer and that they have not answered, the newest first, of the last year."""
    since = id_at(clock.now() - _A_YEAR)
    ids = columns(await _ADDRESSED.rows(db, viewer, since_id=since, limit=limit), "id")
    return [post for post in await seen_posts.posts(db, viewer, ids) if post.answer_id is None]


def _addressed(viewer_sql: ViewerSql) -> Select[int]:
    mention, post, answer = aliased(Mention), aliased(Post), aliased(Post)
    return (
        select(post.id)
        .select_from(mention)
        .join(post, post.id == mention.post_id)
        .where(
            mention.person_id == viewer_sql.id,
            post.id > param("since_id", BigInteger),
            post.is_question,
            post.deleted_at.is_(None),
            post.author_id != viewer_sql.id,
            ~visibility.there_is(
                answer,
                answer.root_id == post.root_id,
                answer.author_id == viewer_sql.id,
                answer.id > post.id,
                answer.deleted_at.is_(None),
            ),
            visibility.post(viewer_sql, post),
        )
        .order_by(post.id.desc())
        .limit(param("limit", BigInteger))
    )


_ADDRESSED = VisibleQuery(_addressed)


def _asked(viewer_sql: ViewerSql) -> Select[int]:
    mine = union(
        select(TagFollow.tag_id).where(TagFollow.person_id == viewer_sql.id),
        select(FeaturedTag.tag_id).where(FeaturedTag.person_id == viewer_sql.id),
        select(Tag.id)
        .join(Topic, Topic.key == Tag.key)
        .where(Topic.person_id == viewer_sql.id, Topic.choice == _KNOWS),
    ).subquery()
    post = aliased(Post)
    lately = (
        select(PostTag.post_id)
        .where(PostTag.tag_id == mine.c.tag_id, PostTag.post_id > param("since_id", BigInteger))
        .order_by(PostTag.post_id.desc())
        .limit(10 * _LOOKED_AT)
        .lateral()
    )
    found = select(lately.c.post_id).distinct().select_from(mine).join(lately, true()).subquery()
    # Each looked up by itself: the planner would rather read all posts there are, the newest first, until enough are such questions.
    is_open_to_viewer = visibility.there_is(
        post,
        post.id == found.c.post_id,
        post.is_question.is_(True),
        post.visibility == int(Visibility.public),
        post.boost_of_id.is_(None),
        post.deleted_at.is_(None),
        post.author_id != viewer_sql.id,
        visibility.parent(viewer_sql, post),
        taste.is_kept(viewer_sql, post),
    )
    return (
        select(found.c.post_id.label("id"))
        .where(is_open_to_viewer)
        .order_by(found.c.post_id.desc())
        .limit(_LOOKED_AT)
    )


_ASKED = VisibleQuery(_asked)
HAS_TOPICS = or_(
    visibility.there_is(TagFollow, TagFollow.person_id == visibility.VIEWER.id),
    visibility.there_is(FeaturedTag, FeaturedTag.person_id == visibility.VIEWER.id),
    visibility.there_is(Topic, Topic.person_id == visibility.VIEWER.id, Topic.choice == _KNOWS),
)
"""Whether the viewer has a topic on which somebody could ask."""


class Answered(msgspec.Struct, frozen=True):
    """How the questions of a month fared, all of them together but for those of the sample company. In works-council mode 0 where few
    people asked."""

    asked: int
    answered: int
    minutes: int
    """From a question to its accepted answer, as a rule (the median)."""


async def answered(db: Db, viewer: Viewer, within: timedelta = _A_MONTH) -> Answered:
    since = id_at(clock.now() - within)
    row = await _ANSWERED.row(db, viewer, since_id=since)
    assert row is not None
    told, people = viewer.policy.told, int(row["people"])
    return Answered(
        told(int(row["asked"]), people),
        told(int(row["answered"]), people),
        told(int(row["waited"] or 0) // 60_000, people),
    )


def _answered(viewer_sql: ViewerSql) -> Select[int, int]:
    post = aliased(Post)
    # Ids hold the time of what they name: milliseconds above, 16 bits of a running number below.
    waited = post.answer_id.op(">>")(16) - post.id.op(">>")(16)
    return select(
        func.count().label("asked"),
        func.count(post.answer_id).label("answered"),
        func.count(post.author_id.distinct()).label("people"),
        func.percentile_cont(0.5).within_group(waited).label("waited"),
    ).where(
        post.is_question,
        post.id > param("since_id", BigInteger),
        post.visibility == int(Visibility.public),
        post.boost_of_id.is_(None),
        post.deleted_at.is_(None),
        ~is_made_up(post.author_id),
        visibility.post(viewer_sql, post),
    )


_ANSWERED = VisibleQuery(_answered)
