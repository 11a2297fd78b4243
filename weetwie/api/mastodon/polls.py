"""Polls: look, and vote."""

from typing import Annotated

import msgspec

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon.entities import Poll
from weetwie.api.mastodon.render_polls import as_json
from weetwie.domain.polls.vote import vote
from weetwie.errors import NotFound
from weetwie.hydration.hydrate import poll_view
from weetwie.views import polls as seen_polls, posts as seen_posts

routes = Routes("polls")


class VoteParams(msgspec.Struct, kw_only=True, frozen=True):
    choices: Annotated[list[int], msgspec.Meta(max_length=20)]


@routes.get("/api/v1/polls/{id}", scopes=["read:statuses"], access="public", answer=Poll)
async def show(call: Call) -> bytes:
    """One poll; it has the id of its post."""
    return await _shown(call)


@routes.post("/api/v1/polls/{id}/votes", scopes=["write:statuses"], answer=Poll)
async def choose(call: Call, params: VoteParams) -> bytes:
    """Vote in a poll."""
    await vote(await call.db(), call.viewer, call.id, params.choices)
    return await _shown(call)


async def _shown(call: Call) -> bytes:
    db = await call.db()
    post = await seen_posts.post(db, call.viewer, call.id)
    polls = await seen_polls.of_posts(db, call.viewer, [post])
    if post.is_boost or post.post_id not in polls:
        raise NotFound()
    is_own = post.author.id == call.viewer.person_id
    return as_json(poll_view(polls[post.post_id], call.viewer, is_own=is_own))
