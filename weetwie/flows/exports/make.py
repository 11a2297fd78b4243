"""One export that was asked for: made in a file of its own, put into the store, and its person told."""

import tempfile

from weetwie.access import viewer as viewers
from weetwie.access.viewer import Viewer
from weetwie.context import Site
from weetwie.database.pool import Database
from weetwie.domain.exports import exports
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.mail import emails, write
from weetwie.flows.exports import mine
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.runtime.log import logger

log = logger(__name__)


async def make_next(database: Database, site: Site, store: Store) -> bool:
    """Says whether there was one to be made."""
    async with database.transaction() as db:
        person_id = await exports.claim(db)
        viewer = await site.memory.person(db, person_id) if person_id else None
    if person_id is None:
        return False
    if viewer is None or not viewers.is_active(viewer, clock.now()):
        async with database.transaction() as db:
            await exports.forget(db, person_id)
        return True
    try:
        name, size = await _make(database, viewer, store, site)
    except Exception:
        log.exception("an export failed")
        async with database.transaction() as db:
            await exports.failed(db, person_id)
        return True
    async with database.transaction() as db:
        await exports.ready(db, person_id, name, size)
        address = await reached_at(db, person_id) if site.sends_mail else None
        if address is not None:
            link = f"{site.base_url}/settings/export"
            written = write.export_is_ready(viewer.language, viewer.policy.name, viewer.handle, link)
            await emails.put(db, person_id, address, written, exports.LASTS)
    return True


async def _make(database: Database, viewer: Viewer, store: Store, site: Site) -> tuple[str, int]:
    async def moved(steps: int) -> None:
        async with database.transaction() as db:
            await exports.moved(db, viewer.person_id, steps)

    with tempfile.TemporaryFile() as file:
        await mine.write(database, viewer, store, site, file, moved)
        size = file.seek(0, 2)
        file.seek(0)
        name = exports.new_name()
        await store.put(exports.place(name), file)
    return name, size
