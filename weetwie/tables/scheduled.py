"""Posts that are written and wait for their time. Their author alone sees them."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.runtime.json import Json
from weetwie.tables.declared import Mapped
from weetwie.tables.schema import Id, Row, to


class ScheduledPost(Row):
    __tablename__ = "scheduled_posts"

    id: Mapped[Id]
    author_id: Mapped[int] = to("people.id")
    at: Mapped[datetime]
    written: Mapped[dict[str, Json]]
    """The draft, as those who publish it read it."""
    key: Mapped[str | None]
    """The app's own: the same key is the same post."""
    refusal: Mapped[str | None]
    """Why it could not be published when its time had come."""

    __table_args__ = (
        Index("scheduled_by_author", "author_id", "id"),
        Index("scheduled_due", "at", postgresql_where=text("refusal is null")),
        Index("scheduled_once", "author_id", "key", unique=True, postgresql_where=text("key is not null")),
    )
