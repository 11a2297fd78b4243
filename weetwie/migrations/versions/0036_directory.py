"""The organisation's directory, read by LDAP."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.create_table(
        "directory_entries",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("resource_id", sa.BigInteger(), nullable=True),
        sa.Column("known_as", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("groups", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("photo_digest", sa.LargeBinary(), server_default="", nullable=False),
        sa.Column("face", sa.Text(), nullable=True),
        sa.Column("gone_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_erased", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["resource_id"], ["scim_resources.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    for column in ("person_id", "resource_id", "known_as"):
        op.create_index(f"ix_directory_entries_{column}", "directory_entries", [column])
    op.create_table(
        "directory_runs",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("new_id()"), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_whole", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("server", sa.Text(), server_default="", nullable=False),
        sa.Column("mark", sa.Text(), server_default="", nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
            for name in ("read", "came", "changed", "left", "waiting", "refused")
        ),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
