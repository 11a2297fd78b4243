"""Who is in which group, also by way of groups within groups: asked of Active Directory, walked elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from weetwie.ldap.connection import LdapEntry
from weetwie.ldap.names import escaped, plain
from weetwie.settings import Directory

IN_CHAIN: Final = "1.2.840.113556.1.4.1941"
"""The matching rule by which Active Directory follows groups within groups by itself."""
_ACTIVE_DIRECTORY: Final = "1.2.840.113556.1.4.800"
_MEMBERS: Final = ("member", "uniqueMember", "memberUid")
_AT_ONCE: Final = 40
_DEEPEST: Final = 50


class Searches(Protocol):
    """What is asked of a connection here."""

    async def one(self, dn: str, attributes: Sequence[str], filter: str = ...) -> LdapEntry | None: ...

    async def search(self, base: str, filter: str, attributes: Sequence[str]) -> list[LdapEntry]: ...


async def follows_chains(connection: Searches) -> bool:
    said = await connection.one("", ["supportedCapabilities"])
    return said is not None and _ACTIVE_DIRECTORY in said.texts("supportedCapabilities")


async def members(connection: Searches, told: Directory) -> dict[str, frozenset[str]]:
    """By group as it is set: the plain names of those in it, and logins where the group lists these."""
    if not told.groups:
        return {}
    if await follows_chains(connection):
        return {group: await _chained(connection, told, group) for group in told.groups}
    base = told.groups_base or told.people_base
    entries = await connection.search(base, told.groups_filter, _MEMBERS)
    inside = {
        plain(entry.dn): {
            *map(plain, entry.texts("member")),
            *map(_without_number, entry.texts("uniqueMember")),
            *(f"login:{login.lower()}" for login in entry.texts("memberUid")),
        }
        for entry in entries
    }
    return {group: within(plain(group), inside) for group in told.groups}


def within(group: str, inside: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """All that are in it or in a group in it; groups that hold one another are walked once."""
    found: set[str] = set()
    waiting = [group]
    while waiting:
        for member in inside.get(waiting.pop(), ()):
            if member not in found:
                found.add(member)
                waiting.append(member)
    return frozenset(found)


async def of_person(connection: Searches, told: Directory, dn: str, login: str) -> tuple[str, ...]:
    """Those of the groups that mean something here that somebody is in now."""
    if not told.groups:
        return ()
    if await follows_chains(connection):
        found = [
            group
            for group in told.groups
            if await connection.one(dn, ["1.1"], f"(memberOf:{IN_CHAIN}:={escaped(group)})")
        ]
        return tuple(found)
    over = await _over(connection, told, dn, login)
    return tuple(group for group in told.groups if plain(group) in over)


async def _over(connection: Searches, told: Directory, dn: str, login: str) -> set[str]:
    """The groups over somebody, level by level; each is looked for once."""
    base = told.groups_base or told.people_base
    seen: set[str] = set()
    asked = [f"(member={escaped(dn)})", f"(uniqueMember={escaped(dn)})", f"(memberUid={escaped(login)})"]
    for _level in range(_DEEPEST):
        found = [
            entry
            for start in range(0, len(asked), _AT_ONCE)
            for entry in await connection.search(
                base, f"(&{told.groups_filter}(|{''.join(asked[start : start + _AT_ONCE])}))", ["1.1"]
            )
        ]
        new = {plain(entry.dn): entry.dn for entry in found if plain(entry.dn) not in seen}
        seen |= new.keys()
        asked = [
            f"({kind}={escaped(group)})" for group in new.values() for kind in ("member", "uniqueMember")
        ]
        if not asked:
            break
    return seen


async def _chained(connection: Searches, told: Directory, group: str) -> frozenset[str]:
    filter = f"(&{told.people_filter}(memberOf:{IN_CHAIN}:={escaped(group)}))"
    return frozenset(plain(one.dn) for one in await connection.search(told.people_base, filter, ["1.1"]))


def _without_number(name: str) -> str:
    """A uniqueMember may bear a number of its own behind the name (RFC 4517, section 3.3.21)."""
    dn, hash, bits = name.rpartition("#")
    return plain(dn if hash and bits.startswith("'") else name)
