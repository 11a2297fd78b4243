"""Exports that an administrator hands in on a page, for the worker to look at and to bring in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0028"
down_revision = "0027"


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _document(name: str) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=False, server_default="{}")


def upgrade() -> None:
    op.create_table(
        "import_requests",
        sa.Column("id", sa.BigInteger, primary_key=True, server_default=sa.text("new_id()")),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        _words("file"),
        _words("map_file"),
        _document("terms"),
        sa.Column("act", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("part", sa.SmallInteger, nullable=False, server_default="0"),
        _document("report"),
        _words("why"),
        sa.Column("import_id", sa.BigInteger, sa.ForeignKey("imports.id", ondelete="SET NULL")),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_import_requests_person_id", "import_requests", ["person_id"])
    op.create_index("ix_import_requests_import_id", "import_requests", ["import_id"])
    op.create_index(
        "import_requests_waiting", "import_requests", ["asked_at"], postgresql_where=sa.text("state < 2")
    )
