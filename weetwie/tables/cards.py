"""Cards: what a link leads to, shown below the posts that hold it. Fetched only where the organisation wants that."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Id, Rank, Row, Words, to

WAITING, READY, NOTHING = 0, 1, 2


class Card(Row):
    __tablename__ = "cards"

    id: Mapped[Id]
    url: Mapped[str]
    state: Mapped[Rank] = mapped_column(server_default="0")
    attempts: Mapped[Count]
    claimed_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    title: Mapped[Words]
    description: Mapped[Words]
    site: Mapped[Words]
    author: Mapped[Words]
    image: Mapped[str | None]
    """The name of its file."""
    width: Mapped[Count]
    height: Mapped[Count]
    blurhash: Mapped[str | None]

    __table_args__ = (
        Index("cards_by_url", text("md5(url)"), unique=True),
        Index("cards_waiting", "id", postgresql_where=text("state = 0")),
    )


class PostCard(Row):
    """The first link of a post."""

    __tablename__ = "post_cards"

    post_id: Mapped[int] = to("posts.id", primary_key=True)
    card_id: Mapped[int] = to("cards.id")

    __table_args__ = (Index("post_cards_by_card", "card_id", "post_id"),)
