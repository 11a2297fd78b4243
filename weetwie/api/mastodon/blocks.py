"""Whom one blocks and mutes."""

from msgspec import Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, render_relations as render
from weetwie.api.mastodon.accounts import numbered, page_of
from weetwie.api.mastodon.paging import link_page
from weetwie.api.parameters import LongPageParams
from weetwie.domain.relations.block import blocks as blocked
from weetwie.domain.relations.mute import mutes as muted
from weetwie.domain.relations.relationship import relationships
from weetwie.views import people as seen_people

routes = Routes("blocks")


class DomainGiven(Struct, frozen=True, kw_only=True):
    domain: str


@routes.get("/api/v1/blocks", scopes=["read:blocks"], answer=list[wire.Account])
async def blocks(call: Call, wanted: LongPageParams) -> bytes:
    """Accounts you block."""
    return await numbered(call, wanted, await blocked(await call.db(), call.viewer, page_of(wanted)))


@routes.get("/api/v1/mutes", scopes=["read:mutes"], answer=list[wire.MutedAccount])
async def mutes(call: Call, wanted: LongPageParams) -> bytes:
    """Accounts you mute, and until when."""
    db = await call.db()
    found = await muted(db, call.viewer, page_of(wanted))
    link_page(call, wanted, [one.number for one in found])
    people = await seen_people.people(db, call.viewer, [one.id for one in found])
    await call.renderer.hydrator.people(db, people)
    ends = {
        one.id: one.mute_expires_at for one in await relationships(db, call.viewer, [one.id for one in found])
    }
    return b"[%b]" % b",".join(
        render.muted_account(
            call.renderer.account(person),
            wire.date_time(end) if (end := ends.get(person.id)) else None,
        )
        for person in people
    )


@routes.get("/api/v1/domain_blocks", scopes=["read:blocks"])
async def domain_blocks(call: Call, wanted: LongPageParams) -> list[str]:
    """Always empty: there are no other servers."""
    return []


@routes.post("/api/v1/domain_blocks", scopes=["write:blocks"])
async def block_domain(call: Call, given: DomainGiven) -> wire.Empty:
    """Does nothing: there are no other servers."""
    return wire.Empty()


@routes.delete("/api/v1/domain_blocks", scopes=["write:blocks"])
async def unblock_domain(call: Call, given: DomainGiven) -> wire.Empty:
    """Does nothing: there are no other servers."""
    return wire.Empty()
