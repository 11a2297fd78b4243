"""Imports: what came from where, so that twice is once, a kill loses nothing, and all of it can be taken out again."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from weetwie.tables.schema import Count, Id, Moment, Row, to


class Import(Row):
    """One source that was brought in: a file or a repository."""

    __tablename__ = "imports"

    id: Mapped[Id]
    kind: Mapped[str]
    source: Mapped[str] = mapped_column(unique=True)
    """What tells this source from others (a name and a hash of its beginning), so that a second run goes on with the first."""
    done: Mapped[Count]
    """Lines or commits that are in."""
    started_at: Mapped[Moment]
    ended_at: Mapped[datetime | None]


class ImportedPerson(Row):
    __tablename__ = "imported_people"

    import_id: Mapped[int] = to("imports.id", index=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """What the source calls this person."""
    person_id: Mapped[int] = to("people.id", index=True)


class ImportedPost(Row):
    __tablename__ = "imported_posts"

    import_id: Mapped[int] = to("imports.id", index=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """What the source calls this post."""
    post_id: Mapped[int] = to("posts.id", index=True)
