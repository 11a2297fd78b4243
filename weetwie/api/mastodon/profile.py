"""One's own profile as an editor needs it: what was written, beside what is shown of it."""

import msgspec

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon import present
from weetwie.api.mastodon import render_relations as render
from weetwie.api.mastodon.accounts import LARGEST_PROFILE, ProfileGiven, change_own
from weetwie.domain.people.preferences import preferences
from weetwie.domain.relations import featured_tags
from weetwie.views import people as seen_people

routes = Routes("accounts")


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
