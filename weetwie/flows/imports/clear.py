"""Takes the sample company out again: its people, all that they wrote and did since, and what hangs on it."""

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database
from weetwie.domain.benefits import survey
from weetwie.domain.imports import imported, ledger
from weetwie.domain.media import import_ as files, remove as media_remove
from weetwie.domain.people import take_out as leaving_people
from weetwie.domain.polls import vote
from weetwie.domain.posts import take_out as leaving_posts
from weetwie.errors import NotFound, _
from weetwie.events import PersonErased, audit
from weetwie.flows.imports.remove import RemovalReport
from weetwie.flows.imports.sample import SOURCE
from weetwie.media.blob import Store

_SOME = 200
"""Posts in one transaction: live delivery waits for the oldest that is open."""


async def clear(database: Database, viewer: Viewer, store: Store) -> RemovalReport:
    """In small transactions; after a kill the same call goes on. Raises NotFound where it is not."""
    removed = RemovalReport()
    async with database.transaction() as db:
        entry = await ledger.find(db, SOURCE)
        if entry is None:
            raise NotFound(_("The sample company isn't here."))
        await audit(db, viewer, "import.remove", entry.id, door="command line")
        people = await imported.made(db, entry.id)
        tags = await leaving_posts.tags_by(db, people)
        await leaving_posts.unmark(db, people)
        await vote.erased(db, viewer, [PersonErased(person_id) for person_id in people])
    await _posts(database, viewer, people, removed)
    await media_remove.clear_faces(database, store, people)
    async with database.transaction() as db:
        await leaving_people.take_out_even_joined(db, viewer, people)
        await leaving_posts.forget_tags(db, tags)
        await ledger.forget(db, entry.id)
        await survey.clear_sample(db)
        removed.people = len(people)
    await media_remove.clear(database, store)
    return removed


async def _posts(database: Database, viewer: Viewer, people: list[int], removed: RemovalReport) -> None:
    """All that these people wrote, also what was written as one of them since."""
    while True:
        async with database.transaction() as db:
            ids = await leaving_posts.some_by(db, people, _SOME)
            if not ids:
                return
            await imported.forget_posts(db, ids)
            await files.take_out(db, viewer, ids)
            removed.posts += await leaving_posts.take_out(db, viewer, ids)
