"""The organisation's directory is read by LDAP, and people here are as it has them: they come, change and leave by the same flow
as by SCIM. Nothing of the database is held while it is read; each person is a transaction of their own, so that one who is refused
holds up nobody.
"""

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec

from weetwie.context import Context, Site, of_system
from weetwie.database.pool import Database, Value
from weetwie.domain.directory import entries, rules, runs
from weetwie.domain.directory.rules import DirectoryPlan, KnownEntry
from weetwie.domain.identity import addresses, identities, keys
from weetwie.domain.media.upload import UploadedFile
from weetwie.domain.people.roles import give
from weetwie.domain.people.rules import Changes
from weetwie.domain.scim import resources
from weetwie.domain.scim.resources import ENTRY
from weetwie.errors import Conflict, NotFound, Refusal, Unavailable, _
from weetwie.flows import directory, profile
from weetwie.ldap import reading as directories
from weetwie.ldap.names import plain
from weetwie.ldap.people import DirectoryPerson
from weetwie.ldap.reading import Reading, ReadMark
from weetwie.runtime import clock
from weetwie.runtime.log import logger
from weetwie.settings import Directory
from weetwie.views import people as seen_people

log = logger(__name__)

PASSWORD: Final = "directory password"  # noqa: S105  its name
_NONE_SET: Final = _("No directory is set. See directory.md in the documentation.")
_GOING_ON: Final = _("The directory is being read right now. Try again in a few minutes.")
_MOST_PHOTOS: Final = 1000
"""At one reading; the rest at the next whole one."""


class Synced(msgspec.Struct, kw_only=True):
    """What came of a reading."""

    is_whole: bool = False
    read: int = 0
    came: int = 0
    changed: int = 0
    left: int = 0
    waiting: int = 0
    refused: list[tuple[str, str]] = []
    """The name of an entry, and why."""

    @property
    def numbers(self) -> dict[str, int]:
        every = ("read", "came", "changed", "left", "waiting")
        return {name: getattr(self, name) for name in every} | {"refused": len(self.refused)}


def told(site: Site) -> Directory:
    """Raises NotFound where none is set."""
    if site.directory is None:
        raise NotFound(_NONE_SET)
    return site.directory


async def keep_up(database: Database, site: Site) -> None:
    """For the jobs: reads it when it is time to."""
    given = told(site)
    async with database.transaction() as db:
        policy = await site.memory.policy(db)
        every = timedelta(minutes=given.minutes_between)
        is_wanted = await runs.is_due(db, every) or await entries.has_confirmed(db)
        if "directory" not in policy.connections or not is_wanted:
            return
    try:
        await sync(database, site)
    except Unavailable as refusal:
        log.warning("the directory was not read", why=str(refusal))
    except Conflict:
        return


async def sync(database: Database, site: Site, *, is_whole: bool = False, confirms: bool = False) -> Synced:
    """Reads what has changed (or everything) and takes it over; with `confirms`, all who are gone have really left. Raises
    Unavailable, and Conflict while another reading goes on."""
    given = told(site)
    async with database.transaction() as db:
        run_id = await runs.begin(db)
        if run_id is None:
            raise Conflict(_GOING_ON)
        if confirms:
            gone = [one.entry_id for one in await entries.gone(db)]
            await entries.confirm(db, (await of_system(db, site)).viewer, gone)
        password = await keys.given(db, PASSWORD)
        is_whole = is_whole or await entries.has_confirmed(db)
        since = ReadMark() if is_whole else await runs.next_from(db)
    try:
        found = await directories.read(given, password, since)
        synced = await _take_over(database, site, found)
    except BaseException as error:
        async with database.transaction() as db:
            await runs.failed(db, run_id, str(error) if isinstance(error, Refusal) else type(error).__name__)
        raise
    async with database.transaction() as db:
        await runs.end(db, run_id, found.mark, synced.numbers, is_whole=found.is_whole)
    return synced


async def preview(database: Database, site: Site) -> tuple[DirectoryPlan, Reading]:
    """What a whole reading would change, and nothing is changed. Raises Unavailable."""
    given = told(site)
    async with database.reading() as db:
        password = await keys.given(db, PASSWORD)
    found = await directories.read(given, password, ReadMark())
    async with database.reading() as db:
        known, lately = await entries.known(db), await entries.left_lately(db)
    return rules.compare(known, found, given, clock.now(), lately), found


async def _take_over(database: Database, site: Site, found: Reading) -> Synced:
    given = told(site)
    async with database.reading() as db:
        known, lately = await entries.known(db), await entries.left_lately(db)
    plan = rules.compare(known, found, given, clock.now(), lately)
    synced = Synced(is_whole=found.is_whole, read=len(found.people), waiting=len(plan.waits))
    async with database.transaction() as db:
        await entries.are_back(db, plan.back)
        for id, since in plan.gone.items():
            await entries.is_gone(db, id, since)
    came = [person for person in plan.new if await _taken(database, site, person, synced)]
    # Managers may have come after those they manage.
    for person in came:
        if person.manager_dn:
            await _taken(database, site, person, synced)
    changed = [person for person in plan.changed if await _taken(database, site, person, synced)]
    synced.came, synced.changed = len(came), len(changed) + len(plan.regrouped)
    for id, groups in plan.regrouped.items():
        await _regroup(database, site, known[id], groups)
    for entry in plan.leaves:
        synced.left += await _leaves(database, site, entry)
    await _take_photos(database, site, [*came, *changed])
    return synced


async def _taken(database: Database, site: Site, person: DirectoryPerson, synced: Synced) -> bool:
    try:
        async with database.transaction() as db:
            await take(await of_system(db, site), person)
    except Unavailable:
        raise
    except Refusal as refusal:
        synced.refused.append((person.dn, str(refusal)))
        log.warning("an entry of the directory was refused", entry=person.id, why=str(refusal))
        return False
    return True


async def take(context: Context, person: DirectoryPerson) -> int:
    """Somebody is here as the directory has them; gives who it is. Raises Conflict where they cannot be."""
    db, given = context.db, told(context.site)
    before = await entries.one(db, person.id) or await _made_anew(context, person)
    manager = await entries.manager(db, plain(person.manager_dn)) if person.manager_dn else None
    document = rules.document(person, manager)
    stored = await resources.one(db, ENTRY, before.resource_id) if before and before.resource_id else None
    if stored is None:
        number = await directory.add(context, None, ENTRY, person.login, document)
        stored = await resources.one(db, ENTRY, number)
    elif {**stored.document, "id": ""} != {**document, "id": ""}:
        await directory.change(context, None, stored, person.login, document)
    assert stored is not None and stored.person_id is not None, "an entry is somebody"
    values: dict[str, Value] = {
        "resource_id": stored.id,
        "known_as": person.known_as,
        "login": person.login,
        "groups": list(person.groups),
        "digest": rules.digest(person, manager),
    }
    await entries.put(db, person.id, stored.person_id, values)
    if await identities.owner(db, given.issuer, person.id) is None:
        await identities.connect(
            db, context.viewer, stored.person_id, given.issuer, person.id, is_first=before is None
        )
    await give(db, context.viewer, stored.person_id, rules.roles(person.groups, given))
    return stored.person_id


async def _made_anew(context: Context, person: DirectoryPerson) -> KnownEntry | None:
    """Whose entry was deleted and made again: who is gone from the directory and has this address at work is this person."""
    owner = await addresses.verified_owner(context.db, person.address) if person.address else None
    old = await entries.of_person(context.db, owner) if owner is not None else None
    if old is None or old.is_erased or old.gone_since is None:
        return None
    await entries.renumber(context.db, old.entry_id, person.id)
    return await entries.one(context.db, person.id)


async def _regroup(database: Database, site: Site, entry: KnownEntry, groups: Sequence[str]) -> None:
    async with database.transaction() as db:
        context = await of_system(db, site)
        await give(db, context.viewer, entry.person_id, rules.roles(groups, told(site)))
        await entries.regroup(db, entry.entry_id, groups)


async def _leaves(database: Database, site: Site, entry: KnownEntry) -> int:
    async with database.transaction() as db:
        context = await of_system(db, site)
        async with context.apart("somebody who is gone from the directory could not leave", entry.person_id):
            now = await entries.one(db, entry.entry_id)
            if now is None:
                return 0  # made anew meanwhile
            stored = await resources.one(db, ENTRY, now.resource_id or 0)
            if stored is not None:
                gone = {**stored.document, "active": False}
                await directory.change(context, None, stored, entry.login, gone)
            await entries.left(db, entry.entry_id)
        now = await entries.one(db, entry.entry_id)
        return int(now is not None and now.left_at is not None)


async def _take_photos(database: Database, site: Site, people: Sequence[DirectoryPerson]) -> None:
    """As the faces of those who have chosen none themselves. Without photos everything else is as it should be."""
    if site.store is None:
        return
    async with database.reading() as db:
        known, password = await entries.known(db), await keys.given(db, PASSWORD)
    wanted = [
        one
        for one in people
        if one.id in known and one.photo_digest and one.photo_digest != known[one.id].photo_digest
    ]
    try:
        async for id, photo in directories.photos(told(site), password, wanted[:_MOST_PHOTOS]):
            await _take_photo(database, site, known[id], photo, {one.id: one for one in wanted}[id])
    except Unavailable as refusal:
        log.warning("photos of the directory were not read", why=str(refusal))


async def _take_photo(
    database: Database, site: Site, entry: KnownEntry, photo: bytes, person: DirectoryPerson
) -> None:
    async with database.transaction() as db:
        context = await of_system(db, site)
        (before,) = await seen_people.records(db, context.viewer, [entry.person_id])
        face = before.face
        if photo and face in (None, entry.face):
            try:
                async with db.savepoint():
                    file = UploadedFile(io.BytesIO(photo), len(photo))
                    await profile.change(context, Changes(), entry.person_id, face=file)
                (after,) = await seen_people.records(db, context.viewer, [entry.person_id])
                face = after.face
            except Refusal:
                log.info("a photo of the directory is no picture", entry=entry.entry_id)
            await entries.pictured(db, entry.entry_id, person.photo_digest, face)
        else:
            await entries.pictured(db, entry.entry_id, person.photo_digest, entry.face)
