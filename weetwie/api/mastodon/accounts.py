"""People at the client API: their profiles, what they wrote, whom they know, and what one is to them."""

from typing import Annotated

from msgspec import Meta, Struct

from weetwie.access.visibility import CARD
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, present, render_relations as render
from weetwie.api.mastodon.names import local_handle
from weetwie.api.mastodon.paging import link_page
from weetwie.api.parameters import LongPageParams, LooseId, PageParams, at_most, skipped
from weetwie.database.paging import Page, page
from weetwie.database.pool import Db
from weetwie.domain.people.lookup import lookup
from weetwie.domain.people.search import search
from weetwie.domain.relations import followers as relations
from weetwie.domain.timelines.person import pinned, posts_of
from weetwie.text.text import tag_key
from weetwie.views import people as seen_people
from weetwie.views.numbered import Numbered
from weetwie.views.posts import SeenPost

routes = Routes("accounts")


class AccountsParams(Struct, frozen=True, kw_only=True):
    id: Annotated[list[LooseId], Meta(max_length=100)] = []
    with_suspended: bool = False


class WantedHandle(Struct, frozen=True, kw_only=True):
    acct: str


class AccountSearchParams(Struct, frozen=True, kw_only=True):
    q: str
    offset: Annotated[int, skipped()] = 0
    limit: Annotated[int, at_most(40, 80)] = 40
    resolve: bool = False
    following: bool = False


class WantedPosts(PageParams, frozen=True, kw_only=True):
    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    pinned: bool = False
    tagged: str | None = None


@routes.get("/api/v1/accounts/lookup", scopes=["read:accounts"], access="public", answer=wire.Account)
async def look_up(call: Call, wanted: WantedHandle) -> bytes:
    """The account with this username."""
    db = await call.db()
    person_id = await lookup(db, call.viewer, local_handle(wanted.acct, call.base_url))
    return await present.account(call, await seen_people.person(db, call.viewer, person_id))


@routes.get("/api/v1/accounts/search", scopes=["read:accounts"], answer=list[wire.Account], rate="search")
async def find(call: Call, wanted: AccountSearchParams) -> bytes:
    """Search accounts by the beginning of a username or name."""
    ids = await search(
        await call.db(),
        call.viewer,
        local_handle(wanted.q, call.base_url, strict=False),
        limit=wanted.limit,
        offset=wanted.offset,
        only_followed=wanted.following,
    )
    return await people(call, ids)


@routes.get("/api/v1/accounts/relationships", scopes=["read:follows"])
async def relationships(call: Call, wanted: AccountsParams) -> list[wire.Relationship]:
    """Your relationship to each of these accounts."""
    from weetwie.domain.relations.relationship import relationships as between

    return [render.relationship(one) for one in await between(await call.db(), call.viewer, list(wanted.id))]


@routes.get(
    "/api/v1/accounts/familiar_followers", scopes=["read:follows"], answer=list[wire.FamiliarFollowers]
)
async def familiar_followers(call: Call, wanted: AccountsParams) -> bytes:
    """For each of these accounts, followers you follow yourself."""
    db = await call.db()
    known = await relations.familiar(db, call.viewer, list(wanted.id))
    parts = []
    for person_id, ids in known.items():
        accounts = await people(call, ids[:_FAMILIAR_SHOWN]) if ids else b"[]"
        parts.append(b'{"id":"%d","accounts":%b}' % (person_id, accounts))
    return b"[%b]" % b",".join(parts)


_FAMILIAR_SHOWN = 40


@routes.get("/api/v1/accounts", access="public", scopes=["read:accounts"], answer=list[wire.Account])
async def several(call: Call, wanted: AccountsParams) -> bytes:
    """Several accounts at once; those you can't see are left out."""
    return await people(call, list(wanted.id))


@routes.get("/api/v1/accounts/{id}", access="public", scopes=["read:accounts"], answer=wire.Account)
async def account(call: Call) -> bytes:
    """One account."""
    return await present.account(call, await seen_people.person(await call.db(), call.viewer, call.id))


@routes.get(
    "/api/v1/accounts/{id}/statuses",
    access="public",
    scopes=["read:statuses"],
    answer=list[wire.Status],
    hot=True,
)
async def statuses(call: Call, wanted: WantedPosts) -> bytes:
    """Posts and boosts of an account."""
    db = await call.db()
    posts = await _chosen(db, call, wanted)
    if not posts:
        # Whose post one sees is seen as well; without one it is still to be asked whether there is somebody.
        await seen_people.person(db, call.viewer, call.id)
    link_page(call, wanted, [post.key for post in posts])
    return await present.statuses(call, posts)


async def _chosen(db: Db, call: Call, wanted: WantedPosts) -> list[SeenPost]:
    if wanted.pinned:
        return await pinned(db, call.viewer, call.id, page_of(wanted))
    return await posts_of(
        db,
        call.viewer,
        call.id,
        page_of(wanted),
        without_replies=wanted.exclude_replies,
        without_boosts=wanted.exclude_reblogs,
        tag=tag_key(wanted.tagged) if wanted.tagged else None,
        only_media=wanted.only_media,
    )


@routes.get(
    "/api/v1/accounts/{id}/identity_proofs",
    scopes=["read:accounts"],
    answer=list[wire.Empty],
    deprecated=True,
)
async def identity_proofs(call: Call) -> bytes:
    """Always empty; older apps ask for it on every profile."""
    await seen_people.person(await call.db(), call.viewer, call.id)
    return b"[]"


@routes.get(
    "/api/v1/accounts/{id}/followers", access="public", scopes=["read:accounts"], answer=list[wire.Account]
)
async def followers(call: Call, wanted: LongPageParams) -> bytes:
    """Followers of an account that you can see."""
    db = await call.db()
    if (await seen_people.person(db, call.viewer, call.id)).detail == CARD:
        return b"[]"
    return await numbered(call, wanted, await relations.followers(db, call.viewer, call.id, page_of(wanted)))


@routes.get(
    "/api/v1/accounts/{id}/following", access="public", scopes=["read:accounts"], answer=list[wire.Account]
)
async def following(call: Call, wanted: LongPageParams) -> bytes:
    """Accounts it follows that you can see."""
    db = await call.db()
    if (await seen_people.person(db, call.viewer, call.id)).detail == CARD:
        return b"[]"
    return await numbered(call, wanted, await relations.following(db, call.viewer, call.id, page_of(wanted)))


async def people(call: Call, ids: list[int]) -> bytes:
    """The accounts with these ids that the viewer sees, in this order."""
    return await present.accounts(call, await seen_people.people(await call.db(), call.viewer, ids))


async def numbered(call: Call, params: PageParams, found: list[Numbered]) -> bytes:
    """A page of accounts that is paged over the numbers of the relation."""
    link_page(call, params, [one.number for one in found])
    return await people(call, [one.id for one in found])


def page_of(params: PageParams) -> Page:
    return page(params.limit, params.max_id, params.since_id, params.min_id)
