"""Which card a post has: that of its first link, unless it shows files."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, Select, Text, delete, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.events import CardChanged, PostDeleted, PostEdited, PostPublished, record
from weetwie.tables.cards import READY, Card, PostCard
from weetwie.tables.posts import MEDIA, Post, PostText
from weetwie.text import text as texts

_LONGEST: Final = 2048


async def linked(db: Db, viewer: Viewer, facts: Sequence[PostPublished | PostEdited]) -> None:
    """Nothing where the organisation does not want pages of others to be fetched. What was written elsewhere and what is
    direct stays without a card: its links are nobody else's business."""
    if not viewer.policy.fetches_links:
        return
    for row in await db.rows(_WRITTEN, ids=[fact.post_id for fact in facts]):
        url = "" if row["attached"] & MEDIA else first_link(row["text"])
        await (_put(db, viewer, row["id"], url) if url else _take_out(db, viewer, row["id"]))


async def deleted(db: Db, viewer: Viewer, facts: Sequence[PostDeleted]) -> None:
    await db.run(_FORGET, ids=[fact.post_id for fact in facts])


def first_link(written: str) -> str:
    """Empty where there is none."""
    links = (piece.target for piece in texts.pieces(written) if piece.kind == "link")
    return next(
        (link for link in links if len(link) <= _LONGEST and link.startswith(("http://", "https://"))), ""
    )


async def _put(db: Db, viewer: Viewer, post_id: int, url: str) -> None:
    await db.run(_ADD, url=url)
    card = await db.row(_CARD, url=url)
    assert card is not None, "it is there now"
    if await db.run(_PUT, post_id=post_id, card_id=card["id"]) and card["state"] == READY:
        await record(db, viewer, CardChanged([post_id]))


async def _take_out(db: Db, viewer: Viewer, post_id: int) -> None:
    if await db.run(_TAKE_OUT, post_id=post_id):
        await record(db, viewer, CardChanged([post_id]))


def _written() -> Select[int, int, str]:
    return (
        select(Post.id, Post.attached, PostText.text)
        .join(PostText, PostText.post_id == Post.id)
        .where(
            Post.id == func.any(param("ids", ARRAY(BigInteger))),
            Post.deleted_at.is_(None),
            Post.origin == 0,
            Post.visibility < int(Visibility.direct),
        )
    )


_URL, _POST_ID, _CARD_ID = param("url", Text), param("post_id", BigInteger), param("card_id", BigInteger)
_WRITTEN = Query(_written)
_ADD = Query(insert(Card).values(url=_URL).on_conflict_do_nothing(index_elements=[text("md5(url)")]))
_CARD = Query(select(Card.id, Card.state).where(func.md5(Card.url) == func.md5(_URL)))
_PUT = Query(
    insert(PostCard)
    .values(post_id=_POST_ID, card_id=_CARD_ID)
    .on_conflict_do_update(
        index_elements=["post_id"], set_={"card_id": _CARD_ID}, where=PostCard.card_id != _CARD_ID
    )
)
_TAKE_OUT = Query(delete(PostCard).where(PostCard.post_id == _POST_ID))
_FORGET = Query(delete(PostCard).where(PostCard.post_id == func.any(param("ids", ARRAY(BigInteger)))))
