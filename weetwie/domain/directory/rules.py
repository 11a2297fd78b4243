"""What a reading of the directory means: who is new, changed, gone, and who leaves. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from weetwie.access.enums import Role
from weetwie.domain.directory import leavers
from weetwie.ldap.names import plain
from weetwie.ldap.people import DirectoryPerson
from weetwie.ldap.reading import Reading
from weetwie.runtime.json import Json
from weetwie.settings import Directory

_USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
_ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class KnownEntry(msgspec.Struct, frozen=True):
    """Somebody as we know them from the directory."""

    entry_id: str
    person_id: int
    resource_id: int | None
    known_as: str
    login: str
    groups: Sequence[str]
    digest: bytes
    photo_digest: bytes
    face: str | None
    gone_since: datetime | None
    confirmed_at: datetime | None
    left_at: datetime | None
    is_erased: bool

    @property
    def is_here(self) -> bool:
        return self.left_at is None and not self.is_erased


class DirectoryPlan(msgspec.Struct, kw_only=True):
    """What follows from a reading."""

    new: list[DirectoryPerson] = []
    changed: list[DirectoryPerson] = []
    gone: dict[str, datetime] = {}
    """Since when, by entry: those who are not in it (any more), and have not left yet."""
    back: list[str] = []
    regrouped: dict[str, tuple[str, ...]] = {}
    """Those of whom nothing has changed but their groups."""
    leaves: list[KnownEntry] = []
    waits: list[KnownEntry] = []
    """So many would leave at once that somebody has to confirm it first."""


def compare(
    known: Mapping[str, KnownEntry], reading: Reading, told: Directory, now: datetime, left_lately: int = 0
) -> DirectoryPlan:
    plan = DirectoryPlan()
    managers = {one.known_as: one.resource_id for one in known.values()}
    for person in reading.people:
        _compare_one(plan, known.get(person.id), person, told, now, managers)
    seen = {person.id for person in reading.people}
    for entry in known.values():
        if entry.entry_id not in seen and entry.is_here:
            _not_seen(plan, entry, reading, told, now)
    _let_leave(plan, known, told, now, left_lately)
    return plan


def _compare_one(
    plan: DirectoryPlan,
    entry: KnownEntry | None,
    person: DirectoryPerson,
    told: Directory,
    now: datetime,
    managers: Mapping[str, int | None],
) -> None:
    if entry is None:
        if is_member(person, told, now):
            plan.new.append(person)
    elif entry.is_erased:
        return
    elif not is_member(person, told, now):
        if entry.left_at is None:
            ended = person.ends_at if person.ends_at and person.ends_at <= now else now
            plan.gone[entry.entry_id] = entry.gone_since or ended
    else:
        if entry.gone_since or entry.left_at:
            plan.back.append(entry.entry_id)
        is_other = entry.digest != digest(person, managers.get(plain(person.manager_dn)))
        if (
            is_other
            or entry.left_at
            or entry.resource_id is None
            or entry.photo_digest != person.photo_digest
        ):
            plan.changed.append(person)


def _not_seen(
    plan: DirectoryPlan, entry: KnownEntry, reading: Reading, told: Directory, now: datetime
) -> None:
    if reading.is_whole:
        plan.gone[entry.entry_id] = entry.gone_since or now
        return
    named = {entry.known_as, f"login:{entry.login.lower()}"}
    groups = tuple(group for group, inside in reading.members.items() if not named.isdisjoint(inside))
    if set(groups) == set(entry.groups) or entry.gone_since:
        return
    if _is_let_in(groups, told):
        plan.regrouped[entry.entry_id] = groups
    else:
        plan.gone[entry.entry_id] = now


def _let_leave(
    plan: DirectoryPlan, known: Mapping[str, KnownEntry], told: Directory, now: datetime, left_lately: int
) -> None:
    grace = timedelta(days=told.grace_days)
    due = [known[id] for id, since in plan.gone.items() if since + grace <= now]
    here = sum(entry.is_here for entry in known.values())
    plan.leaves, plan.waits = leavers.braked(due, left_lately, here)


def is_member(person: DirectoryPerson, told: Directory, now: datetime) -> bool:
    has_ended = person.ends_at is not None and person.ends_at <= now
    return person.is_enabled and not has_ended and _is_let_in(person.groups, told)


def _is_let_in(groups: Iterable[str], told: Directory) -> bool:
    return not told.allowed_groups or not set(groups).isdisjoint(told.allowed_groups)


def roles(groups: Iterable[str], told: Directory) -> dict[Role, bool]:
    """Those that a group decides."""
    deciding = {
        Role.administrator: told.admin_groups,
        Role.people_admin: told.people_admin_groups,
        Role.moderator: told.moderator_groups,
    }
    given = set(groups)
    return {role: not given.isdisjoint(named) for role, named in deciding.items() if named}


def document(person: DirectoryPerson, manager: int | None) -> dict[str, Json]:
    """The same as a directory would say by SCIM, so that it means the same."""
    made: dict[str, Json] = {
        "schemas": [_USER, _ENTERPRISE],
        "userName": person.login,
        "displayName": person.name,
        "externalId": person.id,
        "active": True,
        "emails": [
            {"type": kind, "value": address}
            for kind, address in (("work", person.address), ("home", person.own_address))
            if address
        ],
        _ENTERPRISE: {
            "department": person.unit,
            **({"manager": {"value": str(manager)}} if manager is not None else {}),
        },
    }
    if person.place:
        made["addresses"] = [{"type": "work", "locality": person.place}]
    if person.language:
        made["preferredLanguage"] = person.language
    return made


def digest(person: DirectoryPerson, manager: int | None) -> bytes:
    told = (document(person, manager), person.known_as, sorted(person.groups))
    return hashlib.sha256(msgspec.json.encode(told)).digest()
