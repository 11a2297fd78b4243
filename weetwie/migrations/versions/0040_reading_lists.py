"""Reading lists for who comes after somebody, and with what people were lately busy."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0040"
down_revision = "0039"


def _owner() -> sa.Column[int]:
    return sa.Column(
        "person_id", sa.BigInteger, sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def _list(name: str, of: type[sa.BigInteger] | type[sa.Text]) -> sa.Column[object]:
    return sa.Column(name, ARRAY(of), nullable=False, server_default="{}")


def upgrade() -> None:
    op.create_table(
        "reading_lists",
        _owner(),
        _list("people", sa.BigInteger),
        _list("post_ids", sa.BigInteger),
        _list("topics", sa.Text),
        sa.Column("words", sa.Text, nullable=False, server_default=""),
        sa.Column("manager_names", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("successor_id", sa.BigInteger, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("answer", sa.SmallInteger, nullable=False, server_default="0"),
        _moment("left_at"),
    )
    op.create_index("ix_reading_lists_successor_id", "reading_lists", ["successor_id"])
    op.create_table(
        "lately_words",
        _owner(),
        sa.Column("words", ARRAY(sa.Text), nullable=False),
        sa.Column("ring", sa.SmallInteger, nullable=False),
        sa.Column("renews", sa.Boolean, nullable=False, server_default="false"),
        _moment("published_at"),
    )
