"""A person decides who is meant by names that no address tells; it holds at once, and for every run that follows."""

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db
from weetwie.domain.identity import addresses, import_ as hashes
from weetwie.domain.imports import forgotten, imported, ledger
from weetwie.domain.knowledge import elsewhere
from weetwie.domain.passages import names
from weetwie.domain.passages.names import UndecidedName
from weetwie.domain.people import import_ as people
from weetwie.domain.search import passages as words
from weetwie.errors import NotFound, _
from weetwie.events import audit
from weetwie.flows.imports.authors import ADDRESS
from weetwie.imports.sources.people_map import PeopleMap

_SOME = 200


class DecisionReport(msgspec.Struct, kw_only=True):
    decided: int = 0
    """Names."""
    passages: int = 0
    not_found: list[str] = msgspec.field(default_factory=list)
    """Addresses and usernames that nobody here has."""


async def undecided(db: Db, import_id: int) -> list[UndecidedName]:
    """Raises NotFound where there is no such import."""
    await _entry(db, import_id)
    return await names.undecided(db, import_id)


async def decide(
    database: Database, viewer: Viewer, import_id: int, table: PeopleMap, door: str = "command line"
) -> DecisionReport:
    """`table` has the key of each name as `undecided` gives it, and whose it is. Raises NotFound."""
    report = DecisionReport()
    async with database.transaction() as db:
        entry = await _entry(db, import_id)
        await audit(db, viewer, "import.names", import_id, door=door)
        whose = await _people(db, table)
    for row in table.rows:
        if not row.key:
            continue
        if (person_id := whose.get(row.person)) is None:
            report.not_found.append(row.person)
            continue
        async with database.transaction() as db:
            await _remember(db, import_id, entry.source, row.key, person_id)
        report.decided += 1
        report.passages += await _give(database, viewer, import_id, row.key, person_id)
    return report


async def _entry(db: Db, import_id: int) -> ledger.ImportEntry:
    for entry in await ledger.imports(db):
        if entry.id == import_id:
            return entry
    raise NotFound(_("This import doesn't exist."))


async def _people(db: Db, table: PeopleMap) -> dict[str, int]:
    """By what the table calls them."""
    named = {row.person for row in table.rows}
    called = await people.called(db, [one for one in named if "@" not in one[1:]])
    found = {one: called[key] for one in named if (key := one.removeprefix("@").lower()) in called}
    hash_key = await addresses.hash_key(db)
    digests = {one: addresses.hashed(hash_key, one) for one in named if "@" in one[1:]}
    owners = await hashes.owners(db, digests.values())
    return found | {one: owners[digest] for one, digest in digests.items() if digest in owners}


async def _remember(db: Db, import_id: int, source: str, token: str, person_id: int) -> None:
    space, key = source, token
    if token.startswith(ADDRESS):
        space, key = forgotten.ADDRESSES, token.removeprefix(ADDRESS)
    await imported.forget_keys(db, space, [key])
    await imported.note_people(db, import_id, space, {key: imported.LedgerKey(person_id)})


async def _give(database: Database, viewer: Viewer, import_id: int, token: str, person_id: int) -> int:
    given = 0
    while True:
        async with database.transaction() as db:
            ids = await names.some(db, import_id, token, _SOME)
            if not ids:
                return given
            await names.give(db, viewer, ids, person_id)
            await words.bring_in(db, ids)
            await elsewhere.bring_in(db, ids)
        given += len(ids)
