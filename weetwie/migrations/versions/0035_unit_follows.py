"""Units that people follow, and whom these have brought."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def _person(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)


def upgrade() -> None:
    op.create_table(
        "unit_follows",
        _person("person_id"),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_index("unit_follows_by_unit", "unit_follows", ["key", "person_id"])
    op.create_table(
        "followed_by_unit",
        _person("person_id"),
        _person("followed_id"),
        sa.Column("key", sa.Text, nullable=False),
    )
    op.create_index("followed_by_unit_by_followed", "followed_by_unit", ["followed_id"])
