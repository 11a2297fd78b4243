"""Policy: what the organisation has chosen. One row."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB

from weetwie.runtime.json import Json
from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Id, Row, to


class PolicyRow(Row):
    __tablename__ = "policy"

    id: Mapped[int] = mapped_column(primary_key=True, server_default="1")
    version: Mapped[Count]
    """Raised by every change."""
    choices: Mapped[dict[str, Json]] = mapped_column(server_default="{}")
    """Only what differs from the defaults in `access/policy.py`."""

    __table_args__ = (CheckConstraint("id = 1", name="one_policy"),)


class PolicyProposal(Row):
    """An administrator wants a choice that takes two; another one has to agree. There is one at most for each choice."""

    __tablename__ = "policy_proposals"

    id: Mapped[Id]
    name: Mapped[str]
    """Of the choice, as in `access/policy.py`."""
    value: Mapped[Any] = mapped_column(JSONB)
    proposer_id: Mapped[int] = to("people.id", index=True)
    expires_at: Mapped[datetime]
