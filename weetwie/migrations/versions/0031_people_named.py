"""How many people somebody has named for a question."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.add_column("asked_people", sa.Column("named", sa.SmallInteger(), server_default="0", nullable=False))
