"""What the links in posts lead to, the same for all who see the post."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import BigInteger, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.tables.cards import READY, Card, PostCard
from weetwie.tables.posts import CARD
from weetwie.views.posts import SeenPost


class SeenCard(msgspec.Struct, frozen=True):
    post_id: int
    url: str
    title: str
    description: str
    site: str
    author: str
    image: str | None
    width: int
    height: int
    blurhash: str | None


async def of_posts(db: Db, posts: Iterable[SeenPost]) -> dict[int, SeenCard]:
    """By post. Asks nothing where no post has a card."""
    ids = [post.post_id for post in posts if post.attached & CARD]
    if not ids:
        return {}
    return {one.post_id: one for one in structs(SeenCard, await db.rows(_OF_POSTS, ids=ids))}


_OF_POSTS = Query(
    select(PostCard.post_id, *(getattr(Card, name) for name in SeenCard.__struct_fields__[1:]))
    .join(Card, Card.id == PostCard.card_id)
    .where(PostCard.post_id == func.any(param("ids", ARRAY(BigInteger))), Card.state == READY)
)
