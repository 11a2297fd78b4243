"""Who knows what: what each post shows, newest as rows, older ones sealed into packed segments."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.runtime.json import Json
from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.events import Xid8
from weetwie.tables.schema import NEW_ID, Count, Flag, Id, Moment, Rank, Row, to


class Evidence(Row):
    """What one post (or passage) shows that is not sealed yet, or that it is gone. Only public and unlisted posts are evidence.

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
    is_passage: Mapped[Flag]
    """It was written elsewhere: the number is that of a passage. Its author may be nobody, which is -1."""
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


class Topic(Row):
    """What somebody has chosen about a topic of theirs. Nothing that was only inferred stands here."""

    __tablename__ = "topics"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    """As they write it."""
    choice: Mapped[Rank]
    """`TopicChoice` in domain/knowledge/topic_rules.py: knows, learning, hidden, never."""
    chosen_at: Mapped[Moment]


class LatelyWords(Row):
    """With what somebody was lately busy, in words of their own posts, as they published it."""

    __tablename__ = "lately_words"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    words: Mapped[list[str]]
    ring: Mapped[Rank]
    """The narrowest of the posts that they are from: no profile that is open to a wider one shows them."""
    renews: Mapped[Flag]
    """They let it be renewed each week; else it goes when the posts are old."""
    published_at: Mapped[Moment]


class TopicWord(Row):
    """The words of the topics that people have chosen or were vouched for, so that a question finds them by its own."""

    __tablename__ = "topic_words"

    term: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = to("people.id", primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[Rank]
    """Which word of the topic this is a form of."""
    words: Mapped[Rank]
    """How many it has."""

    __table_args__ = (Index("topic_words_person", "person_id"),)


class Vouch(Row):
    """Somebody says that a colleague knows about a topic, and shows by which post."""

    __tablename__ = "vouches"

    id: Mapped[Id]
    about_id: Mapped[int] = to("people.id")
    by_id: Mapped[int] = to("people.id")
    key: Mapped[str]
    name: Mapped[str]
    post_id: Mapped[int] = to("posts.id")
    declined_at: Mapped[datetime | None]
    """It counts no more, and is not said again by the same person."""

    __table_args__ = (
        Index("vouches_about", "about_id", "key", "by_id", unique=True),
        Index("vouches_by", "by_id"),
        Index("vouches_post", "post_id"),
    )


class GlossaryEntry(Row):
    """What means the same here, as people have written it down."""

    __tablename__ = "glossary"

    id: Mapped[Id]
    words: Mapped[dict[str, Json]]
    """By language, the commonest first."""
    firsts: Mapped[list[int]]
    """The numbers of the first word of each, by which a question finds them."""
    ring: Mapped[Rank]
    """For whom it is."""
    widest: Mapped[Rank]
    """The narrowest of the posts that it was found in; the world where somebody wrote it themselves."""
    added_by_id: Mapped[int | None] = to("people.id", ondelete="SET NULL", index=True)
    added_at: Mapped[Moment]
    changed_by_id: Mapped[int | None] = to("people.id", ondelete="SET NULL", index=True)
    changed_at: Mapped[datetime | None]

    __table_args__ = (Index("glossary_firsts", "firsts", postgresql_using="gin"),)


class AskedQuestion(Row):
    """A question that the service account was asked, and what it answered. Both go after some days."""

    __tablename__ = "asked_questions"

    post_id: Mapped[int] = to("posts.id", primary_key=True)
    answer_id: Mapped[int] = to("posts.id", index=True)


class NotAbout(Row):
    """Somebody says that a post is not about what was asked: for themselves, or as its author for everyone."""

    __tablename__ = "not_about"

    id: Mapped[Id]
    person_id: Mapped[int] = to("people.id")
    post_id: Mapped[int] = to("posts.id", index=True)
    terms: Mapped[list[int]]
    """The numbers of the words that were asked, in order; never the words."""
    is_for_all: Mapped[Flag]

    __table_args__ = (
        Index("not_about_once", "person_id", "post_id", "terms", unique=True),
        Index("not_about_terms", "terms", postgresql_using="gin"),
    )


class WatchedQuestion(Row):
    """A question that nobody could answer: its asker is told once when somebody writes about it."""

    __tablename__ = "watched_questions"

    id: Mapped[Id]
    person_id: Mapped[int] = to("people.id", index=True)
    question: Mapped[str]
    terms: Mapped[list[int]]
    """The numbers of the words that say most of it: what has none of them is not about it."""
    ends_at: Mapped[Moment]
    told_at: Mapped[datetime | None]
    """When its asker was told; they are not told again."""
    told_post_id: Mapped[int | None] = to("posts.id", ondelete="SET NULL", index=True)
    """Of which post."""

    __table_args__ = (
        Index(
            "watched_questions_terms",
            "terms",
            postgresql_using="gin",
            postgresql_where=text("told_at is null"),
        ),
    )
