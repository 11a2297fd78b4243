"""An address is forgotten, with all that came in under it: passages, posts, and the person who never joined."""

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database
from weetwie.domain.identity import addresses, import_ as hashes
from weetwie.domain.imports import forgotten, imported, ledger
from weetwie.domain.media import import_ as files
from weetwie.domain.passages import choices, names
from weetwie.domain.people import import_ as people, take_out as leaving_people
from weetwie.domain.posts import take_out as leaving_posts
from weetwie.errors import Invalid, _
from weetwie.events import audit
from weetwie.flows.imports import take_back
from weetwie.flows.imports.authors import ADDRESS
from weetwie.text.signs import bare_address

_SOME = 100


class ForgottenReport(msgspec.Struct, kw_only=True):
    passages: int = 0
    posts: int = 0
    people: int = 0
    has_joined: bool = False
    """Somebody who has joined has this address: their account and their posts stay, their passages are gone."""


async def forget(
    database: Database, viewer: Viewer, address: str, door: str = "command line"
) -> ForgottenReport:
    """It does not come in again, whatever is imported. In small transactions; the same call goes on after a kill."""
    address = bare_address(address)
    if "@" not in address:
        raise Invalid(_("Check this e-mail address: {address}"), field="address", address=address[:100])
    report = ForgottenReport()
    async with database.transaction() as db:
        key = await addresses.hash_key(db)
        digest = addresses.hashed(key, address)
        owner = (await hashes.owners(db, [digest])).get(digest)
        owner = owner or (await imported.people(db, forgotten.ADDRESSES, [digest.hex()])).get(digest.hex())
        known = await forgotten.tokens_of(db, [owner]) if owner else []
        tokens = [forgotten.hashed(key, space, token) for space, token in known]
        await forgotten.forget(db, viewer, [digest, *tokens])
        await audit(db, viewer, "import.forget", door=door)
        report.has_joined = bool(owner) and not await people.not_joined(db, [owner or 0])
        every = [entry.id for entry in await ledger.imports(db)]
    for import_id in every:
        await _names(database, viewer, import_id, ADDRESS + digest.hex(), report)
    if owner:
        await _person(database, viewer, owner, report)
    return report


async def _names(
    database: Database, viewer: Viewer, import_id: int, token: str, report: ForgottenReport
) -> None:
    while True:
        async with database.transaction() as db:
            ids = await names.some(db, import_id, token, _SOME)
            if not ids:
                return
            report.passages += await take_back.remove(db, viewer, ids)


async def _person(database: Database, viewer: Viewer, owner: int, report: ForgottenReport) -> None:
    while True:
        async with database.transaction() as db:
            ids = await choices.own(db, owner, count=_SOME)
            report.passages += await take_back.remove(db, viewer, ids)
        if not ids:
            break
    while not report.has_joined:
        async with database.transaction() as db:
            ids = await leaving_posts.some_by(db, [owner], _SOME)
            if not ids:
                report.people += await leaving_people.take_out(db, viewer, [owner])
                return
            await imported.forget_posts(db, ids)
            await files.take_out(db, viewer, ids)
            report.posts += await leaving_posts.take_out(db, viewer, ids)
