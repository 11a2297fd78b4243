"""People name the hosts whose pages may call them their author."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column(
        "people", sa.Column("attribution_domains", ARRAY(sa.Text()), nullable=False, server_default="{}")
    )
