"""Imports: what came from where, so that twice is once, a kill loses nothing, and all of it can be taken out again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from weetwie.tables.schema import Count, Flag, Id, Moment, Row, Words, to


class Import(Row):
    """One source that was brought in: a file or a repository."""

    __tablename__ = "imports"

    id: Mapped[Id]
    kind: Mapped[str]
    source: Mapped[str] = mapped_column(unique=True)
    """What tells this source from others (a name and a hash of its beginning), so that a second run goes on with the first."""
    edition: Mapped[Words]
    """What the source looked like when the run began; `done` counts for this edition alone."""
    done: Mapped[Count]
    """Lines or commits that are in."""
    person_id: Mapped[int | None] = to("people.id", index=True)
    """Whose own archive it is; None for what is the community's."""
    started_at: Mapped[Moment]
    ended_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """What came of the last run, as it was told."""


class ImportedPerson(Row):
    """Whom a key means. Keys of one space belong together: files of one set, or addresses (as keyed hashes)."""

    __tablename__ = "imported_people"

    space: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """What the source calls this person."""
    import_id: Mapped[int | None] = to("imports.id", ondelete="SET NULL", index=True)
    person_id: Mapped[int] = to("people.id", index=True)
    is_made: Mapped[Flag]
    """The person came with this import; otherwise they were here before."""
    manager_key: Mapped[str | None]
    """Of a manager who has not been looked up yet."""

    __table_args__ = (
        Index(
            "imported_people_waiting",
            "import_id",
            "person_id",
            postgresql_where=text("manager_key is not null"),
        ),
    )


class ImportedPost(Row):
    __tablename__ = "imported_posts"

    space: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """What the source calls this post."""
    import_id: Mapped[int] = to("imports.id", index=True)
    post_id: Mapped[int | None] = to("posts.id", ondelete="SET NULL", index=True)
    """None for one that has been deleted here since: it is not brought in again."""
    accepted_key: Mapped[str | None]
    """Of an accepted answer that has not been looked up yet."""

    __table_args__ = (
        Index(
            "imported_posts_waiting",
            "import_id",
            "post_id",
            postgresql_where=text("accepted_key is not null"),
        ),
    )


class ForgottenAuthor(Row):
    """Somebody whom the organisation has forgotten: nothing under this name of a source, or this address, comes in again."""

    __tablename__ = "forgotten_authors"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    """Keyed, of an address, or of a key of one source."""
    forgotten_at: Mapped[Moment]
