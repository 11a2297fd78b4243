"""Posts from beyond one's circle, introductions, and an email a week with what one missed."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _to(name: str, table: str, *, is_key: bool = False, is_there: bool = True) -> sa.Column[int]:
    return sa.Column(
        name,
        sa.BigInteger,
        sa.ForeignKey(f"{table}.id", ondelete="CASCADE"),
        primary_key=is_key,
        nullable=not is_there,
    )


def upgrade() -> None:
    _beyond()
    _meetings()
    _week()


def _beyond() -> None:
    op.create_table(
        "beyond_readers",
        _to("person_id", "people", is_key=True),
        sa.Column("choice", sa.SmallInteger, nullable=False, server_default="1"),
        sa.Column("reads", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("has_chosen", sa.Boolean, nullable=False, server_default="false"),
    )
    op.create_table(
        "beyond_posts",
        _to("person_id", "people", is_key=True),
        _to("post_id", "posts", is_key=True),
        _words("topic"),
        _words("bond"),
        _moment("shown_at"),
    )
    op.create_index("ix_beyond_posts_post_id", "beyond_posts", ["post_id"])
    op.create_index("beyond_posts_shown", "beyond_posts", ["shown_at"])


def _meetings() -> None:
    op.create_table(
        "meetings",
        sa.Column("id", sa.BigInteger, primary_key=True, server_default=sa.text("new_id()")),
        _to("first_id", "people"),
        _to("second_id", "people"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        _words("first_bond"),
        _words("second_bond"),
        _to("first_post_id", "posts", is_there=False),
        _to("second_post_id", "posts", is_there=False),
        _moment("proposed_at"),
        sa.Column("first_says", sa.Boolean),
        sa.Column("second_says", sa.Boolean),
        sa.Column("introduced_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("first_id < second_id", name="meetings_order"),
    )
    op.create_index("meetings_pair", "meetings", ["first_id", "second_id"], unique=True)
    op.create_index("meetings_proposed", "meetings", ["proposed_at"])
    for column in ("second_id", "first_post_id", "second_post_id"):
        op.create_index(f"ix_meetings_{column}", "meetings", [column])
    op.create_table(
        "meeting_preferences",
        _to("person_id", "people", is_key=True),
        sa.Column("is_introduced", sa.Boolean, nullable=False, server_default="true"),
    )


def _week() -> None:
    # Who wanted to hear of questions once a week gets the email that has these and more.
    op.drop_index("people_telling", "people")
    op.add_column(
        "people", sa.Column("wants_week", sa.Boolean, nullable=False, server_default=sa.text("false"))
    )
    op.add_column("people", sa.Column("week_told_at", sa.DateTime(timezone=True)))
    op.execute(
        "update people set wants_week = wants_questions, week_told_at = questions_told_at"
        " where wants_questions or questions_told_at is not null"
    )
    op.drop_column("people", "wants_questions")
    op.drop_column("people", "questions_told_at")
    op.create_index("people_telling", "people", ["week_told_at"], postgresql_where=sa.text("wants_week"))
    op.add_column("letters", _words("kind"))
