"""Posts that are not about what was asked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "not_about",
        sa.Column("id", sa.BigInteger, primary_key=True, server_default=sa.text("new_id()")),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("terms", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("is_for_all", sa.Boolean, nullable=False, server_default="false"),
    )
    op.create_index("ix_not_about_post_id", "not_about", ["post_id"])
    op.create_index("not_about_once", "not_about", ["person_id", "post_id", "terms"], unique=True)
    op.create_index("not_about_terms", "not_about", ["terms"], postgresql_using="gin")
