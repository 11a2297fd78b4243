"""How often a process has begun with an import that was asked for on a page."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.add_column(
        "import_requests", sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False)
    )
