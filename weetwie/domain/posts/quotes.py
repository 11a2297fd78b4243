"""The quotes of a post: which there are, who may quote it, and that its author can take it out of one."""

from typing import Any

from sqlalchemy import BigInteger, SmallInteger, literal, select, update

from weetwie.access import sees
from weetwie.access.sees import Eye, Lawful
from weetwie.access.viewer import Viewer
from weetwie.access.words import QuotePolicy, QuoteState, Ring, Visibility
from weetwie.domain.posts import counts, edit
from weetwie.errors import NotFound
from weetwie.events import QuoteRevoked, record
from weetwie.kit.db import Db, Query, param
from weetwie.kit.paging import Page
from weetwie.seen.posts import Finding, SeenPost
from weetwie.tables.posts import Post


async def revoke(db: Db, viewer: Viewer, post_id: int, quoting_id: int) -> None:
    """Takes the viewer's own post out of another that quotes it. Raises NotFound and Forbidden."""
    await edit.own(db, viewer, post_id)
    gone = await _REVOKE.row(db, viewer, post_id=post_id, quoting_id=quoting_id)
    if gone is None:
        raise NotFound()
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


def _revoke(eye: Eye) -> Any:
    return (
        update(Post)
        .where(
            Post.id == param("quoting_id", BigInteger),
            Post.quote_of_id == _POST_ID,
            Post.quote_state == int(QuoteState.accepted),
            sees.parent(eye, Post),
        )
        .values(quote_state=int(QuoteState.revoked), version=Post.version + 1)
        .returning(Post.ring, Post.visibility)
    )


_REVOKE = Lawful(_revoke)
_SET_POLICY = Query(
    update(Post)
    .where(Post.id == _POST_ID)
    .values(quote_policy=param("policy", SmallInteger), version=Post.version + 1)
)
_QUOTES = Finding(
    lambda eye: select(Post.id.label("post_id"), Post.id.label("key")).where(
        Post.quote_of_id == _POST_ID, Post.quote_state == literal(int(QuoteState.accepted))
    )
)
