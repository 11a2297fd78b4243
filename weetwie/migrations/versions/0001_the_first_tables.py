"""The first tables."""

from alembic import op

from weetwie.migrations.functions import AUDIT, EVIDENCE, FORGET_HOME_ENTRIES, MEDIA_KEY, NEW_ID, NO_EVIDENCE
from weetwie.migrations.search import NO_SEARCH, READINGS, WORDS
from weetwie.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in (*NEW_ID, *WORDS):
        op.get_bind().exec_driver_sql(statement)
    metadata.create_all(op.get_bind())
    for statement in (*FORGET_HOME_ENTRIES, *EVIDENCE, *AUDIT, *READINGS):
        op.get_bind().exec_driver_sql(statement)
    op.execute("insert into policy (id) values (1)")
    op.execute(MEDIA_KEY)


def downgrade() -> None:
    metadata.drop_all(op.get_bind())
    for statement in (*NO_EVIDENCE, *NO_SEARCH):
        op.execute(statement)
    op.execute("drop function forget_home_entries")
    op.execute("drop function keep_audit")
    op.execute("drop function new_id")
    op.execute("drop sequence running_number")
