"""Replies by mail: where a reply to an email comes in, which mails came, and which addresses do not exist any more."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.add_column("letters", sa.Column("reply_to", sa.Text, nullable=False, server_default=""))
    op.add_column("addresses", sa.Column("unreachable_at", sa.DateTime(timezone=True)))
    op.create_table(
        "taken_mails",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("is_returned", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_index("ix_taken_mails_person_id", "taken_mails", ["person_id"])
