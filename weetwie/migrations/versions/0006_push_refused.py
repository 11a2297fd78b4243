"""What a push service says of this installation where it does not take its messages."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("push_subscriptions", sa.Column("refused", sa.Text(), server_default="", nullable=False))
