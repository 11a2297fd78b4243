"""What the installation itself announces is kept in each of its languages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("announcements", sa.Column("in_languages", JSONB(), nullable=False, server_default="{}"))
