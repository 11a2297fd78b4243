"""The first tables, as the statements that made them."""

from alembic import op

from weetwie.migrations import statements

revision = "0001"
down_revision = None


def upgrade() -> None:
    for statement in statements("0001_the_first_tables.sql"):
        op.get_bind().exec_driver_sql(statement)
