"""Announcements: read, put away, react."""

from typing import Any

import msgspec

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon.render import Renderer
from weetwie.domain.announcements import announcements as all_of
from weetwie.domain.announcements.announcements import Reacted, SeenAnnouncement
from weetwie.text import text as texts

routes = Routes("announcements")


class AnnouncementsParams(msgspec.Struct, frozen=True, kw_only=True):
    with_dismissed: bool = False


@routes.get("/api/v1/announcements", access="person", answer=list[wire.Announcement])
async def listed(call: Call, wanted: AnnouncementsParams) -> bytes:
    """Announcements, newest first; dismissed ones only on request."""
    db = await call.db()
    found = await all_of.announcements(db, call.viewer)
    found = [one for one in found if wanted.with_dismissed or not one.is_read]
    reactions = await all_of.reactions_to(db, call.viewer, [one.id for one in found])
    return msgspec.json.encode([_wire(call.renderer, one, reactions) for one in found])


@routes.post("/api/v1/announcements/{id}/dismiss", scopes=["write:accounts"])
async def put_away(call: Call) -> wire.Empty:
    """Dismiss an announcement."""
    await all_of.put_away(await call.db(), call.viewer, call.id)
    return wire.Empty()


@routes.put("/api/v1/announcements/{id}/reactions/{name}", scopes=["write:favourites"])
async def react(call: Call) -> wire.Empty:
    """With an emoji."""
    await all_of.react(await call.db(), call.viewer, call.id, call.text("name"))
    return wire.Empty()


@routes.delete("/api/v1/announcements/{id}/reactions/{name}", scopes=["write:favourites"])
async def take_back(call: Call) -> wire.Empty:
    """Remove a reaction."""
    await all_of.take_back(await call.db(), call.viewer, call.id, call.text("name"))
    return wire.Empty()


def for_all(renderer: Renderer, one: SeenAnnouncement, reactions: list[Reacted]) -> dict[str, Any]:
    """The same without what is one viewer's own."""
    shown = _wire(renderer, one, reactions)
    del shown["read"]
    shown["reactions"] = [{"name": each["name"], "count": each["count"]} for each in shown["reactions"]]
    return shown


def _wire(renderer: Renderer, one: SeenAnnouncement, reactions: list[Reacted]) -> dict[str, Any]:
    tags = {
        texts.tag_key(piece.target): piece.target for piece in texts.pieces(one.text) if piece.kind == "tag"
    }
    return {
        "id": str(one.id),
        "content": renderer.texts.content(one.text, ()),
        "starts_at": wire.date_time(one.starts_at) if one.starts_at else None,
        "ends_at": wire.date_time(one.ends_at) if one.ends_at else None,
        "all_day": one.is_all_day,
        "published_at": wire.date_time(one.published_at),
        "updated_at": wire.date_time(one.published_at),
        "read": one.is_read,
        "mentions": [],
        "statuses": [],
        "tags": [{"name": name, "url": renderer.texts.tag_url(key)} for key, name in tags.items()],
        "emojis": renderer.texts.emojis_in(one.text),
        "reactions": [
            {"name": reacted.name, "count": reacted.count, "me": reacted.is_mine}
            | _picture(renderer, reacted.name)
            for reacted in reactions
            if reacted.announcement_id == one.id
        ],
    }


def _picture(renderer: Renderer, name: str) -> dict[str, str]:
    """Of an emoji of the organisation's own."""
    emoji = renderer.texts.emoji(name)
    return {"url": emoji["url"], "static_url": emoji["static_url"]} if emoji else {}
