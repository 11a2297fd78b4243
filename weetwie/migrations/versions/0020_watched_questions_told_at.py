"""A watched question outlives the post of which its asker was told."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("watched_questions", sa.Column("told_at", sa.DateTime(timezone=True)))
    op.execute("update watched_questions set told_at = now() where told_post_id is not null")
    op.drop_constraint("watched_questions_told_post_id_fkey", "watched_questions", type_="foreignkey")
    op.create_foreign_key(
        "watched_questions_told_post_id_fkey",
        "watched_questions",
        "posts",
        ["told_post_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.drop_index("watched_questions_terms", "watched_questions")
    op.create_index(
        "watched_questions_terms",
        "watched_questions",
        ["terms"],
        postgresql_using="gin",
        postgresql_where=sa.text("told_at is null"),
    )
