"""Works-council mode on or off: it takes two administrators, who for switching it off must have been that for a while."""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query
from weetwie.domain.policy import proposals
from weetwie.domain.policy.proposals import Proposal
from weetwie.tables.audit import Audit

NAME: Final = "works_council"
_SINCE = Query(
    select(Audit.at).where(Audit.act == "policy.works_council.confirm").order_by(Audit.id.desc()).limit(1)
)


async def proposal(db: Db, viewer: Viewer) -> Proposal | None:
    return await proposals.waiting(db, viewer, NAME)


async def propose(db: Db, viewer: Viewer, *, turns_on: bool) -> None:
    await proposals.propose(db, viewer, NAME, turns_on)


async def confirm(db: Db, viewer: Viewer, proposal_id: int) -> Policy:
    return await proposals.confirm(db, viewer, NAME, proposal_id)


async def withdraw(db: Db, viewer: Viewer, proposal_id: int) -> None:
    await proposals.withdraw(db, viewer, NAME, proposal_id)


async def since(db: Db) -> datetime | None:
    """When the mode was last switched; None where it never was, or where the audit trail does not reach back so far."""
    at: datetime | None = await db.value(_SINCE)
    return at
