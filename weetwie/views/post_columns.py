"""What is selected of a post for one viewer: their own marks, the counts of their ring, references only to what they see."""

from sqlalchemy import ColumnElement, and_, case, func, literal, select

from weetwie.access import ring_counts, visibility
from weetwie.access.enums import QuotePolicy, Visibility
from weetwie.access.visibility import ViewerSql
from weetwie.database.sql import ColumnSql
from weetwie.tables.declared import InstrumentedAttribute, aliased
from weetwie.tables.posts import Mark, Post
from weetwie.tables.relations import Follow


def post_columns(viewer_sql: ViewerSql, post: type[Post], mark: type[Mark]) -> dict[str, ColumnSql]:
    return {
        "post_id": post.id,
        "version": post.version,
        "post_visibility": post.visibility,
        "ring": func.least(post.ring, viewer_sql.widest),
        "replies_count": ring_counts.in_ring(viewer_sql, post.replies_in_ring),
        "boosts_count": ring_counts.in_ring(viewer_sql, post.boosts_in_ring),
        "quotes_count": ring_counts.in_ring(viewer_sql, post.quotes_in_ring),
        "favourites_count": post.favourites_count,
        "is_favourite": mark.favourite.is_not(None),
        "is_boosted": mark.boost_id.is_not(None),
        "is_bookmark": mark.bookmark.is_not(None),
        "is_pinned": mark.pin.is_not(None),
        "is_muted": func.coalesce(mark.is_muted, False),
        "reply_to_id": case((_sees(viewer_sql, post.reply_to_id), post.reply_to_id)),
        "reply_to_person_id": post.reply_to_person_id,
        "answer_id": case((_sees(viewer_sql, post.answer_id), post.answer_id)),
        "attached": post.attached,
        "quote_of_id": post.quote_of_id,
        "quote_state": post.quote_state,
        "quote_policy": post.quote_policy,
        "may_quote": _may_quote(viewer_sql, post),
    }


def _may_quote(viewer_sql: ViewerSql, post: type[Post]) -> ColumnElement[bool]:
    """As `permissions.quote` has it."""
    follow = aliased(Follow)
    is_follower = visibility.there_is(
        follow, follow.follower_id == viewer_sql.id, follow.followed_id == post.author_id
    )
    return case(
        (post.author_id == viewer_sql.id, post.visibility < int(Visibility.direct)),
        (post.visibility > int(Visibility.unlisted), False),
        (post.quote_policy == int(QuotePolicy.public), True),
        (post.quote_policy == int(QuotePolicy.followers), is_follower),
        else_=False,
    )


def _sees(viewer_sql: ViewerSql, post_id: InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    other = aliased(Post)
    return and_(
        post_id.is_not(None),
        select(literal(1)).where(other.id == post_id, visibility.parent(viewer_sql, other)).exists(),
    )
