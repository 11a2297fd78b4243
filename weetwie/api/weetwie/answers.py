"""Answers of questions: the best first, given, accepted, and whether they are still so (docs/questions.md)."""

from typing import Final

from msgspec import Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import present
from weetwie.api.mastodon.entities import Status
from weetwie.api.parameters import Id
from weetwie.api.weetwie import entities as wire
from weetwie.api.weetwie.ask import asked_question
from weetwie.domain.questions import answers as given_answers
from weetwie.flows import answers, ask
from weetwie.views import posts as seen_posts

routes = Routes("questions")

_MOST_ANSWERS: Final = 40


@routes.get("/api/weetwie/v1/ask/{id}/answers", scopes=["read:statuses"], answer=list[Status])
async def ranked(call: Call) -> bytes:
    """Its answers, the best 40: the accepted one, then by favourites, then the oldest."""
    db = await call.db()
    ids = await given_answers.ranked(db, call.viewer, call.id, _MOST_ANSWERS)
    return await present.statuses(call, await seen_posts.posts(db, call.viewer, ids))


class ReplyParams(Struct, frozen=True, kw_only=True):
    status: str


@routes.post("/api/weetwie/v1/ask/{id}/answer", scopes=["write:statuses"], answer=Status)
async def answer(call: Call, wanted: ReplyParams) -> bytes:
    """Reply to it; the same as a reply by any app."""
    return await present.status_by_id(call, await ask.answer(await call.context(), call.id, wanted.status))


class AcceptParams(Struct, frozen=True, kw_only=True):
    answer_id: Id


@routes.post("/api/weetwie/v1/ask/{id}/accept", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def accept(call: Call, wanted: AcceptParams) -> bytes:
    """This reply answers it: for the asker; after a week, for two others who know."""
    await answers.accept(await call.context(), call.id, wanted.answer_id)
    return await asked_question(call, call.id)


@routes.post("/api/weetwie/v1/ask/{id}/still_so", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def still_so(call: Call) -> bytes:
    """The accepted answer still holds."""
    await answers.confirm(await call.context(), call.id, is_still_so=True)
    return await asked_question(call, call.id)


@routes.post("/api/weetwie/v1/ask/{id}/no_longer", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def no_longer(call: Call) -> bytes:
    """The accepted answer holds no longer."""
    await answers.confirm(await call.context(), call.id, is_still_so=False)
    return await asked_question(call, call.id)
