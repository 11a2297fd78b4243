"""Policy: what the organisation has chosen. One row."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from weetwie.tables.schema import Count, Id, Row, to


class PolicyRow(Row):
    __tablename__ = "policy"

    id: Mapped[int] = mapped_column(primary_key=True, server_default="1")
    version: Mapped[Count]
    """Raised by every change."""
    choices: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """Only what differs from the defaults in `access/policy.py`."""

    __table_args__ = (CheckConstraint("id = 1", name="one_policy"),)


class CouncilProposal(Row):
    """An administrator wants works-council mode on or off; another one has to agree. There is one at most."""

    __tablename__ = "council_proposals"

    id: Mapped[Id]
    turns_on: Mapped[bool]
    proposer_id: Mapped[int] = to("people.id", index=True)
    expires_at: Mapped[datetime]
