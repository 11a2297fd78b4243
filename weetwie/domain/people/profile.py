"""A profile changes: what people say of themselves and how they like it, and what the organisation says of them."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, select, update

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.people import rules
from weetwie.domain.people.rules import AT_WORK, Changes
from weetwie.errors import Forbidden, Invalid, _, or_not_found
from weetwie.events import PersonChanged, audit, record
from weetwie.runtime import clock
from weetwie.tables.people import Person

_CHANGEABLE = [getattr(Person, field) for field in Changes.__struct_fields__]

_PROFILE = Query(
    select(*_CHANGEABLE)
    .where(Person.id == param("id", BigInteger), Person.erased_at.is_(None))
    .with_for_update(key_share=True)
)

_CHANGE = Query(
    update(Person)
    .where(Person.id == param("id", BigInteger))
    .values(
        {column.key: param(column.key, column.type) for column in _CHANGEABLE}
        | {"version": Person.version + 1}
    )
)

_EXISTS = Query(select(Person.id).where(Person.id == param("id", BigInteger), Person.erased_at.is_(None)))


async def change(db: Db, viewer: Viewer, person_id: int, changes: Changes) -> None:
    """People change themselves; administrators and imports change anybody, and they alone the place at work."""
    wanted = _wanted(changes)
    looks_after = permissions.look_after_people(viewer, clock.now())
    if not looks_after and (viewer.person_id != person_id or not permissions.act(viewer, clock.now())):
        raise Forbidden
    if not looks_after and not AT_WORK.isdisjoint(wanted):
        raise Forbidden(_("Administrators set department, location and manager."))
    rules.check_changes(changes, viewer.policy)
    await _check_manager(db, person_id, wanted.get("manager_id"))
    row = or_not_found(await db.row(_PROFILE, id=person_id))
    before = dict(row)
    _keep_verified(before, wanted)
    if before | wanted == before:
        return
    await db.run(_CHANGE, id=person_id, **(before | wanted))
    await record(db, viewer, PersonChanged(person_id))
    if viewer.person_id != person_id:
        await audit(db, viewer, "person.change", person_id)


def _wanted(changes: Changes) -> dict[str, Any]:
    """What is set, as the columns hold it."""
    wanted: dict[str, Any] = msgspec.to_builtins(changes)
    return {field: value.strip() if isinstance(value, str) else value for field, value in wanted.items()}


def _keep_verified(before: dict[str, Any], wanted: dict[str, Any]) -> None:
    """What was verified stays so for as long as the address is the same."""
    verified = {one["value"]: one["verified_at"] for one in before["fields"] if one.get("verified_at")}
    for field in wanted.get("fields", ()):
        if field["value"] in verified:
            field["verified_at"] = verified[field["value"]]


async def _check_manager(db: Db, person_id: int, manager_id: int | None) -> None:
    if manager_id is None:
        return
    if manager_id == person_id or await db.value(_EXISTS, id=manager_id) is None:
        raise Invalid(_("Choose someone else as manager."), field="manager")
