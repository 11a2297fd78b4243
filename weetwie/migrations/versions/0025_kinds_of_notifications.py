"""Kinds of notifications that somebody does not want."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column(
        "notification_policies",
        sa.Column("kinds_off", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
