"""Takes an import out again: its posts and passages, and the people it made who never joined and whom nothing else needs."""

from collections.abc import Callable

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db
from weetwie.domain.imports import imported, ledger
from weetwie.domain.media import import_ as files
from weetwie.domain.passages import channels
from weetwie.domain.people import take_out as leaving_people
from weetwie.domain.posts import take_out as leaving_posts
from weetwie.errors import Conflict, _
from weetwie.events import audit
from weetwie.flows.imports import take_back

_POSTS = 100
_PEOPLE = 50
"""In one transaction: live delivery waits for the oldest that is open."""


class RemovalReport(msgspec.Struct):
    posts: int = 0
    people: int = 0
    passages: int = 0


async def remove(
    database: Database,
    viewer: Viewer,
    import_id: int,
    moved: Callable[[RemovalReport], None],
    door: str = "command line",
) -> RemovalReport:
    """In small transactions; after a kill the same call goes on. Raises NotFound when there is no such import."""
    removed = RemovalReport()
    async with database.transaction() as db:
        await _refuse_sample(db, import_id)
        await ledger.begin_removal(db, import_id)
        await audit(db, viewer, "import.remove", import_id, door=door)
    await _take_out_posts(database, viewer, import_id, removed, moved)
    await _take_out_passages(database, viewer, import_id, removed, moved)
    await _take_out_people(database, viewer, import_id, removed, moved)
    async with database.transaction() as db:
        await ledger.forget(db, import_id)
    await _take_out_people(database, viewer, None, removed, moved)
    return removed


async def _refuse_sample(db: Db, import_id: int) -> None:
    """Its people have joined, and may have done anything: that is taken out in another way."""
    entry = await ledger.find(db, "sample")
    if entry is not None and entry.id == import_id:
        raise Conflict(_("This is the sample company. Remove it with: weetwie sample --remove"))


async def _take_out_posts(
    database: Database,
    viewer: Viewer,
    import_id: int,
    removed: RemovalReport,
    moved: Callable[[RemovalReport], None],
) -> None:
    while True:
        async with database.transaction() as db:
            ids = await imported.some_posts(db, import_id, _POSTS)
            if not ids:
                return
            await imported.forget_posts(db, ids)
            await files.take_out(db, viewer, ids)
            removed.posts += await leaving_posts.take_out(db, viewer, ids)
        moved(removed)


async def _take_out_passages(
    database: Database,
    viewer: Viewer,
    import_id: int,
    removed: RemovalReport,
    moved: Callable[[RemovalReport], None],
) -> None:
    async with database.reading() as db:
        keys = list(await channels.known(db, import_id))
    for key in keys:
        removed.passages += await take_back.close_channel(database, viewer, import_id, key)
        moved(removed)


async def _take_out_people(
    database: Database,
    viewer: Viewer,
    import_id: int | None,
    removed: RemovalReport,
    moved: Callable[[RemovalReport], None],
) -> None:
    """None: people of imports that are gone, who were kept only because another import named them."""
    last = 0
    while True:
        async with database.transaction() as db:
            ids = await imported.left_over(db, import_id, last, _PEOPLE)
            if not ids:
                return
            removed.people += await leaving_people.take_out(db, viewer, ids)
            last = max(ids)
        moved(removed)
