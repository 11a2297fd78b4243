"""Works-council mode on or off: one administrator proposes it, another one confirms within a week.

The command line cannot do it: whoever has that acts as nobody in particular, and two are needed.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, delete, insert, select

from weetwie.access import may
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.domain.policy import choose
from weetwie.errors import Conflict, Forbidden, NotFound, _
from weetwie.events import audit
from weetwie.kit import clock
from weetwie.kit.db import Db, Query, param
from weetwie.tables.audit import Audit
from weetwie.tables.people import Person
from weetwie.tables.policy import CouncilProposal

LASTS: Final = timedelta(days=7)
SETTLED: Final = timedelta(days=7)
"""For so long somebody must have been an administrator by themselves before they help to switch the mode off: else one
administrator could make the second one."""
_MADE_BY_OTHERS: Final = ("person.create", "person.claim", "person.roles", "person.link")


class Proposal(msgspec.Struct, frozen=True):
    id: int
    turns_on: bool
    proposer_id: int
    expires_at: datetime


async def proposal(db: Db, viewer: Viewer) -> Proposal | None:
    """The one that waits; those of people who are no administrators any more do not. Raises Forbidden."""
    if not may.administer(viewer, clock.now()):
        raise Forbidden
    row = await db.row(_OPEN, now=clock.now())
    return Proposal(*row) if row is not None else None


async def propose(db: Db, viewer: Viewer, *, turns_on: bool) -> None:
    """In place of a proposal whose time is over. Raises Forbidden, and Conflict where there is nothing to propose."""
    before = await _held(db, viewer, turns_on=turns_on)
    if before.works_council is turns_on:
        raise Conflict(_("This is so already."))
    if await proposal(db, viewer) is not None:
        raise Conflict(
            _("A proposal waits already. It is confirmed, or taken back, before there is another.")
        )
    await db.run(_FORGET)
    await db.run(_PROPOSE, turns_on=turns_on, proposer_id=viewer.person_id, expires_at=clock.now() + LASTS)
    await audit(db, viewer, "policy.works_council.propose", turns_on=int(turns_on))


async def confirm(db: Db, viewer: Viewer, proposal_id: int) -> Policy:
    """Raises Forbidden for whoever proposed it, and NotFound when its time is over."""
    waiting = await proposal(db, viewer)
    if waiting is None or waiting.id != proposal_id:
        raise NotFound
    before = await _held(db, viewer, turns_on=waiting.turns_on)
    if await proposal(db, viewer) != waiting:
        raise NotFound
    if waiting.proposer_id == viewer.person_id:
        raise Forbidden(_("You proposed this: another administrator must confirm it."))
    after = msgspec.structs.replace(before, version=before.version + 1, works_council=waiting.turns_on)
    await db.run(_FORGET)
    await audit(
        db,
        viewer,
        "policy.works_council.confirm",
        waiting.proposer_id,
        turns_on=int(waiting.turns_on),
        version=after.version,
    )
    await choose.put(db, viewer, before, after)
    return after


async def withdraw(db: Db, viewer: Viewer, proposal_id: int) -> None:
    """By any administrator, whoever proposed it. Raises Forbidden, NotFound."""
    await choose.held(db, viewer)
    waiting = await proposal(db, viewer)
    if waiting is None or waiting.id != proposal_id:
        raise NotFound
    await db.run(_FORGET)
    await audit(
        db, viewer, "policy.works_council.withdraw", waiting.proposer_id, turns_on=int(waiting.turns_on)
    )


async def since(db: Db) -> datetime | None:
    """When the mode was last switched; None where it never was, or where the audit trail does not reach back so far."""
    at: datetime | None = await db.value(_SINCE)
    return at


async def _held(db: Db, viewer: Viewer, *, turns_on: bool) -> Policy:
    """The policy, which nobody else changes until the transaction ends. Raises Forbidden."""
    before = await choose.held(db, viewer)
    if not viewer.is_person:
        raise Forbidden(
            _("Works-council mode is switched in the browser, by two administrators who are signed in.")
        )
    settled = clock.now() - SETTLED
    if not turns_on and await db.value(_MADE_LATELY, person_id=viewer.person_id, since=settled):
        raise Forbidden(
            _(
                "Somebody else made you an administrator, or made a link to sign in as you, less than {days} days ago. "
                "To switch works-council mode off takes two who have been administrators for longer."
            ),
            days=SETTLED.days,
        )
    return before


_OPEN = Query(
    select(
        CouncilProposal.id,
        CouncilProposal.turns_on,
        CouncilProposal.proposer_id,
        CouncilProposal.expires_at,
    )
    .join(Person, Person.id == CouncilProposal.proposer_id)
    .where(
        CouncilProposal.expires_at > param("now", DateTime(timezone=True)),
        Person.is_admin,
        Person.is_dormant.is_(False),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
    )
    .order_by(CouncilProposal.id.desc())
    .limit(1)
)
_PROPOSE = Query(
    insert(CouncilProposal).values(
        turns_on=param("turns_on", Boolean),
        proposer_id=param("proposer_id", BigInteger),
        expires_at=param("expires_at", DateTime(timezone=True)),
    )
)
_FORGET = Query(delete(CouncilProposal))
_MADE_LATELY = Query(
    select(
        select(Audit.id)
        .where(
            Audit.subject_id == param("person_id", BigInteger),
            Audit.actor_id.is_distinct_from(Audit.subject_id),
            Audit.act.in_(_MADE_BY_OTHERS),
            Audit.at > param("since", DateTime(timezone=True)),
        )
        .exists()
    )
)
_SINCE = Query(
    select(Audit.at).where(Audit.act == "policy.works_council.confirm").order_by(Audit.id.desc()).limit(1)
)
