"""The timeline of a list: what its people post and boost, newest first."""

from sqlalchemy import BigInteger, ColumnElement, Executable, Select, and_, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, param
from weetwie.database.sql import IntSql, there_is
from weetwie.domain.timelines import taste
from weetwie.domain.timelines.merged import SIZE, MergedFinding
from weetwie.errors import or_not_found
from weetwie.tables.declared import aliased
from weetwie.tables.lists import FOLLOWED, LIST, List, ListMember
from weetwie.tables.posts import Post
from weetwie.tables.relations import Follow
from weetwie.views.posts import ABOVE, BELOW, Finding, SeenPost
from weetwie.views.reach import Reach

_LIST_ID = param("list_id", BigInteger)
_IS_OWN = Query(select(List.id).where(List.id == _LIST_ID, List.owner_id == param("owner_id", BigInteger)))


async def of_list(db: Db, viewer: Viewer, list_id: int, page: Page) -> list[SeenPost]:
    """Raises NotFound for what is no list of the viewer's."""
    found = await _POSTS.page(db, viewer, page, list_id=list_id)
    if not found:
        await check_own(db, viewer, list_id)
    return found


async def check_own(db: Db, viewer: Viewer, list_id: int) -> None:
    or_not_found(await db.value(_IS_OWN, list_id=list_id, owner_id=viewer.person_id))


def _belongs(viewer_sql: ViewerSql, of_list: type[List], post: type[Post]) -> ColumnElement[bool]:
    """Whether a post stands in a list, before the law."""
    member, follow = aliased(ListMember), aliased(Follow)
    by_member = there_is(member, member.list_id == of_list.id, member.person_id == post.author_id)
    is_wanted = there_is(
        follow,
        follow.follower_id == viewer_sql.id,
        follow.followed_id == post.author_id,
        or_(post.boost_of_id.is_(None), follow.shows_boosts),
        taste.has_language(follow, post),
    )
    return and_(
        of_list.owner_id == viewer_sql.id,
        by_member,
        post.visibility != int(Visibility.direct),
        or_(post.author_id == viewer_sql.id, is_wanted),
        _takes_reply(viewer_sql, of_list, post),
        taste.is_kept(viewer_sql, post),
        taste.original_is_kept(viewer_sql, post),
    )


def _takes_reply(viewer_sql: ViewerSql, of_list: type[List], post: type[Post]) -> ColumnElement[bool]:
    """Replies to oneself are no replies here; those to the viewer always stand in their lists."""
    follow, member = aliased(Follow), aliased(ListMember)
    to_followed = there_is(
        follow, follow.follower_id == viewer_sql.id, follow.followed_id == post.reply_to_person_id
    )
    to_member = there_is(member, member.list_id == of_list.id, member.person_id == post.reply_to_person_id)
    return or_(
        post.reply_to_id.is_(None),
        post.reply_to_person_id == post.author_id,
        post.reply_to_person_id == viewer_sql.id,
        and_(of_list.replies_policy == FOLLOWED, to_followed),
        and_(of_list.replies_policy == LIST, to_member),
    )


def _stretch(viewer_sql: ViewerSql, upward: bool) -> Executable:
    """Plan: of each of the list's people the next post by `posts_by_author`; those of whom it is nearest may write the stretch,
    nobody else can; of them as many as it is long, by the same index."""
    member, of_list = aliased(ListMember), aliased(List)
    first = _next_by(member.person_id, upward).limit(1).lateral()
    nearest = (
        select(member.person_id)
        .select_from(member)
        .join(of_list, of_list.id == member.list_id)
        .join(first, true())
        .where(member.list_id == _LIST_ID, of_list.owner_id == viewer_sql.id)
        .order_by(first.c.id.asc() if upward else first.c.id.desc())
        .limit(SIZE)
        .subquery()
    )
    theirs = _next_by(nearest.c.person_id, upward).limit(SIZE).lateral()
    return (
        select(theirs.c.id)
        .select_from(nearest)
        .join(theirs, true())
        .order_by(theirs.c.id.asc() if upward else theirs.c.id.desc())
        .limit(SIZE)
    )


def _next_by(person_id: IntSql, upward: bool) -> Select[int]:
    post = aliased(Post)
    return (
        select(post.id)
        .where(post.author_id == person_id, post.deleted_at.is_(None), post.id < BELOW, post.id > ABOVE)
        .order_by(post.id.asc() if upward else post.id.desc())
    )


def _of_stretch(viewer_sql: ViewerSql) -> Select[int, int]:
    post, of_list = aliased(Post), aliased(List)
    return (
        select(post.id.label("post_id"), post.id.label("key"))
        .select_from(post)
        .join(of_list, of_list.id == _LIST_ID)
        .where(
            post.id == func.any(param("ids", ARRAY(BigInteger))),
            post.origin < 2,
            _belongs(viewer_sql, of_list, post),
        )
    )


def _arriving(viewer_sql: ViewerSql) -> Select[int, int]:
    """Of given posts, those that stand in a list of this viewer, once for each list; the key is the list."""
    post, of_list = aliased(Post), aliased(List)
    return (
        select(post.id.label("post_id"), of_list.id.label("key"))
        .select_from(post)
        .join(of_list, of_list.owner_id == viewer_sql.id)
        .where(
            post.id == func.any(param("post_ids", ARRAY(BigInteger))),
            post.origin < 2,
            _belongs(viewer_sql, of_list, post),
        )
    )


ARRIVING = Reach(_arriving)
_POSTS = MergedFinding(_stretch, Finding(_of_stretch))
