"""Notifications of what was taken back and given again, with ids that are exact as numbers of JavaScript."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("notifications", sa.Column("act_id", sa.BigInteger()))
    op.add_column("notifications", sa.Column("pushed_as", sa.BigInteger()))
    op.execute(
        "alter table notifications alter id set default"
        " ((new_id() >> 16) << 16) | ((nextval('running_number') & 4095) << 4)"
    )
    op.execute(
        "alter table push_messages drop constraint push_messages_notification_id_fkey,"
        " add constraint push_messages_notification_id_fkey foreign key (notification_id)"
        " references notifications (id) on update cascade on delete cascade"
    )
