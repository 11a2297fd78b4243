"""Who knows what: what each post shows, newest as rows, older ones sealed into packed segments."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from weetwie.tables.events import Xid8
from weetwie.tables.schema import NEW_ID, Count, Flag, Rank, Row


class Evidence(Row):
    """What one post shows that is not sealed yet, or that it is gone. Only public and unlisted posts are evidence.

    It is the log as well: who keeps the evidence in memory reads what transactions have written that it did not see.
    """

    __tablename__ = "evidence"

    post_id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[Count]
    root_id: Mapped[Count]
    ring: Mapped[Rank] = mapped_column(server_default="0")
    is_question: Mapped[Flag]
    """It opens a thread with a question."""
    is_accepted: Mapped[Flag]
    """It is the answer that the asker of its thread accepted."""
    is_gone: Mapped[Flag]
    length: Mapped[Count]
    likeness: Mapped[Count]
    """The same for posts that say the same."""
    terms: Mapped[bytes] = mapped_column(server_default=text("''::bytea"))
    """The numbers of its terms, then how often each stands in it."""
    endorsers: Mapped[list[int]] = mapped_column(server_default="{}")
    written_in: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    revision: Mapped[int] = mapped_column(server_default=NEW_ID)

    __table_args__ = (Index("evidence_written_in", "written_in"),)


class EvidenceSegment(Row):
    """What does not depend on terms, of up to 65,536 posts, one packed column each. Never changed once written."""

    __tablename__ = "evidence_segments"

    segment: Mapped[int] = mapped_column(primary_key=True)
    posts: Mapped[bytes]
    authors: Mapped[bytes]
    roots: Mapped[bytes]
    flags: Mapped[bytes]
    lengths: Mapped[bytes]
    likenesses: Mapped[bytes]
    endorsed: Mapped[bytes]
    endorsers: Mapped[bytes]


class EvidenceChunk(Row):
    """In which posts of a segment a term stands, and how often: places of 16 bits, then numbers of 8 bits."""

    __tablename__ = "evidence_chunks"

    term: Mapped[int] = mapped_column(primary_key=True)
    segment: Mapped[int] = mapped_column(primary_key=True)
    places: Mapped[bytes]


class KnownWord(Row):
    """A word that somebody wrote, so that one that nobody wrote can be held against it."""

    __tablename__ = "known_words"

    word: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (
        Index(
            "known_words_like",
            text("word gin_trgm_ops"),
            postgresql_using="gin",
        ),
    )
