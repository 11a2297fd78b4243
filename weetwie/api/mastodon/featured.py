"""What people put forward on their profiles, and what one notes about somebody for oneself."""

from typing import Annotated

from msgspec import Meta, Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, render_relations as render
from weetwie.api.mastodon.accounts import numbered, page_of
from weetwie.api.mastodon.relations import now
from weetwie.api.parameters import LongPageParams
from weetwie.domain.relations import feature, featured_tags, note
from weetwie.errors import or_not_found
from weetwie.flows import profile
from weetwie.text.text import tag_key
from weetwie.views import people as seen_people, tags as seen_tags

routes = Routes("featured")


class NoteGiven(Struct, frozen=True, kw_only=True):
    comment: str = ""


class TagGiven(Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(max_length=200)]


@routes.post("/api/v1/accounts/{id}/note", scopes=["write:accounts"])
async def write_note(call: Call, given: NoteGiven) -> wire.Relationship:
    """Set your private note about an account; an empty one removes it."""
    await note.note(await call.db(), call.viewer, call.id, given.comment)
    return await now(call, call.id)


@routes.post("/api/v1/accounts/{id}/endorse", scopes=["write:accounts"])
async def endorse(call: Call) -> wire.Relationship:
    """Feature an account you follow on your profile."""
    await feature.feature(await call.db(), call.viewer, call.id)
    return await now(call, call.id)


@routes.post("/api/v1/accounts/{id}/unendorse", scopes=["write:accounts"])
async def unendorse(call: Call) -> wire.Relationship:
    """Stop featuring an account."""
    await feature.unfeature(await call.db(), call.viewer, call.id)
    return await now(call, call.id)


@routes.post("/api/v1/accounts/{id}/pin", scopes=["write:accounts"], deprecated=True)
async def pin(call: Call) -> wire.Relationship:
    """The older name of `endorse`."""
    return await endorse(call)


@routes.post("/api/v1/accounts/{id}/unpin", scopes=["write:accounts"], deprecated=True)
async def unpin(call: Call) -> wire.Relationship:
    """The older name of `unendorse`."""
    return await unendorse(call)


@routes.get(
    "/api/v1/accounts/{id}/endorsements",
    access="public",
    scopes=["read:accounts"],
    answer=list[wire.Account],
)
async def endorsed(call: Call, wanted: LongPageParams) -> bytes:
    """Accounts featured by an account."""
    db = await call.db()
    await seen_people.person(db, call.viewer, call.id)
    return await numbered(call, wanted, await feature.featured(db, call.viewer, call.id, page_of(wanted)))


@routes.get("/api/v1/endorsements", scopes=["read:accounts"], answer=list[wire.Account])
async def endorsements(call: Call, wanted: LongPageParams) -> bytes:
    """Accounts you feature."""
    found = await feature.featured(await call.db(), call.viewer, call.viewer.person_id, page_of(wanted))
    return await numbered(call, wanted, found)


@routes.get("/api/v1/accounts/{id}/featured_tags", access="public", scopes=["read:accounts"])
async def tags_of(call: Call) -> list[wire.FeaturedTag]:
    """Hashtags featured by an account."""
    await seen_people.person(await call.db(), call.viewer, call.id)
    return await _tags(call, call.id)


@routes.get("/api/v1/featured_tags", scopes=["read:accounts"])
async def own_tags(call: Call) -> list[wire.FeaturedTag]:
    """Hashtags you feature."""
    return await _tags(call, call.viewer.person_id)


@routes.post("/api/v1/featured_tags", scopes=["write:accounts"])
async def feature_tag(call: Call, given: TagGiven) -> wire.FeaturedTag:
    """Feature a hashtag on your profile."""
    name = given.name.removeprefix("#")
    await profile.feature_tag(await call.context(), name)
    tags = await featured_tags.featured(await call.db(), call.viewer, call.viewer.person_id)
    return render.featured_tag(next(one for one in tags if one.key == tag_key(name)), call.base_url)


@routes.delete("/api/v1/featured_tags/{id}", scopes=["write:accounts"])
async def unfeature_tag(call: Call) -> wire.Empty:
    """Stop featuring a hashtag."""
    db = await call.db()
    mine = await featured_tags.featured(db, call.viewer, call.viewer.person_id)
    tag = or_not_found(next((one for one in mine if render.tag_id(one.key) == str(call.id)), None))
    await featured_tags.unfeature(db, call.viewer, tag.tag_id)
    return wire.Empty()


@routes.get("/api/v1/featured_tags/suggestions", scopes=["read:accounts"])
async def suggested(call: Call) -> list[wire.Tag]:
    """Hashtags you use and don't feature yet."""
    db = await call.db()
    ids = await featured_tags.worth_featuring(db, call.viewer)
    tags = await seen_tags.tags(db, call.viewer, ids)
    return [render.tag(one, call.base_url, tells_following=True) for one in tags]


@routes.post("/api/v1/tags/{name}/feature", scopes=["write:accounts"])
async def feature_by_name(call: Call) -> wire.Tag:
    """Feature a hashtag on your profile."""
    await profile.feature_tag(await call.context(), call.text("name"))
    return await _named(call)


@routes.post("/api/v1/tags/{name}/unfeature", scopes=["write:accounts"])
async def unfeature_by_name(call: Call) -> wire.Tag:
    """Stop featuring a hashtag."""
    await profile.unfeature_tag(await call.context(), call.text("name"))
    return await _named(call)


async def _named(call: Call) -> wire.Tag:
    (seen,) = await seen_tags.named(await call.db(), call.viewer, [call.text("name")])
    return render.tag(seen, call.base_url, tells_following=True)


async def _tags(call: Call, person_id: int) -> list[wire.FeaturedTag]:
    found = await featured_tags.featured(await call.db(), call.viewer, person_id)
    return [render.featured_tag(one, call.base_url) for one in found]
