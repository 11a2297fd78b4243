"""What of the policy an announcement tells, so that changes of one day stand in one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.add_column(
        "announcements", sa.Column("policy_names", ARRAY(sa.Text), nullable=False, server_default="{}")
    )
