"""Notifications by mail, for who has not read them: of what somebody wants to hear, and when they were last written to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.create_table(
        "mail_choices",
        sa.Column(
            "person_id", sa.BigInteger, sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("kinds", ARRAY(sa.Text), nullable=False),
        sa.Column("with_private", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("mailed_at", sa.DateTime(timezone=True)),
    )
    op.create_index(
        "letters_gathering",
        "letters",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'unread' and attempts = 0"),
    )
