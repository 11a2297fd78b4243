"""Conversations: direct posts by the thread that they stand in."""

from collections.abc import Sequence

import msgspec

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon import shown
from weetwie.api.mastodon.paging import link_page
from weetwie.api.mastodon.timelines import page_of
from weetwie.api.parameters import PageParams
from weetwie.domain.conversations import conversations as own
from weetwie.domain.conversations.conversations import Talk
from weetwie.seen import people as seen_people
from weetwie.seen import posts as seen_posts

routes = Routes("conversations")


@routes.get("/api/v1/conversations", scopes=["read:statuses"], answer=list[wire.Conversation])
async def listed(call: Call, wanted: PageParams) -> bytes:
    """One's direct posts, by conversation, the last spoken in first."""
    talks = await own.conversations(await call.db(), call.viewer, page_of(wanted))
    link_page(call, wanted, [talk.last_post_id for talk in talks])
    return b"[%b]" % b",".join(await _shown(call, talks))


@routes.delete("/api/v1/conversations/{id}", scopes=["write:conversations"])
async def leave(call: Call) -> wire.Empty:
    """Takes a conversation from the list until something is said in it again."""
    await own.leave(await call.db(), call.viewer, call.id)
    return wire.Empty()


@routes.post("/api/v1/conversations/{id}/read", scopes=["write:conversations"], answer=wire.Conversation)
async def read(call: Call) -> bytes:
    db = await call.db()
    await own.read(db, call.viewer, call.id)
    return (await _shown(call, [await own.conversation(db, call.viewer, call.id)]))[0]


async def _shown(call: Call, talks: Sequence[Talk]) -> list[bytes]:
    db = await call.db()
    posts = await seen_posts.posts(db, call.viewer, [talk.last_post_id for talk in talks])
    cards = await seen_people.cards(db, call.viewer, {id for talk in talks for id in talk.people})
    people = {person.id: person for person in cards}
    beside = await shown.load(db, call.renderer, call.viewer, posts)
    await shown.load_people(db, call.renderer, cards)
    there = {post.post_id: post for post in posts}
    return [
        b'{"id":"%d","unread":%b,"accounts":%b,"last_status":%b}'
        % (
            talk.id,
            msgspec.json.encode(talk.is_unread),
            call.renderer.accounts([people[id] for id in talk.people if id in people]),
            call.renderer.status(there[talk.last_post_id], beside),
        )
        for talk in talks
        if talk.last_post_id in there
    ]
