"""Policy: what the organisation has chosen. One row."""

from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from weetwie.tables.schema import Count, Row


class PolicyRow(Row):
    __tablename__ = "policy"

    id: Mapped[int] = mapped_column(primary_key=True, server_default="1")
    version: Mapped[Count]
    """Raised by every change."""
    choices: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """Only what differs from the defaults in `access/policy.py`."""

    __table_args__ = (CheckConstraint("id = 1", name="one_policy"),)
