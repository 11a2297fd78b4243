"""Webhooks and what was sent to them."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.BigInteger, primary_key=True, server_default=sa.text("new_id()")),
        sa.Column("owner_id", sa.BigInteger, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        _words("about"),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("old_secret", sa.LargeBinary, nullable=False),
        sa.Column("old_until", sa.DateTime(timezone=True)),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        sa.Column("off_at", sa.DateTime(timezone=True)),
        _moment("created_at"),
    )
    op.create_index("ix_webhooks_owner_id", "webhooks", ["owner_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.BigInteger, primary_key=True, server_default=sa.text("new_id()")),
        sa.Column(
            "webhook_id", sa.BigInteger, sa.ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id", ondelete="CASCADE")),
        sa.Column("state", sa.SmallInteger, nullable=False, server_default="0"),
        _number("attempts"),
        _moment("next_at"),
        _number("status"),
        _words("error"),
        sa.Column("tried_at", sa.DateTime(timezone=True)),
        _moment("created_at"),
    )
    op.create_index("ix_webhook_deliveries_post_id", "webhook_deliveries", ["post_id"])
    op.create_index(
        "webhook_deliveries_due", "webhook_deliveries", ["next_at"], postgresql_where=sa.text("state = 0")
    )
    op.create_index("webhook_deliveries_list", "webhook_deliveries", ["webhook_id", "id"])
    op.create_index("webhook_deliveries_once", "webhook_deliveries", ["webhook_id", "post_id"], unique=True)
