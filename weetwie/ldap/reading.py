"""What the directory says as a whole, or what has changed in it since a mark."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import msgspec

from weetwie.errors import _
from weetwie.ldap import groups, people
from weetwie.ldap.connection import (
    AwayDirectory,
    DirectoryConnection,
    HalfAnswer,
    LdapEntry,
    connected,
    opened,
)
from weetwie.ldap.names import escaped, plain
from weetwie.ldap.people import CHANGED, DirectoryPerson
from weetwie.settings import Directory

SECONDS: Final = 900.0
"""A reading that takes longer is given up."""
LOOK_SECONDS: Final = 60.0
"""The same for a test of the connection."""

_NOBODY: Final = _("There's nobody below {base} that the filter lets through.")
_TOO_SLOW: Final = _("The directory isn't responding: {why}.")


class ReadMark(msgspec.Struct, frozen=True):
    """Up to where a server has been read. Marks of one mean nothing to another."""

    server: str = ""
    at: str = ""


class Reading(msgspec.Struct, frozen=True):
    people: list[DirectoryPerson]
    mark: ReadMark
    is_whole: bool
    """Whoever is not in it is not in the directory."""
    members: dict[str, frozenset[str]]
    """By group that means something here."""
    skipped: int = 0
    """Entries without an id or a name to log in with."""


async def read(told: Directory, password: str, since: ReadMark) -> Reading:
    """Changes alone where the server is the one of the mark; else everything. Raises AwayDirectory, HalfAnswer."""
    async with _within(SECONDS), connected(told, password) as connection:
        return await _read(connection, told, since)


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    """Raises AwayDirectory where it takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise AwayDirectory(_TOO_SLOW, why="timeout") from error


async def _read(connection: DirectoryConnection, told: Directory, since: ReadMark) -> Reading:
    before = await _now(connection, told)
    is_whole = not since.at or since.server != before.server
    filter = told.people_filter if is_whole else _changed(told, since.at)
    members = await groups.members(connection, told)
    found: list[DirectoryPerson] = []
    newest, skipped = since.at if not is_whole else "", 0
    async for page in connection.pages(told.people_base, filter, people.attributes(told)):
        for entry in page:
            newest = max(newest, entry.text(CHANGED[told.kind]))
            one = people.person(told, entry)
            if one is None:
                skipped += 1
            else:
                found.append(msgspec.structs.replace(one, groups=_in(members, one)))
    if is_whole and not found:
        raise HalfAnswer(_NOBODY, base=told.people_base)
    mark = before if told.kind == "active-directory" else ReadMark(before.server, newest)
    return Reading(found, mark, is_whole, members, skipped)


def _in(members: dict[str, frozenset[str]], one: DirectoryPerson) -> tuple[str, ...]:
    named = {one.known_as, f"login:{one.login.lower()}"}
    return tuple(group for group, inside in members.items() if not named.isdisjoint(inside))


async def _now(connection: DirectoryConnection, told: Directory) -> ReadMark:
    """Active Directory counts changes on each controller by itself; elsewhere the newest time that was read is the mark."""
    if told.kind != "active-directory":
        return ReadMark(connection.url)
    said = await connection.one("", ["highestCommittedUSN", "dsServiceName"])
    if said is None:
        return ReadMark(connection.url)
    return ReadMark(said.text("dsServiceName", 2000) or connection.url, said.text("highestCommittedUSN"))


def _changed(told: Directory, at: str) -> str:
    """From the mark on, with what has it: times are to the second, and what is read twice changes nothing."""
    return f"(&{told.people_filter}({CHANGED[told.kind]}>={escaped(at)}))"


async def photos(
    told: Directory, password: str, wanted: Sequence[DirectoryPerson]
) -> AsyncIterator[tuple[str, bytes]]:
    """Read one by one, so that a reading holds no pictures; empty where it is gone."""
    if not wanted:
        return
    async with connected(told, password) as connection:
        for one in wanted:
            entry = await connection.one(one.dn, [told.photo_attribute])
            yield one.id, entry.bytes(told.photo_attribute) if entry else b""


async def proven(told: Directory, password: str, name: str, id: str, given: str) -> DirectoryPerson | None:
    """Who logs in with this name (or is known by this id) and password, as the directory has them now; None where either is
    wrong. Nobody in particular costs as much time as somebody."""
    if not name.strip() or not given or "\x00" in given:
        return None
    async with connected(told, password) as connection:
        found = await _called(connection, told, name, id)
        for entry in found:
            if await is_password(told, entry.dn, given):
                one = people.person(told, entry)
                if one is None:
                    return None
                in_groups = await groups.of_person(connection, told, one.dn, one.login)
                return msgspec.structs.replace(one, groups=in_groups)
        if not found:
            await is_password(told, f"cn=nobody,{told.people_base}", given)
    return None


async def is_password(told: Directory, dn: str, given: str) -> bool:
    """Asked on a connection of its own, so that nothing is ever read as them."""
    async with opened(told) as connection:
        return await connection.bind(dn, given)


async def _called(connection: DirectoryConnection, told: Directory, name: str, id: str) -> list[LdapEntry]:
    """By login or address first, then by id: a handle here may be somebody else's login there."""
    value = escaped(name)
    asked = [f"(|({told.login_attribute}={value})({told.email_attribute}={value}))"]
    if id:
        asked.append(people.wanted(told, id))
    found: dict[str, LdapEntry] = {}
    for one in asked:
        filter = f"(&{told.people_filter}{one})"
        for entry in await connection.few(told.people_base, filter, people.attributes(told), most=1):
            found.setdefault(plain(entry.dn), entry)
    return list(found.values())


class Look(msgspec.Struct, frozen=True):
    """What a test of the connection has found."""

    url: str
    people: int
    skipped: int
    example: DirectoryPerson
    missing_groups: tuple[str, ...]


async def look(told: Directory, password: str) -> Look:
    """Connects, reads one page of people, and asks for the groups that are set. Raises AwayDirectory, HalfAnswer."""
    async with _within(LOOK_SECONDS), connected(told, password) as connection:
        entries: list[LdapEntry] = []
        async for page in connection.pages(told.people_base, told.people_filter, people.attributes(told)):
            entries = page
            break
        found = [one for entry in entries if (one := people.person(told, entry)) is not None]
        missing = [group for group in told.groups if await connection.one(group, ["1.1"]) is None]
        if not found:
            raise HalfAnswer(_NOBODY, base=told.people_base)
        return Look(connection.url, len(found), len(entries) - len(found), found[0], tuple(missing))
