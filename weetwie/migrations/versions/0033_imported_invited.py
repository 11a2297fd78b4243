"""Who came with an import is invited once."""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.execute("alter table addresses add column invited_at timestamptz")
