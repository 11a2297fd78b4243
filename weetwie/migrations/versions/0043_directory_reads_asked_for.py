"""Readings of the directory that an administrator asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.add_column("directory_runs", sa.Column("asked_at", sa.DateTime(timezone=True)))
    op.alter_column("directory_runs", "begun_at", nullable=True)
