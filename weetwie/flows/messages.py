"""Somebody writes to a few people: what is for exactly them, in the conversation that they have, or the first of a new one."""

from collections.abc import Sequence

from weetwie.access.enums import Visibility
from weetwie.context import Context
from weetwie.database.paging import Page
from weetwie.domain.conversations import rooms
from weetwie.domain.posts import publish
from weetwie.domain.posts.rules import Draft


async def write(context: Context, post_id: int, text: str, media_ids: Sequence[int]) -> int:
    """Goes on in the conversation in which this post stands; it is read with that. Raises NotFound, Invalid and Forbidden."""
    db, viewer = context.db, context.viewer
    people = await rooms.room_of(db, viewer, post_id)
    (last, *_rest) = await rooms.said(db, viewer, people, Page(1))
    draft = Draft(text=text, reply_to_id=last, media_ids=media_ids, allowed_mentions=people)
    written = await publish.publish(db, viewer, draft)
    await rooms.read(db, viewer, people)
    return int(written)


async def send(
    context: Context, people: Sequence[tuple[int, str]], text: str, media_ids: Sequence[int]
) -> int:
    """To these people, by number and handle: their names carry it to them, in any app. Raises Invalid and Forbidden."""
    draft = Draft(
        text=" ".join([*(f"@{handle}" for _id, handle in people), text]),
        visibility=Visibility.direct,
        media_ids=media_ids,
        allowed_mentions=[id for id, _handle in people],
    )
    return int(await publish.publish(context.db, context.viewer, draft))
