"""A switch of one's own: whether who answered one before comes first when one asks who knows."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("people", sa.Column("finds_near", sa.Boolean(), server_default="true", nullable=False))
