"""Who has which part in running this place."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, or_, select, update

from weetwie.access import allowed, permissions
from weetwie.access.enums import Role, Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.errors import Conflict, Forbidden, Invalid, _, or_not_found
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.tables.people import Person

_COLUMNS: Final = {
    Role.administrator: Person.is_admin,
    Role.people_admin: Person.is_people_admin,
    Role.moderator: Person.is_moderator,
    Role.compliance: Person.is_compliance,
}

_ROLES = Query(
    select(*_COLUMNS.values(), Person.standing)
    .where(Person.id == param("id", BigInteger), Person.erased_at.is_(None))
    .with_for_update(key_share=True)
)
_CHANGE = Query(
    update(Person)
    .where(Person.id == param("id", BigInteger))
    .values(
        {column.key: param(role.value, Boolean) for role, column in _COLUMNS.items()}
        | {"version": Person.version + 1}
    )
)
_HAS_ANY = Query(select(or_(*_COLUMNS.values())).where(Person.id == param("id", BigInteger)))


async def give(db: Db, viewer: Viewer, person_id: int, changes: Mapping[Role, bool]) -> None:
    """The other roles stay. Nobody but a member has any. Raises Forbidden, NotFound, and Conflict where an administrator
    would leave nobody to give the role back."""
    allowed.check(viewer, permissions.administer)
    row = or_not_found(await db.row(_ROLES, id=person_id))
    before = {role: bool(row[column.key]) for role, column in _COLUMNS.items()}
    after = before | dict(changes)
    if before == after or (row["standing"] != Standing.member and any(after.values())):
        return
    if viewer.person_id == person_id and not after[Role.administrator]:
        raise Conflict(_("Another administrator has to do this for you."))
    await db.run(_CHANGE, id=person_id, **{role.value: holds for role, holds in after.items()})
    given: dict[str, Any] = {role.value: int(holds) for role, holds in after.items() if holds != before[role]}
    await audit(db, viewer, "person.roles", person_id, **given)


async def check_over(db: Db, viewer: Viewer, person_id: int) -> None:
    """Over people with a role only administrators decide, so that nobody rises by way of them. Raises Forbidden."""
    if not permissions.administer(viewer, clock.now()) and await db.value(_HAS_ANY, id=person_id):
        raise Forbidden(_("Only an administrator can do this to someone with a role."))


def read(names: list[str]) -> set[Role]:
    """Raises Invalid."""
    unknown = [name for name in names if name not in Role.__members__]
    if unknown:
        raise Invalid(
            _("There's no such role: {name}. Roles are {roles}."),
            field="role",
            name=unknown[0],
            roles=", ".join(Role.__members__),
        )
    return {Role(name) for name in names}
