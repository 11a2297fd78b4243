"""Conversations: direct posts by the thread that they stand in."""

from collections.abc import Sequence

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon.paging import link_page
from weetwie.api.mastodon.render import Renderer
from weetwie.api.mastodon.timelines import page_of
from weetwie.api.parameters import PageParams
from weetwie.database.pool import Db
from weetwie.domain.conversations import conversations as own
from weetwie.domain.conversations.conversations import SeenConversation
from weetwie.views import people as seen_people, posts as seen_posts

routes = Routes("conversations")


@routes.get("/api/v1/conversations", scopes=["read:statuses"], answer=list[wire.Conversation])
async def listed(call: Call, wanted: PageParams) -> bytes:
    """Your direct messages by conversation, most recent first."""
    talks = await own.conversations(await call.db(), call.viewer, page_of(wanted))
    link_page(call, wanted, [talk.last_post_id for talk in talks])
    return b"[%b]" % b",".join(await as_json(await call.db(), call.viewer, call.renderer, talks))


@routes.delete("/api/v1/conversations/{id}", scopes=["write:conversations"])
async def leave(call: Call) -> wire.Empty:
    """Hide a conversation until a new message arrives."""
    await own.leave(await call.db(), call.viewer, call.id)
    return wire.Empty()


@routes.post("/api/v1/conversations/{id}/read", scopes=["write:conversations"], answer=wire.Conversation)
async def read(call: Call) -> bytes:
    """Mark a conversation as read."""
    db = await call.db()
    await own.read(db, call.viewer, call.id)
    talk = await own.conversation(db, call.viewer, call.id)
    return (await as_json(db, call.viewer, call.renderer, [talk]))[0]


@routes.post("/api/v1/conversations/{id}/unread", scopes=["write:conversations"], answer=wire.Conversation)
async def unread(call: Call) -> bytes:
    """Mark a conversation as unread."""
    db = await call.db()
    await own.unread(db, call.viewer, call.id)
    talk = await own.conversation(db, call.viewer, call.id)
    return (await as_json(db, call.viewer, call.renderer, [talk]))[0]


async def as_json(
    db: Db, viewer: Viewer, renderer: Renderer, talks: Sequence[SeenConversation]
) -> list[bytes]:
    """Without those whose last post was deleted meanwhile."""
    posts = await seen_posts.posts(db, viewer, [talk.last_post_id for talk in talks])
    cards = await seen_people.cards(db, viewer, {id for talk in talks for id in talk.people})
    people = {person.id: person for person in cards}
    hydrated = await renderer.hydrator.posts(db, viewer, posts)
    await renderer.hydrator.people(db, cards)
    there = {post.post_id: post for post in posts}
    return [
        b'{"id":"%d","unread":%b,"accounts":%b,"last_status":%b}'
        % (
            talk.id,
            msgspec.json.encode(talk.is_unread),
            renderer.accounts([people[id] for id in talk.people if id in people]),
            renderer.status(there[talk.last_post_id], hydrated),
        )
        for talk in talks
        if talk.last_post_id in there
    ]
