"""Bots that members make and answer for, and by what they are told what to post."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, primary_key=True, server_default=sa.text("new_id()"))


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _bot() -> sa.Column[int]:
    return sa.Column("bot_id", sa.BigInteger, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False)


def upgrade() -> None:
    for name, index in (("responsible_id", "people_bots"), ("offered_to_id", "people_bots_offered")):
        op.add_column("people", sa.Column(name, sa.BigInteger))
        op.create_foreign_key(f"people_{name}_fkey", "people", "people", [name], ["id"], ondelete="SET NULL")
        op.create_index(index, "people", [name], postgresql_where=sa.text(f"{name} is not null"))
    op.create_table(
        "incoming_webhooks",
        _id(),
        _bot(),
        _words("name"),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False, unique=True),
        _moment("created_at"),
        sa.Column("used_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_incoming_webhooks_bot_id", "incoming_webhooks", ["bot_id"])
    op.create_table(
        "read_feeds",
        _id(),
        _bot(),
        sa.Column("url", sa.Text, nullable=False),
        _words("etag"),
        _words("modified"),
        sa.Column("is_known", sa.Boolean, nullable=False, server_default="false"),
        _moment("next_at"),
        sa.Column("failures", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        _words("error"),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        _moment("created_at"),
    )
    op.create_index("ix_read_feeds_bot_id", "read_feeds", ["bot_id"])
    op.create_index("read_feeds_due", "read_feeds", ["next_at"])
    op.create_table(
        "read_entries",
        sa.Column(
            "feed_id", sa.BigInteger, sa.ForeignKey("read_feeds.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("id_hash", sa.LargeBinary, primary_key=True),
        _moment("seen_at"),
    )
