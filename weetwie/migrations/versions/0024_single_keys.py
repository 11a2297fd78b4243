"""Whether letters alone do something on pages."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column(
        "people", sa.Column("has_single_keys", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
