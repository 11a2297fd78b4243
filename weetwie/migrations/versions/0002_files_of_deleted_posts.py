"""Files of deleted posts are told apart from fresh uploads."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("media", sa.Column("was_posted", sa.Boolean(), nullable=False, server_default="false"))
    # Until now the two looked alike; both are gone within a day.
    op.execute("update media set was_posted = true where post_id is null")
