"""The survey before and after: its rounds with what was counted, and the answers while a round is open."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Flag, Id, Moment, Row, to


class SurveyRound(Row):
    """Open until it is counted. A number is null where it is told to nobody."""

    __tablename__ = "survey_rounds"

    id: Mapped[Id]
    compared_with_id: Mapped[int | None] = to("survey_rounds.id", index=True)
    """The first round that asked the same topics."""
    topics: Mapped[list[str]]
    begins_at: Mapped[Moment]
    ends_at: Mapped[datetime]
    counted_at: Mapped[datetime | None]
    people: Mapped[int | None]
    asked: Mapped[int | None]
    named: Mapped[int | None]
    correct: Mapped[int | None]
    nearly_all: Mapped[Flag]
    """More than nine of ten answers named somebody who knows, and so few people named others that no number is told."""
    is_sample: Mapped[Flag]
    """Made up, with the sample company."""

    __table_args__ = (
        Index(
            "survey_rounds_open",
            text("(counted_at is null)"),
            unique=True,
            postgresql_where=text("counted_at is null"),
        ),
    )


class SurveyReply(Row):
    """Somebody took part in an open round, or does not want to. Goes when the round is counted."""

    __tablename__ = "survey_replies"

    round_id: Mapped[int] = to("survey_rounds.id", primary_key=True)
    person_id: Mapped[int] = to("people.id", primary_key=True, index=True)


class SurveyAnswer(Row):
    """Goes when the round is counted. Whom somebody named is not stored."""

    __tablename__ = "survey_answers"

    round_id: Mapped[int] = to("survey_rounds.id", primary_key=True)
    person_id: Mapped[int] = to("people.id", primary_key=True, index=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    is_correct: Mapped[bool | None]
    """Whether the person whom they named knows about it, by what they see; null where they did not know anybody."""
