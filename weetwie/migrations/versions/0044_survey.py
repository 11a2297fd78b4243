"""The survey before and after: its rounds, and what is answered while one is open."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0044"
down_revision = "0043"


def _to(name: str, target: str, *, is_key: bool = True) -> sa.Column[int]:
    return sa.Column(
        name,
        sa.BigInteger,
        sa.ForeignKey(target, ondelete="CASCADE"),
        primary_key=is_key,
        nullable=not is_key,
    )


def upgrade() -> None:
    op.create_table(
        "survey_rounds",
        sa.Column("id", sa.BigInteger, primary_key=True, server_default=sa.text("new_id()")),
        _to("compared_with_id", "survey_rounds.id", is_key=False),
        sa.Column("topics", ARRAY(sa.Text), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True)),
        *(sa.Column(name, sa.BigInteger) for name in ("people", "asked", "named", "correct")),
    )
    op.create_index("ix_survey_rounds_compared_with_id", "survey_rounds", ["compared_with_id"])
    op.create_index(
        "survey_rounds_open",
        "survey_rounds",
        [sa.text("(counted_at is null)")],
        unique=True,
        postgresql_where=sa.text("counted_at is null"),
    )
    op.create_table("survey_replies", _to("round_id", "survey_rounds.id"), _to("person_id", "people.id"))
    op.create_table(
        "survey_answers",
        _to("round_id", "survey_rounds.id"),
        _to("person_id", "people.id"),
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("is_correct", sa.Boolean),
    )
    for table in ("survey_replies", "survey_answers"):
        op.create_index(f"ix_{table}_person_id", table, ["person_id"])
