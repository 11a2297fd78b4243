"""Questions that nobody could answer, and of which one wants to hear when somebody does."""

from msgspec import Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon.entities import Empty
from weetwie.api.mastodon.entities.formats import date_time
from weetwie.api.weetwie import entities as wire
from weetwie.domain.knowledge import watched

routes = Routes("who knows what")


class QuestionGiven(Struct, frozen=True, kw_only=True):
    q: str


@routes.post("/api/weetwie/v1/me/watched_questions", scopes=["write:accounts"])
async def watch(call: Call, wanted: QuestionGiven) -> list[wire.WatchedQuestion]:
    """One notification, the first time that somebody whom one sees writes about it; nobody else hears of it."""
    db = await call.db()
    await watched.watch(db, call.viewer, wanted.q)
    return [_entity(one) for one in await watched.own(db, call.viewer)]


@routes.get("/api/weetwie/v1/me/watched_questions", scopes=["read:accounts"])
async def own(call: Call) -> list[wire.WatchedQuestion]:
    """The newest first."""
    return [_entity(one) for one in await watched.own(await call.db(), call.viewer)]


@routes.delete("/api/weetwie/v1/me/watched_questions/{id}", scopes=["write:accounts"])
async def stop(call: Call) -> Empty:
    """One is not notified, and the question is deleted."""
    await watched.stop(await call.db(), call.viewer, call.id)
    return Empty()


def _entity(one: watched.Watched) -> wire.WatchedQuestion:
    return wire.WatchedQuestion(
        id=str(one.id),
        question=one.question,
        ends_at=date_time(one.ends_at),
        notified_at=date_time(one.told_at) if one.told_at else None,
        status_id=str(one.told_post_id) if one.told_post_id else None,
    )
