"""The quotes of a post: which there are, who may quote it, and that its author can take it out of one."""

from sqlalchemy import BigInteger, Executable, SmallInteger, literal, select, update

from weetwie.access import visibility
from weetwie.access.enums import QuotePolicy, QuoteState, Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, param
from weetwie.domain.posts import counts, edit
from weetwie.errors import or_not_found
from weetwie.events import QuoteRevoked, record
from weetwie.tables.posts import Post
from weetwie.views.posts import Finding, SeenPost


async def revoke(db: Db, viewer: Viewer, post_id: int, quoting_id: int) -> None:
    """Takes the viewer's own post out of another that quotes it. Raises NotFound and Forbidden."""
    await edit.own(db, viewer, post_id)
    gone = or_not_found(await _REVOKE.row(db, viewer, post_id=post_id, quoting_id=quoting_id))
    if gone["visibility"] <= Visibility.unlisted:
        await counts.quote(db, post_id, Ring(gone["ring"]), by=-1)
    await record(db, viewer, QuoteRevoked(quoting_id, post_id))


async def set_policy(db: Db, viewer: Viewer, post_id: int, policy: QuotePolicy) -> None:
    """Raises NotFound and Forbidden. What quotes it already stays."""
    await edit.own(db, viewer, post_id)
    await db.run(_SET_POLICY, post_id=post_id, policy=int(policy))


async def quotes(db: Db, viewer: Viewer, post_id: int, page: Page) -> list[SeenPost]:
    """The posts that quote a post, newest first."""
    return await _QUOTES.page(db, viewer, page, post_id=post_id)


_POST_ID = param("post_id", BigInteger)


def _revoke(viewer_sql: ViewerSql) -> Executable:
    return (
        update(Post)
        .where(
            Post.id == param("quoting_id", BigInteger),
            Post.quote_of_id == _POST_ID,
            Post.quote_state == int(QuoteState.accepted),
            visibility.parent(viewer_sql, Post),
        )
        .values(quote_state=int(QuoteState.revoked), version=Post.version + 1)
        .returning(Post.ring, Post.visibility)
    )


_REVOKE = VisibleQuery(_revoke)
_SET_POLICY = Query(
    update(Post)
    .where(Post.id == _POST_ID)
    .values(quote_policy=param("policy", SmallInteger), version=Post.version + 1)
)
_QUOTES = Finding(
    lambda viewer_sql: select(Post.id.label("post_id"), Post.id.label("key")).where(
        Post.quote_of_id == _POST_ID, Post.quote_state == literal(int(QuoteState.accepted))
    )
)
