"""The organisation chooses anew: its name, its rules, how wide people may write."""

from collections.abc import Mapping, Sized
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import JSONB

from weetwie.access import allowed, permissions
from weetwie.access.policy import COMPLIANCE_READS, Policy, from_choices
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.policy import working_time
from weetwie.errors import Forbidden, Invalid, _
from weetwie.events import PolicyChanged, audit, record
from weetwie.runtime.json import Json
from weetwie.tables.policy import PolicyRow

_HOLD = Query(select(PolicyRow.version, PolicyRow.choices).with_for_update())
_CHOOSE = Query(update(PolicyRow).values(version=PolicyRow.version + 1, choices=param("choices", JSONB)))


async def held(db: Db, viewer: Viewer) -> Policy:
    """What is chosen now; nobody else changes it until the transaction ends. Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    row = await db.row(_HOLD)
    assert row is not None, "there is always one policy"
    return from_choices(row["version"], row["choices"])


async def choose(db: Db, viewer: Viewer, changes: Mapping[str, Json]) -> Policy:
    """The other choices stay. Raises Forbidden, and Invalid for what cannot be chosen or not like this."""
    before = await held(db, viewer)
    after = chosen(before, changes)
    await put(db, viewer, before, after)
    return after


def chosen(before: Policy, changes: Mapping[str, Json]) -> Policy:
    """What the policy would be. Raises Invalid."""
    unknown = changes.keys() - set(Policy.__struct_fields__) | changes.keys() & {"version"}
    if unknown:
        raise Invalid(_("There's no such choice: {name}."), name=min(unknown))
    after = _replaced(before, working_time.checked(changes))
    if after.works_council != before.works_council:
        raise Invalid(
            _("Works council mode is changed by two administrators: one proposes, another confirms."),
            field="works_council",
        )
    if is_wider(before.compliance_reads, after.compliance_reads):
        check_council(before, after.compliance_reads)
        raise Invalid(
            _("Letting compliance read more takes two administrators: one proposes, another confirms."),
            field="compliance_reads",
        )
    if before.works_council and set(before.never_inferred) - set(after.never_inferred):
        raise Invalid(
            _("In works council mode, topics can't be removed from the list that is never inferred."),
            field="never_inferred",
        )
    return after


def is_wider(before: str, after: str) -> bool:
    """Whether compliance would read more than before."""
    return COMPLIANCE_READS.index(after) > COMPLIANCE_READS.index(before)


def check_council(before: Policy, reads: str) -> None:
    if before.works_council and is_wider(before.compliance_reads, reads):
        raise Forbidden(
            _("In works council mode, compliance can't be allowed to read more."), field="compliance_reads"
        )


def _replaced(before: Policy, changes: Mapping[str, Json]) -> Policy:
    plain = {**msgspec.to_builtins(before), **changes}
    version = plain.pop("version")
    try:
        return from_choices(version + 1, plain)
    except msgspec.ValidationError as error:
        raise Invalid(_("You can't choose this: {why}."), why=str(error)) from None


async def put(db: Db, viewer: Viewer, before: Policy, after: Policy) -> None:
    """In place of the one that is held. Those whom the change concerns are told in reaction to the fact."""
    defaults = msgspec.to_builtins(Policy())
    choices = {name: value for name, value in msgspec.to_builtins(after).items() if value != defaults[name]}
    choices.pop("version", None)
    await db.run(_CHOOSE, choices=choices)
    changed = differing(before, after)
    numbers: dict[str, Any] = {name: _as_number(getattr(after, name)) for name in changed}
    await audit(db, viewer, "policy.choose", version=after.version, **numbers)
    await record(db, viewer, PolicyChanged(after.version, changed))


def differing(before: Policy, after: Policy) -> list[str]:
    """The names of the choices that are others."""
    names = (name for name in Policy.__struct_fields__ if name != "version")
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def _as_number(value: int | Sized | None) -> int:
    """For the audit trail, which holds no text: a number as it is, of anything else how much there is of it."""
    return int(value) if isinstance(value, int) else len(value) if isinstance(value, Sized) else 0
