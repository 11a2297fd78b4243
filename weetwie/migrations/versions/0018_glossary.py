"""What means the same, as people have written it down."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "glossary",
        sa.Column("id", sa.BigInteger, primary_key=True, server_default=sa.text("new_id()")),
        sa.Column("words", JSONB, nullable=False),
        sa.Column("firsts", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("ring", sa.SmallInteger, nullable=False),
        sa.Column("widest", sa.SmallInteger, nullable=False),
        sa.Column("added_by_id", sa.BigInteger, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("changed_by_id", sa.BigInteger, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_glossary_added_by_id", "glossary", ["added_by_id"])
    op.create_index("ix_glossary_changed_by_id", "glossary", ["changed_by_id"])
    op.create_index("glossary_firsts", "glossary", ["firsts"], postgresql_using="gin")
