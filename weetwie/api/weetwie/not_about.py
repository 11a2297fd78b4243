"""Posts that are not about what was asked."""

from msgspec import Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon.entities import Empty
from weetwie.api.weetwie import entities as wire
from weetwie.domain.knowledge import not_about
from weetwie.domain.knowledge.not_about import KeptTopic

routes = Routes("who knows what")


class NotAboutGiven(Struct, frozen=True, kw_only=True):
    q: str
    """What was asked."""


@routes.post("/api/weetwie/v1/statuses/{id}/not_about", scopes=["write:accounts"])
async def hide(call: Call, wanted: NotAboutGiven) -> wire.HiddenPost:
    """Mark a post as not about a question: for you alone, or for everyone if it is your post."""
    return _entity(await not_about.hide(await call.db(), call.viewer, call.id, wanted.q))


@routes.get("/api/weetwie/v1/me/not_about", scopes=["read:accounts"])
async def own(call: Call) -> list[wire.HiddenPost]:
    """Posts you hid. Your questions are stored as numbers, so they cannot be shown."""
    return [_entity(one) for one in await not_about.own(await call.db(), call.viewer)]


@routes.delete("/api/weetwie/v1/me/not_about/{id}", scopes=["write:accounts"])
async def show_again(call: Call) -> Empty:
    """Let the post count again for that question."""
    await not_about.show_again(await call.db(), call.viewer, call.id)
    return Empty()


def _entity(kept: KeptTopic) -> wire.HiddenPost:
    return wire.HiddenPost(id=str(kept.id), status_id=str(kept.post_id), is_for_all=kept.is_for_all)
