"""Of emails that are written when they are sent: what they tell of came after this."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.add_column("letters", sa.Column("since", sa.DateTime(timezone=True)))
