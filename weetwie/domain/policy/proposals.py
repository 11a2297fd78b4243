"""Choices that take two administrators: one proposes, another one confirms within a week.

The command line cannot do it: whoever has that acts as nobody in particular, and two are needed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, DateTime, Text, delete, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from weetwie.access import allowed, permissions
from weetwie.access.enums import Role
from weetwie.access.policy import COMPLIANCE_READS, Policy
from weetwie.access.settled import SETTLED, is_settled
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.policy import choose
from weetwie.errors import Conflict, Forbidden, Invalid, NotFound, _
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.tables.people import Person
from weetwie.tables.policy import PolicyProposal

LASTS: Final = timedelta(days=7)


class Proposal(msgspec.Struct, frozen=True):
    id: int
    value: Json
    """What the choice would be."""
    proposer_id: int
    expires_at: datetime

    @property
    def turns_on(self) -> bool:
        return self.value is True


async def waiting(db: Db, viewer: Viewer, name: str) -> Proposal | None:
    """The one about this choice; those of people who are no administrators any more do not wait. Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    row = await db.row(_OPEN, name=name, now=clock.now())
    return Proposal(*row) if row is not None else None


async def propose(db: Db, viewer: Viewer, name: str, value: Json) -> None:
    """In place of a proposal whose time is over. Raises Forbidden, Invalid, and Conflict where there is nothing to propose."""
    await _held(db, viewer, name, value)
    if await waiting(db, viewer, name) is not None:
        raise Conflict(_("There's already an open proposal. Confirm or withdraw it first."))
    await db.run(_FORGET, name=name)
    ends_at = clock.now() + LASTS
    await db.run(_PROPOSE, name=name, value=value, proposer_id=viewer.person_id, expires_at=ends_at)
    await audit(db, viewer, f"policy.{name}.propose", **_as_numbers(name, value))


async def confirm(db: Db, viewer: Viewer, name: str, proposal_id: int) -> Policy:
    """Raises Forbidden for whoever proposed it, and NotFound when its time is over."""
    found = await _one(db, viewer, name, proposal_id)
    before = await _held(db, viewer, name, found.value)
    if await waiting(db, viewer, name) != found:
        raise NotFound
    if found.proposer_id == viewer.person_id:
        raise Forbidden(_("You proposed this. Another administrator has to confirm it."))
    after = msgspec.structs.replace(before, version=before.version + 1, **{name: found.value})
    await db.run(_FORGET, name=name)
    numbers = _as_numbers(name, found.value)
    await audit(db, viewer, f"policy.{name}.confirm", found.proposer_id, **numbers, version=after.version)
    await choose.put(db, viewer, before, after)
    return after


async def withdraw(db: Db, viewer: Viewer, name: str, proposal_id: int) -> None:
    """By any administrator, whoever proposed it. Raises Forbidden, NotFound."""
    await choose.held(db, viewer)
    found = await _one(db, viewer, name, proposal_id)
    await db.run(_FORGET, name=name)
    await audit(db, viewer, f"policy.{name}.withdraw", found.proposer_id, **_as_numbers(name, found.value))


async def _one(db: Db, viewer: Viewer, name: str, proposal_id: int) -> Proposal:
    found = await waiting(db, viewer, name)
    if found is None or found.id != proposal_id:
        raise NotFound
    return found


async def _held(db: Db, viewer: Viewer, name: str, value: Json) -> Policy:
    """The policy, which nobody else changes until the transaction ends. Raises Forbidden, Invalid, Conflict."""
    before = await choose.held(db, viewer)
    if not viewer.is_person:
        raise Forbidden(
            _("This takes two administrators, logged in in a browser (Administration, Policies).")
        )
    if _NEEDS_SETTLED[name](before, value) and not await is_settled(db, viewer, Role.administrator):
        raise Forbidden(
            _(
                "In the last {days} days someone else made you an administrator or created a login link for you. This needs two people who have been administrators for longer."
            ),
            days=SETTLED.days,
        )
    return before


def _compliance(before: Policy, value: Json) -> bool:
    if value not in COMPLIANCE_READS:
        raise Invalid(_("There's no such choice: {name}."), name=str(value))
    if not choose.is_wider(before.compliance_reads, value):
        raise Conflict(_("It's already set this way."))
    choose.check_council(before, value)
    return True


def _works_council(before: Policy, value: Json) -> bool:
    """Whether the mode is switched off, and those who do it must have been administrators for a while."""
    if before.works_council is value:
        raise Conflict(_("It's already set this way."))
    return not value


_NEEDS_SETTLED: Final[Mapping[str, Callable[[Policy, Json], bool]]] = {
    "works_council": _works_council,
    "compliance_reads": _compliance,
}
"""What may be proposed, and whether it takes people who have been administrators for a while. Raise what is wrong with it."""


def _as_numbers(name: str, value: Json) -> dict[str, Any]:
    """For the audit trail."""
    return (
        {"turns_on": int(value is True)}
        if name == "works_council"
        else {"reads": COMPLIANCE_READS.index(str(value))}
    )


_NAME = PolicyProposal.name == param("name", Text)
_OPEN = Query(
    select(PolicyProposal.id, PolicyProposal.value, PolicyProposal.proposer_id, PolicyProposal.expires_at)
    .join(Person, Person.id == PolicyProposal.proposer_id)
    .where(
        _NAME,
        PolicyProposal.expires_at > param("now", DateTime(timezone=True)),
        Person.is_admin,
        Person.is_dormant.is_(False),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
    )
    .order_by(PolicyProposal.id.desc())
    .limit(1)
)
_PROPOSE = Query(
    insert(PolicyProposal).values(
        name=param("name", Text),
        value=param("value", JSONB),
        proposer_id=param("proposer_id", BigInteger),
        expires_at=param("expires_at", DateTime(timezone=True)),
    )
)
_FORGET = Query(delete(PolicyProposal).where(_NAME))
