"""Media: files that are attached to posts, and the faces and headers of people. Their bytes lie in `media/blob.py`."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.runtime.json import Json
from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Id, Moment, Rank, Row, Words, to

WAITING, READY, FAILED = 0, 1, 2
UNKNOWN, IMAGE, VIDEO, AUDIO = 0, 1, 2, 3


class Media(Row):
    """One uploaded file. Without a post it is seen by its uploader alone, and goes after a day."""

    __tablename__ = "media"

    id: Mapped[Id]
    person_id: Mapped[int | None] = to("people.id", ondelete="SET NULL")
    post_id: Mapped[int | None] = to("posts.id", ondelete="SET NULL")
    place: Mapped[int | None]
    """Where it stands in its post; None for what an edit has taken out of it."""
    state: Mapped[Rank]
    """0 waits to be worked on, 1 ready, 2 cannot be read."""
    kind: Mapped[Rank]
    """0 any file, 1 picture, 2 film, 3 sound."""
    content_type: Mapped[str]
    size: Mapped[Count]
    has_small: Mapped[bool] = mapped_column(server_default="false")
    blurhash: Mapped[str | None]
    meta: Mapped[dict[str, Json]] = mapped_column(server_default="{}")
    """`original` and `small` with `width` and `height`, `duration`, `focus` with `x` and `y`."""
    description: Mapped[Words]
    version: Mapped[Count]
    """Raised when the preview changes; part of the name under which that lies."""
    attempts: Mapped[Count]
    claimed_at: Mapped[datetime | None]
    was_posted: Mapped[bool] = mapped_column(server_default="false")
    """It was in a post that its author deleted to write it anew: no address serves it until it is in another."""
    touched_at: Mapped[Moment]
    """What hangs on no post is swept a day after this; one that is to be posted later has it in the future."""
    gone_at: Mapped[datetime | None]
    """Nobody sees it any more; the row stays until its files are gone too."""

    __table_args__ = (
        Index("media_by_post", "post_id", "place", postgresql_where=text("post_id is not null")),
        Index("media_by_person", "person_id", "id", postgresql_where=text("person_id is not null")),
        Index("media_loose", "touched_at", postgresql_where=text("post_id is null")),
        Index("media_waiting", "id", postgresql_where=text("state = 0")),
        Index("media_gone", "id", postgresql_where=text("gone_at is not null")),
    )


class Face(Row):
    """The file of a face or a header. Its name cannot be guessed, and is never used again for another picture."""

    __tablename__ = "faces"

    name: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = to("people.id", ondelete="SET NULL")
    content_type: Mapped[str]
    is_moving: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[Moment]

    __table_args__ = (Index("faces_by_person", "person_id"),)
