"""The first 90 days of those who join from now on: who is here already has had theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def _person(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)


def _week(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger, nullable=False, server_default=default)


def upgrade() -> None:
    op.create_table(
        "first_weeks",
        _person("person_id"),
        sa.Column("began_at", sa.DateTime(timezone=True)),
        sa.Column("is_wanted", sa.Boolean, nullable=False, server_default="true"),
        _week("skipped", "0"),
        _week("mailed", "0"),
    )
    op.create_index("first_weeks_began", "first_weeks", ["began_at"])
    op.create_table("first_weeks_people", _person("person_id"), _person("shown_id"), _week("week"))
    op.create_index("ix_first_weeks_people_shown_id", "first_weeks_people", ["shown_id"])
