"""Taste: what a viewer would rather not have in their timelines. Not law: a post is still found by who asks for it."""

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from weetwie.access.visibility import VIEWER, ViewerSql
from weetwie.database.sql import there_is
from weetwie.tables.declared import aliased
from weetwie.tables.lists import List, ListMember
from weetwie.tables.posts import Post, PostText
from weetwie.tables.relations import Block, Follow, Mute


def is_kept(viewer_sql: ViewerSql, post: type[Post]) -> ColumnElement[bool]:
    """Whether the author of a post is not muted; of a boost, the one who boosts."""
    return post.author_id.not_in(_muted(viewer_sql))


def original_is_kept(viewer_sql: ViewerSql, post: type[Post]) -> ColumnElement[bool]:
    """Whether the author of what is boosted is not muted, where it is a boost."""
    original = aliased(Post)
    kept = there_is(original, original.id == post.boost_of_id, original.author_id.not_in(_muted(viewer_sql)))
    return or_(post.boost_of_id.is_(None), kept)


def is_not_set_apart(viewer_sql: ViewerSql, post: type[Post]) -> ColumnElement[bool]:
    """Whether a post is not by somebody whom an exclusive list of the viewer's holds; what is one's own never is."""
    of_list, member = aliased(List), aliased(ListMember)
    set_apart = (
        select(member.person_id)
        .join(of_list, of_list.id == member.list_id)
        .where(of_list.owner_id == viewer_sql.id, of_list.is_exclusive)
        .correlate_except(member, of_list)
    )
    return or_(post.author_id == viewer_sql.id, post.author_id.not_in(set_apart))


def has_language(follow: type[Follow], post: type[Post]) -> ColumnElement[bool]:
    """Whether a follow takes the language of a post (or of what it boosts); one without a language is always taken."""
    words = aliased(PostText)
    taken = there_is(
        words,
        words.post_id == func.coalesce(post.boost_of_id, post.id),
        or_(words.language.is_(None), words.language == func.any(follow.languages)),
    )
    return or_(follow.languages.is_(None), taken)


def _hides_nobody() -> ColumnElement[bool]:
    by_me, of_me, mute = aliased(Block), aliased(Block), aliased(Mute)
    return and_(
        ~there_is(by_me, by_me.blocker_id == VIEWER.id),
        ~there_is(of_me, of_me.blocked_id == VIEWER.id),
        ~there_is(mute, mute.muter_id == VIEWER.id),
    )


HIDES_NOBODY = _hides_nobody()
"""Whether the viewer neither blocks nor mutes anybody, and nobody blocks them: of what is public they see what all in their ring see."""


def _muted(viewer_sql: ViewerSql) -> Select[int]:
    mute = aliased(Mute)
    is_on = or_(mute.expires_at.is_(None), mute.expires_at > func.now())
    return select(mute.muted_id).where(mute.muter_id == viewer_sql.id, is_on).correlate_except(mute)
