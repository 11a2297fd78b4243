"""One's own profile: changed, and as an editor needs it, what was written beside what is shown of it."""

from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from weetwie.access import profile_words
from weetwie.access.enums import QuotePolicy, Ring, Visibility
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, present, render_relations as render
from weetwie.api.mastodon.media import file_of
from weetwie.api.parameters import Upload
from weetwie.database.pool import Db
from weetwie.domain.media import faces
from weetwie.domain.people.preferences import preferences
from weetwie.domain.people.profile import change
from weetwie.domain.people.rules import Changes, Field, domain_of
from weetwie.domain.relations import featured_tags
from weetwie.domain.relations.requests import how_many_wait
from weetwie.flows import profile as own_profile
from weetwie.views import people as seen_people

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
    await own_profile.change(await call.context(), _changes(given), face=face, header=header)


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


@routes.get("/api/v1/profile", scopes=["profile", "read:accounts"])
async def profile(call: Call) -> wire.Profile:
    """Your profile, for editing."""
    return await _profile(call)


@routes.patch("/api/v1/profile", scopes=["write:accounts"], max_body=LARGEST_PROFILE)
async def change_profile(call: Call, given: ProfileGiven) -> wire.Profile:
    """Change your profile."""
    await change_own(call, given)
    return await _profile(call)


async def _profile(call: Call) -> wire.Profile:
    db, own_id = await call.db(), call.viewer.person_id
    person = await seen_people.person(db, call.viewer, own_id)
    (written,) = await seen_people.profiles(db, [person])
    tags = await featured_tags.featured(db, call.viewer, own_id)
    account = msgspec.json.decode(await present.account(call, person), type=wire.Account)
    return wire.Profile(
        id=account.id,
        display_name=account.display_name,
        note=written.bio,
        fields=render.own_fields(written),
        avatar=account.avatar if written.face else None,
        avatar_static=account.avatar_static if written.face else None,
        avatar_description=account.avatar_description,
        header=account.header if written.header else None,
        header_static=account.header_static if written.header else None,
        header_description=account.header_description,
        locked=account.locked,
        bot=account.bot,
        hide_collections=account.hide_collections,
        discoverable=account.discoverable,
        indexable=account.indexable,
        show_media=account.show_media,
        show_media_replies=account.show_media_replies,
        show_featured=account.show_featured,
        attribution_domains=(await preferences(db, call.viewer)).attribution_domains,
        featured_tags=[render.featured_tag(one, call.base_url) for one in tags],
        formatted_note=account.note,
        formatted_fields=account.fields,
    )


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
