"""Which address a provider told at the last sign-in of a person."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("identities", sa.Column("address_hash", sa.LargeBinary()))
