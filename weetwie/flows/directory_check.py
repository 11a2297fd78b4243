"""What an administrator is shown of the directory before anything happens: does it answer, what would change, who waits to leave."""

from collections.abc import Sequence

import msgspec

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.context import Context, Site
from weetwie.database.pool import Database, Db
from weetwie.domain.directory import entries, runs
from weetwie.domain.directory.runs import PastReading
from weetwie.domain.identity import keys
from weetwie.errors import Conflict, Invalid, _
from weetwie.flows import directory_sync
from weetwie.flows.directory import MOST_LEAVERS, Leaver
from weetwie.ldap import reading as directories
from weetwie.ldap.reading import Look
from weetwie.views import people as seen_people


class DirectoryStanding(msgspec.Struct, frozen=True):
    """How it stands with the directory."""

    people: int
    last: PastReading | None
    last_good: PastReading | None
    leavers: Sequence[Leaver]
    has_password: bool
    is_waiting: bool
    """Whether a reading was asked for that has not begun."""


async def look(database: Database, site: Site) -> Look:
    """Raises Unavailable, NotFound where none is set, Invalid where a group that is set is not there."""
    given = directory_sync.told(site)
    async with database.reading() as db:
        password = await keys.given(db, directory_sync.PASSWORD)
    return await directories.look(given, password)


async def test(database: Database, site: Site) -> str:
    """For the page of connections."""
    found = await look(database, site)
    if found.missing_groups:
        raise Invalid(_MISSING, group=found.missing_groups[0])
    return _WORKS


_WORKS = _("Works: the directory answers over TLS, and people can be read.")
_MISSING = _("The directory answers, but there's no group {group}.")


async def would_change(database: Database, site: Site) -> dict[str, list[str]]:
    """By what would happen: the names of the entries. Raises Unavailable."""
    plan, found = await directory_sync.preview(database, site)
    async with database.reading() as db:
        known = await entries.known(db)
    soon = [id for id in plan.gone if known[id] not in plan.leaves and known[id] not in plan.waits]
    return {
        "read": [one.login for one in found.people],
        "new": [f"{one.name} ({one.login})" for one in plan.new],
        "changed": [f"{one.name} ({one.login})" for one in plan.changed],
        "leave": [one.login for one in plan.leaves],
        "wait": [one.login for one in plan.waits],
        "gone": [known[id].login for id in soon],
    }


async def standing(context: Context, most: int = MOST_LEAVERS) -> DirectoryStanding:
    """For administrators. Raises Forbidden."""
    allowed.check(context.viewer, permissions.administer)
    db = context.db
    gone = (await entries.gone(db))[:most]
    people = {
        one.id: one
        for one in await seen_people.records(db, context.by_system.viewer, [one.person_id for one in gone])
    }
    return DirectoryStanding(
        await entries.count(db),
        await runs.latest(db),
        await runs.latest_good(db),
        [
            Leaver(one.entry_id, people[one.person_id], one.gone_since, one.confirmed_at)
            for one in gone
            if one.person_id in people and one.gone_since
        ],
        bool(await keys.given(db, directory_sync.PASSWORD)),
        await runs.is_waiting(db),
    )


async def read_soon(db: Db, viewer: Viewer) -> None:
    """The directory is read within a minute. Raises Forbidden, Conflict where it is switched off."""
    allowed.check(viewer, permissions.administer)
    if "directory" not in viewer.policy.connections:
        raise Conflict(_IS_OFF)
    await runs.ask(db)


_IS_OFF = _("The directory is switched off. Switch it on in Connections first.")


async def confirm(context: Context, ids: Sequence[str]) -> int:
    """These who are gone have really left. They go at the next reading, if they are still gone. Raises Forbidden."""
    return await entries.confirm(context.db, context.viewer, ids)
