"""Imports: what came from where, so that twice is once, a kill loses nothing, and all of it can be taken out again."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.runtime.json import Json
from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Flag, Id, Moment, Rank, Row, Words, to


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
    report: Mapped[dict[str, Json]] = mapped_column(server_default="{}")
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


class ImportRequest(Row):
    """An export that an administrator handed in on a page: looked at, brought in and perhaps removed by the worker, as they say."""

    __tablename__ = "import_requests"

    id: Mapped[Id]
    person_id: Mapped[int] = to("people.id", index=True)
    """Who asked, and whose rights count when it is done."""
    kind: Mapped[str]
    """Of source: `slack`."""
    name: Mapped[str]
    """Of the file, as it was called."""
    file: Mapped[Words]
    """Its name in the store; empty for what lies in the import folder of the server, and once it has gone."""
    map_file: Mapped[Words]
    """The table that says who is meant, in the store."""
    terms: Mapped[dict[str, Json]] = mapped_column(server_default="{}")
    act: Mapped[Rank]
    """`Act` in domain/imports/requests.py: what is to be done, or was done last."""
    state: Mapped[Rank]
    """`State`, likewise."""
    part: Mapped[Rank] = mapped_column(server_default="0")
    """How much is read, in percent."""
    attempts: Mapped[Count]
    """How often a process began with it."""
    report: Mapped[dict[str, Json]] = mapped_column(server_default="{}")
    """What has come of it so far."""
    why: Mapped[Words]
    """Why it failed, in the words of whoever asked."""
    import_id: Mapped[int | None] = to("imports.id", ondelete="SET NULL", index=True)
    asked_at: Mapped[Moment]
    claimed_at: Mapped[datetime | None]
    """When the process that works on it last said so."""
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("import_requests_waiting", "asked_at", postgresql_where=text("state < 2")),)
