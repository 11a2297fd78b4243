"""Each person chooses whether it is worked out what Weetwie brought them; a tour is offered once."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.add_column("people", sa.Column("has_toured", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("people", sa.Column("sees_benefit", sa.Boolean(), server_default=sa.true(), nullable=False))
