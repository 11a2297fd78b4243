"""Questions that nobody could answer, kept for who wants to be told when somebody writes about them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "watched_questions",
        sa.Column("id", sa.BigInteger, primary_key=True, server_default=sa.text("new_id()")),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("terms", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("told_post_id", sa.BigInteger, sa.ForeignKey("posts.id", ondelete="CASCADE")),
    )
    op.create_index("ix_watched_questions_person_id", "watched_questions", ["person_id"])
    op.create_index("ix_watched_questions_told_post_id", "watched_questions", ["told_post_id"])
    op.create_index(
        "watched_questions_terms",
        "watched_questions",
        ["terms"],
        postgresql_using="gin",
        postgresql_where=sa.text("told_post_id is null"),
    )
