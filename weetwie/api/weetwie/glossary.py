"""What means the same here: the glossary, and pairs for it from what one sees."""

from typing import Literal

from msgspec import Struct

from weetwie.access.enums import Ring
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon.entities import Empty
from weetwie.api.mastodon.entities.formats import date_time
from weetwie.api.parameters import Id
from weetwie.api.weetwie import entities as wire
from weetwie.domain.knowledge import glossary, proposals
from weetwie.domain.knowledge.dictionary import LANGUAGES
from weetwie.domain.knowledge.glossary import Entry
from weetwie.views import people as seen_people

routes = Routes("who knows what")


class GlossaryAsked(Struct, frozen=True, kw_only=True):
    q: str = ""


class TermGiven(Struct, frozen=True, kw_only=True):
    words: dict[str, list[str]]
    """By language (`en`, `nl`, `de`): at least two in all."""
    ring: Literal["colleagues", "network", "world"] = "colleagues"


class TermAdded(TermGiven, frozen=True, kw_only=True):
    status_ids: list[Id] = []
    """Where it was found. Then it is for no wider ring than the narrowest of these posts."""
    widest: Literal["colleagues", "network", "world"] = "world"
    """The `ring` of the proposal that it comes from: it is for no wider one, then and whenever it is changed."""


@routes.get("/api/weetwie/v1/glossary", scopes=["read:search"])
async def listed(call: Call, wanted: GlossaryAsked) -> wire.Glossary:
    """What means the same here, as far as it is for the viewer: the newest first, 500 at most. `q`: letters that it has in it."""
    db = await call.db()
    found = await glossary.entries(db, call.viewer, wanted.q)
    return wire.Glossary(
        languages=list(LANGUAGES),
        is_used=call.viewer.policy.translates,
        entries=await _entities(call, found),
    )


@routes.get("/api/weetwie/v1/glossary/proposals", scopes=["read:search"])
async def proposed(call: Call) -> list[wire.GlossaryProposal]:
    """Pairs from posts and profiles that one sees; none counts before somebody adds it. Kept nowhere."""
    return [
        wire.GlossaryProposal(
            words=one.words, ring=one.ring.name, status_ids=[str(id) for id in one.post_ids]
        )
        for one in await proposals.proposals(await call.db(), call.viewer)
    ]


@routes.post("/api/weetwie/v1/glossary", scopes=["write:accounts"])
async def add(call: Call, wanted: TermAdded) -> wire.GlossaryEntry:
    """For colleagues. It counts from the next question on, for whoever its ring reaches."""
    db = await call.db()
    id = await glossary.add(
        db, call.viewer, wanted.words, Ring[wanted.ring], wanted.status_ids, Ring[wanted.widest]
    )
    return await _entity(call, id)


@routes.put("/api/weetwie/v1/glossary/{id}", scopes=["write:accounts"])
async def change(call: Call, wanted: TermGiven) -> wire.GlossaryEntry:
    """One's own, and any for an administrator."""
    await glossary.change(await call.db(), call.viewer, call.id, wanted.words, Ring[wanted.ring])
    return await _entity(call, call.id)


@routes.delete("/api/weetwie/v1/glossary/{id}", scopes=["write:accounts"])
async def remove(call: Call) -> Empty:
    """One's own, and any for an administrator."""
    await glossary.remove(await call.db(), call.viewer, call.id)
    return Empty()


async def _entity(call: Call, id: int) -> wire.GlossaryEntry:
    (one,) = await _entities(call, [await glossary.entry(await call.db(), call.viewer, id)])
    return one


async def _entities(call: Call, found: list[Entry]) -> list[wire.GlossaryEntry]:
    ids = {id for one in found for id in (one.added_by_id, one.changed_by_id) if id}
    shown = {one.id for one in await seen_people.cards(await call.db(), call.viewer, ids)}

    def of(id: int | None) -> str | None:
        return str(id) if id in shown else None

    return [
        wire.GlossaryEntry(
            id=str(one.id),
            words=one.words,
            ring=Ring(one.ring).name,
            added_by=of(one.added_by_id),
            added_at=date_time(one.added_at),
            changed_by=of(one.changed_by_id),
            changed_at=date_time(one.changed_at) if one.changed_at else None,
        )
        for one in found
    ]
