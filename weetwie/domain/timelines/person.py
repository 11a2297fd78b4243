"""What a person has posted and boosted, newest first."""

from sqlalchemy import BigInteger, Boolean, Text, and_, literal, or_, select

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql
from weetwie.database.paging import Page
from weetwie.database.pool import Db, param
from weetwie.database.sql import BoolSql
from weetwie.tables.declared import aliased
from weetwie.tables.posts import MEDIA, Mark, Post, PostTag, Tag
from weetwie.views.posts import Candidates, Finding, SeenPost


async def posts_of(
    db: Db,
    viewer: Viewer,
    person_id: int,
    page: Page,
    *,
    without_replies: bool = False,
    without_boosts: bool = False,
    tag: str | None = None,
    only_media: bool = False,
    only_answers: bool = False,
) -> list[SeenPost]:
    """`tag` is given folded. Replies to oneself are no replies here. `only_answers`: to questions of others that the viewer sees."""
    chosen = {
        "person_id": person_id,
        "without_replies": without_replies,
        "without_boosts": without_boosts or only_media,
        "only_media": only_media,
        "only_answers": only_answers,
    }
    if tag is not None:
        return await _TAGGED.page(db, viewer, page, tag=tag, **chosen)
    return await _POSTS.page(db, viewer, page, **chosen)


async def pinned(db: Db, viewer: Viewer, person_id: int, page: Page) -> list[SeenPost]:
    """The newest pinned first."""
    return await _PINNED.page(db, viewer, page, person_id=person_id)


def _posts(viewer_sql: ViewerSql) -> Candidates:
    post = aliased(Post)
    return _chosen(viewer_sql, select(post.id.label("post_id"), post.id.label("key")), post)


def _chosen(viewer_sql: ViewerSql, candidates: Candidates, post: type[Post]) -> Candidates:
    person_id = param("person_id", BigInteger)
    return candidates.where(
        post.author_id == person_id,
        post.deleted_at.is_(None),
        or_(~param("without_boosts", Boolean), post.boost_of_id.is_(None)),
        or_(~param("only_media", Boolean), post.attached.op("&")(MEDIA) != 0),
        or_(
            ~param("without_replies", Boolean),
            post.reply_to_id.is_(None),
            post.reply_to_person_id == person_id,
        ),
        or_(~param("only_answers", Boolean), _answers(viewer_sql, post)),
    )


def _answers(viewer_sql: ViewerSql, post: type[Post]) -> BoolSql:
    asked = aliased(Post)
    return visibility.there_is(
        asked,
        asked.id == post.root_id,
        and_(asked.is_question, asked.author_id != post.author_id),
        visibility.parent(viewer_sql, asked),
    )


def _tagged(viewer_sql: ViewerSql) -> Candidates:
    post, tagged = aliased(Post), aliased(PostTag)
    has_tag = (
        select(literal(1))
        .select_from(tagged)
        .join(Tag, Tag.id == tagged.tag_id)
        .where(tagged.post_id == post.id, Tag.key == param("tag", Text))
    )
    return _chosen(viewer_sql, select(post.id.label("post_id"), post.id.label("key")), post).where(
        has_tag.exists()
    )


def _pinned(viewer_sql: ViewerSql) -> Candidates:
    pin = aliased(Mark)
    return select(pin.post_id.label("post_id"), pin.pin.label("key")).where(
        pin.person_id == param("person_id", BigInteger), pin.pin.is_not(None)
    )


_POSTS = Finding(_posts)
_TAGGED = Finding(_tagged)
_PINNED = Finding(_pinned)
