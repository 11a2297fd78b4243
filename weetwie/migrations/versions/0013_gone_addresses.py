"""An address that is taken from somebody is told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("account_events", sa.Column("gone", sa.Text()))
