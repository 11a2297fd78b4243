"""Passages: what the organisation wrote elsewhere. No post is here, and no passage is among the posts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text as sql

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Flag, Id, Moment, Rank, Row, Words, to


class SourceChannel(Row):
    """A channel, list, category, project or space of a source."""

    __tablename__ = "channels"

    id: Mapped[Id]
    import_id: Mapped[int] = to("imports.id")
    key: Mapped[str]
    """What the source calls it."""
    name: Mapped[str]
    ring: Mapped[Rank]
    """For whom all that came of it is."""
    link: Mapped[Words]

    __table_args__ = (
        Index("channels_key", "import_id", "key", unique=True),
        CheckConstraint("ring in (0, 1, 2)", name="channels_ring"),
    )


class SourcePassage(Row):
    """One message, mail, answer, comment or page. Its id is of its own time, like that of a post."""

    __tablename__ = "passages"

    id: Mapped[Id]
    import_id: Mapped[int] = to("imports.id")
    channel_id: Mapped[int] = to("channels.id")
    key: Mapped[str]
    """What the source calls it; the same in each of its exports."""
    author_id: Mapped[int | None] = to("people.id")
    """None where it is but a name."""
    author_key: Mapped[Words]
    """By what the source tells its author from others: a key of its own, or `address:` and a keyed hash."""
    author_name: Mapped[Words]
    """As it is written there."""
    thread_key: Mapped[str]
    """The key of what began the thread; its own where it did."""
    root_id: Mapped[int | None]
    """What began the thread; None for itself, and where that is not here."""
    accepted_key: Mapped[Words]
    """Of a question: the key of the answer that was accepted."""
    ring: Mapped[Rank]
    """The channel's."""
    is_question: Mapped[Flag]
    is_hidden: Mapped[Flag]
    """By its author, for everybody else."""
    title: Mapped[Words]
    text: Mapped[Words]
    language: Mapped[str | None]
    link: Mapped[Words]
    files: Mapped[list[str]] = mapped_column(server_default="{}")
    """Names of what hangs on it there."""
    tags: Mapped[list[str]] = mapped_column(server_default="{}")
    endorsers: Mapped[list[int]] = mapped_column(server_default="{}")
    edited_at: Mapped[datetime | None]
    content_hash: Mapped[bytes]
    """Of all that the source tells of it, so that what has changed there is found."""

    __table_args__ = (
        Index("passages_key", "import_id", "key", unique=True),
        Index("passages_thread", "import_id", "thread_key", "id"),
        Index("passages_of_channel", "channel_id", "id"),
        Index("passages_by_author", "author_id", "id", postgresql_where=sql("author_id is not null")),
        Index("passages_names", "import_id", "author_key", "id", postgresql_where=sql("author_id is null")),
        Index(
            "passages_waiting",
            "import_id",
            "id",
            postgresql_where=sql("root_id is null and thread_key <> key"),
        ),
        CheckConstraint("ring in (0, 1, 2)", name="passages_ring"),
    )


class PassageChoice(Row):
    """What somebody has chosen for all passages that are theirs, those that come later among them."""

    __tablename__ = "passage_choices"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    choice: Mapped[Rank]
    """`OwnChoice` in domain/passages/choices.py: published, hidden, deleted."""
    chosen_at: Mapped[Moment]


class DeletedPassage(Row):
    """A passage that its author deleted: it does not come in again."""

    __tablename__ = "deleted_passages"

    import_id: Mapped[int] = to("imports.id", primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
