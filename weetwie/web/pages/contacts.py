"""Bringing contacts along: who of them is here, to be followed with one click. Nothing is kept of those who are not."""

import asyncio

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.identity import addresses
from weetwie.domain.people.acquaintances import acquaintances
from weetwie.domain.relations import follow
from weetwie.domain.relations.relationship import relationships
from weetwie.domain.relations.rules import FollowOptions
from weetwie.errors import Invalid, NotFound, Refusal, _
from weetwie.imports import contacts
from weetwie.imports.contacts import Contact
from weetwie.text.signs import whole_number
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    return await reading.show(visit, db, "contacts.html", status, **({"people": None, "known": 0} | more))


async def act(visit: Visit) -> Response:
    """A file is read; those who are ticked are followed."""
    await visit.form()
    if chosen := visit.several.get("person", []):
        return await _follow(visit, chosen)
    try:
        brought = await _brought(visit)
        async with visit.site.database.reading() as db:
            return await _found(visit, db, brought)
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal)


async def _brought(visit: Visit) -> list[Contact]:
    files = visit.files.get("contacts", [])
    if not files:
        raise Invalid(_("Choose a file first."), field="contacts")
    return await asyncio.to_thread(contacts.read, files[0].content.read(contacts.LARGEST))


async def _found(visit: Visit, db: Db, found: list[Contact]) -> Response:
    secret = await addresses.hash_key(db)
    owners = await addresses.owners_at_work(
        db, [addresses.hashed(secret, one.address) for one in found if one.address]
    )
    here = f"@{visit.host}".lower()
    handles = [one.handle[: -len(here)] for one in found if one.handle.lower().endswith(here)]
    ids = await acquaintances(db, visit.viewer, owners, [one.name for one in found if one.name], handles)
    follows = {one.id for one in await relationships(db, visit.viewer, ids) if one.follows or one.requested}
    people = await visit.site.presenter.people(db, visit.viewer, [id for id in ids if id not in follows])
    return await _page(visit, db, people=people, known=len(follows), read=len(found))


async def _follow(visit: Visit, chosen: list[str]) -> Response:
    for person_id in [id for one in chosen if (id := whole_number(one))][:200]:
        async with visit.site.database.transaction() as db:
            try:
                await follow.follow(db, visit.viewer, person_id, FollowOptions())
            except NotFound:
                continue  # they have gone in the meantime
    return visit.go("/")
