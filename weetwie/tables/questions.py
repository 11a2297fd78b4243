"""Questions that look for people: who is asked, how far that has come, and when somebody wants to be asked.

When somebody was asked, passed or answered is kept nowhere but in `question_load`, which goes after some days.
"""

from datetime import date, datetime

from sqlalchemy import Index, text

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Flag, Id, Moment, Rank, Row, Words, to


class Question(Row):
    """A post whose author wants people to be asked."""

    __tablename__ = "questions"

    post_id: Mapped[int] = to("posts.id", primary_key=True)
    asker_id: Mapped[int] = to("people.id", index=True)
    step: Mapped[Rank] = mapped_column(server_default="0")
    """The steps that have been taken, see domain/questions/rules.py."""
    due_at: Mapped[datetime | None]
    """When the next step is to be taken; none where no more comes."""
    attempts: Mapped[Count]
    """Since a step last succeeded."""
    added: Mapped[Count]
    """How many people Weetwie asks, as the asker reads it: by what they see, whoever is there."""
    is_closed: Mapped[Flag]
    """By its asker: nobody more is asked."""
    topic: Mapped[Words]
    """The words that say most of it."""
    terms: Mapped[list[int]] = mapped_column(server_default="{}")
    """Their numbers."""
    confirmed_at: Mapped[datetime | None]
    """When somebody last said that its answer is still so, or is no longer."""
    confirmed_by_id: Mapped[int | None] = to("people.id", ondelete="SET NULL", index=True)
    """Nobody in works-council mode."""
    is_outdated: Mapped[Flag]
    check_at: Mapped[datetime | None]
    """When it is asked next whether the answer is still so."""
    checks: Mapped[Count]
    """How many were asked so since it was last confirmed."""

    __table_args__ = (
        Index("questions_due", "due_at", postgresql_where=text("due_at is not null")),
        Index("questions_check", "check_at", postgresql_where=text("check_at is not null")),
    )


class AskedPerson(Row):
    """Somebody who is asked a question, or who is not to be asked it."""

    __tablename__ = "asked_people"

    post_id: Mapped[int] = to("posts.id", primary_key=True)
    person_id: Mapped[int] = to("people.id", primary_key=True)
    chosen_by: Mapped[Rank]
    """0 the asker, 1 Weetwie, 2 somebody who was asked, see domain/questions/rules.py."""
    named_by_id: Mapped[int | None] = to("people.id", ondelete="SET NULL", index=True)
    is_named_openly: Mapped[Flag]
    """Who named them stands behind it."""
    state: Mapped[Rank] = mapped_column(server_default="0")
    named: Mapped[Rank] = mapped_column(server_default="0")
    """How many people they have named for this question."""
    tell_at: Mapped[datetime | None]
    """When they are to be notified; none where they have been, or are not to be."""
    mail_at: Mapped[datetime | None]
    """When they are written to, unless they have looked before."""

    __table_args__ = (
        Index("asked_people_person", "person_id", "post_id"),
        Index("asked_people_tell", "tell_at", postgresql_where=text("tell_at is not null")),
        Index("asked_people_mail", "mail_at", postgresql_where=text("mail_at is not null")),
    )


class QuestionLoad(Row):
    """A question reached somebody. Kept for eight days."""

    __tablename__ = "question_load"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    post_id: Mapped[int] = to("posts.id", primary_key=True, index=True)
    at: Mapped[Moment]

    __table_args__ = (Index("question_load_at", "at"),)


class QuestionPreferences(Row):
    """When and about what somebody wants to be asked. Who has chosen nothing may have no row."""

    __tablename__ = "question_preferences"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    is_asked: Mapped[bool | None]
    """None: as usual for members and not for alumni and guests."""
    away_until: Mapped[date | None]
    """The last day of it."""
    most_a_week: Mapped[Rank] = mapped_column(server_default="3")
    time_zone: Mapped[Words]
    """Empty: as the organisation has it."""
    begins: Mapped[Rank | None]
    """Minutes after midnight; none: at any time."""
    ends: Mapped[Rank | None]
    topics: Mapped[list[str]] = mapped_column(server_default="{}")
    """About which they like to be asked."""
    terms: Mapped[list[int]] = mapped_column(server_default="{}")
    """The numbers of their words."""
    asks_at_once: Mapped[Flag]
    """Whether questions that they post with another app are asked without a word."""

    __table_args__ = (Index("question_preferences_terms", "terms", postgresql_using="gin"),)


class RefusedTopic(Row):
    """What somebody does not want to be asked about any more. Known to them alone."""

    __tablename__ = "refused_topics"

    id: Mapped[Id]
    person_id: Mapped[int] = to("people.id")
    name: Mapped[str]
    terms: Mapped[list[int]]

    __table_args__ = (Index("refused_topics_once", "person_id", "name", unique=True),)


class Pointer(Row):
    """Somebody who was asked named somebody else: a weak sign of who knows, for both to see and to delete."""

    __tablename__ = "pointers"

    id: Mapped[Id]
    by_id: Mapped[int] = to("people.id", index=True)
    to_id: Mapped[int] = to("people.id")
    name: Mapped[str]
    terms: Mapped[list[int]]
    is_open: Mapped[Flag]
    """Who named them stands behind it."""

    __table_args__ = (
        Index("pointers_once", "to_id", "by_id", "name", unique=True),
        Index("pointers_terms", "terms", postgresql_using="gin"),
    )


class WantsToKnow(Row):
    """Somebody else would like to know it too."""

    __tablename__ = "want_to_know"

    post_id: Mapped[int] = to("posts.id", primary_key=True)
    person_id: Mapped[int] = to("people.id", primary_key=True, index=True)


class AnswerVote(Row):
    """Somebody who knows says that this answers a question whose asker has not said so."""

    __tablename__ = "answer_votes"

    post_id: Mapped[int] = to("posts.id", primary_key=True)
    person_id: Mapped[int] = to("people.id", primary_key=True, index=True)
    answer_id: Mapped[int] = to("posts.id", index=True)


class AskProposal(Row):
    """A question that was posted with another app: its author was offered to have people asked."""

    __tablename__ = "ask_proposals"

    post_id: Mapped[int] = to("posts.id", primary_key=True)
    proposal_id: Mapped[int] = to("posts.id", index=True)


class FreeDay(Row):
    """A day on which nobody works somewhere."""

    __tablename__ = "free_days"

    region: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
