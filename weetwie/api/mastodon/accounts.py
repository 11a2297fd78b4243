"""People at the client API: their profiles, what they wrote, whom they know, and what one is to them."""

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from weetwie.access import profile_words
from weetwie.access.enums import QuotePolicy, Ring, Visibility
from weetwie.access.visibility import CARD
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon import present
from weetwie.api.mastodon import render_relations as render
from weetwie.api.mastodon.media import file_of
from weetwie.api.mastodon.names import local_handle
from weetwie.api.mastodon.paging import link_page
from weetwie.api.parameters import LongPageParams, LooseId, PageParams, Upload, at_most, skipped
from weetwie.database.paging import Page, page
from weetwie.database.pool import Db
from weetwie.domain.media import faces
from weetwie.domain.people.lookup import lookup
from weetwie.domain.people.preferences import preferences
from weetwie.domain.people.profile import change
from weetwie.domain.people.rules import Changes, Field, domain_of
from weetwie.domain.people.search import search
from weetwie.domain.relations import followers as relations
from weetwie.domain.relations.requests import how_many_wait
from weetwie.domain.timelines.person import pinned, posts_of
from weetwie.flows import profile
from weetwie.text.text import tag_key
from weetwie.views import people as seen_people
from weetwie.views.numbered import Numbered
from weetwie.views.posts import SeenPost

routes = Routes("accounts")

LARGEST_PROFILE: Final = 2 * faces.LARGEST + 1024 * 1024


RingName = Literal["colleagues", "network", "world"]


class FieldGiven(Struct, frozen=True):
    name: str = ""
    value: str = ""


class SourceGiven(Struct, frozen=True, kw_only=True):
    privacy: Literal["public", "unlisted", "private", "direct"] | None = None
    sensitive: bool | None = None
    language: str | None = None
    quote_policy: Literal["public", "followers", "nobody"] | None = None
    audience: Literal["colleagues", "network", "world", ""] | None = None
    """Our own: for whom posts are where nothing else is said; empty is as the organisation has it."""


class ProfileGiven(Struct, frozen=True, kw_only=True):
    display_name: str | None = None
    note: str | None = None
    avatar: Upload | None = None
    avatar_description: str | None = None
    header: Upload | None = None
    header_description: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    hide_collections: bool | None = None
    indexable: bool | None = None
    show_media: bool | None = None
    show_media_replies: bool | None = None
    show_featured: bool | None = None
    fields_attributes: list[FieldGiven] | None = None
    attribution_domains: list[str] | None = None
    source: SourceGiven | None = None
    # Our own.
    pronouns: str | None = None
    languages: list[str] | None = None
    profile_audience: RingName | None = None


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


@routes.get(
    "/api/v1/accounts/verify_credentials",
    scopes=["profile", "read:accounts"],
    answer=wire.CredentialAccount,
)
async def verify_credentials(call: Call) -> bytes:
    """The account this token belongs to."""
    return await _own(call)


@routes.patch(
    "/api/v1/accounts/update_credentials",
    scopes=["write:accounts"],
    answer=wire.CredentialAccount,
    max_body=LARGEST_PROFILE,
)
async def update_credentials(call: Call, given: ProfileGiven) -> bytes:
    """Change your profile and settings."""
    await change_own(call, given)
    return await _own(call)


async def change_own(call: Call, given: ProfileGiven) -> None:
    face = file_of(given.avatar) if given.avatar is not None else None
    header = file_of(given.header) if given.header is not None else None
    await profile.change(await call.context(), _changes(given), face=face, header=header)


@routes.delete("/api/v1/profile/avatar", scopes=["write:accounts"], answer=wire.CredentialAccount)
async def delete_avatar(call: Call) -> bytes:
    """Remove your profile photo."""
    await change(await call.db(), call.viewer, call.viewer.person_id, Changes(face=None, face_description=""))
    return await _own(call)


@routes.delete("/api/v1/profile/header", scopes=["write:accounts"], answer=wire.CredentialAccount)
async def delete_header(call: Call) -> bytes:
    """Remove your cover photo."""
    await change(
        await call.db(), call.viewer, call.viewer.person_id, Changes(header=None, header_description="")
    )
    return await _own(call)


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


async def _own(call: Call) -> bytes:
    db: Db = await call.db()
    person = await seen_people.person(db, call.viewer, call.viewer.person_id)
    (profile,) = await seen_people.profiles(db, [person])
    return render.credential_account(
        await present.account(call, person),
        profile,
        await preferences(db, call.viewer),
        await how_many_wait(db, call.viewer),
    )


def _changes(given: ProfileGiven) -> Changes:
    source = given.source or SourceGiven()
    changes = {
        "name": given.display_name,
        "bio": given.note,
        "face_description": given.avatar_description,
        "header_description": given.header_description,
        "is_locked": given.locked,
        "is_bot": given.bot,
        "is_discoverable": given.discoverable,
        "hides_follows": given.hide_collections,
        "shows_media": given.show_media,
        "shows_media_replies": given.show_media_replies,
        "shows_featured": given.show_featured,
        "fields": _fields(given),
        **{word.name: getattr(given, word.name) for word in profile_words.OWN},
        "languages": given.languages,
        "attribution_domains": _domains(given),
        "profile_ring": Ring[given.profile_audience] if given.profile_audience else None,
        "default_visibility": Visibility[source.privacy] if source.privacy else None,
        "default_sensitive": source.sensitive,
        "default_quote_policy": QuotePolicy[source.quote_policy] if source.quote_policy else None,
    }
    set_: dict[str, Any] = {field: value for field, value in changes.items() if value is not None}
    if source.language is not None:
        set_["default_language"] = source.language or None
    if source.audience is not None:
        set_["default_ring"] = Ring[source.audience] if source.audience else None
    return Changes(**set_)


def _domains(given: ProfileGiven) -> list[str] | None:
    if given.attribution_domains is None:
        return None
    lines = [line for text in given.attribution_domains for line in text.splitlines()]
    return list(dict.fromkeys(domain for line in lines if (domain := domain_of(line))))


def _fields(given: ProfileGiven) -> list[Field] | None:
    if given.fields_attributes is None:
        return None
    return [Field(field.name, field.value) for field in given.fields_attributes if field.name or field.value]
