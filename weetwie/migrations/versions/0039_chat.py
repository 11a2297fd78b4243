"""Chats from which people ask, and their accounts there."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, primary_key=True, server_default=sa.text("new_id()"))


def _of_chat(*, is_key: bool = False) -> sa.Column[int]:
    return sa.Column(
        "chat_id",
        sa.BigInteger,
        sa.ForeignKey("chats.id", ondelete="CASCADE"),
        nullable=False,
        primary_key=is_key,
    )


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def _name() -> sa.Column[str]:
    return sa.Column("name", sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    op.create_table(
        "chats",
        _id(),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("secrets", sa.LargeBinary, nullable=False),
        sa.Column("bot_token", sa.LargeBinary, nullable=False),
        _moment("created_at"),
    )
    op.create_table(
        "chat_accounts",
        _id(),
        _of_chat(),
        sa.Column("account", sa.Text, nullable=False),
        _name(),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        _moment("created_at"),
        sa.UniqueConstraint("chat_id", "account"),
    )
    op.create_index("ix_chat_accounts_person_id", "chat_accounts", ["person_id"])
    op.create_table(
        "chat_links",
        _of_chat(is_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        _name(),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "chat_requests",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        _moment("at"),
    )
    op.create_index("ix_chat_requests_at", "chat_requests", ["at"])
