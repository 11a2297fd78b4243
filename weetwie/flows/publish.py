"""Somebody writes: a post with its files, its poll and what it quotes, at once or at a time of its own; and writes it again."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

import msgspec

from weetwie.access.enums import QuotePolicy, Visibility
from weetwie.context import Context
from weetwie.domain.media import attach, describe
from weetwie.domain.media.upload import UploadedFile
from weetwie.domain.polls import polls
from weetwie.domain.polls.rules import Ballot
from weetwie.domain.posts import edit as editing, publish as posts, quotes
from weetwie.domain.posts.rules import Draft
from weetwie.domain.questions import begin
from weetwie.domain.questions.begin import ChosenPeople
from weetwie.domain.scheduled import scheduled
from weetwie.domain.scheduled.scheduled import Scheduled
from weetwie.errors import Forbidden, Invalid, Refusal, Unavailable, _
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.views import posts as seen_posts

_MOST_AT_ONCE: Final = 20


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What is said otherwise of a file that a post shows; what is None stays."""

    media_id: int
    description: str | None = None
    focus: str | None = None
    thumbnail: UploadedFile | None = None


async def publish(
    context: Context, draft: Draft, ballot: Ballot | None = None, asking: ChosenPeople | None = None
) -> int:
    """The id of the post. The same key twice is the same post. With `asking` people are asked what it asks."""
    db, viewer = context.db, context.viewer
    post_id = await posts.publish(db, viewer, draft)
    if ballot is not None:
        await polls.put(db, viewer, post_id, ballot, has_media=bool(draft.media_ids))
    if asking is not None:
        await begin.begin(db, viewer, post_id, asking.chosen, asking.without, is_again=draft.key is not None)
    return int(post_id)


async def schedule(context: Context, draft: Draft, ballot: Ballot | None, at: datetime) -> int:
    """What could not be published now is refused now, and not when its time has come."""
    db, viewer = context.db, context.viewer
    key, draft = draft.key, msgspec.structs.replace(draft, key=None)
    written: dict[str, Json] = {"draft": msgspec.to_builtins(draft)}
    if ballot is not None:
        written["ballot"] = msgspec.to_builtins(ballot)
    with suppress(_AsIfPublishedError):
        async with db.savepoint():
            tried = await seen_posts.post(db, viewer, await publish(context, draft, ballot))
            written["visibility"] = Visibility(tried.visibility).name
            raise _AsIfPublishedError
    id = await scheduled.schedule(db, viewer, at, written, key)
    await attach.hold(db, viewer, draft.media_ids, at)
    return id


class _AsIfPublishedError(Exception):
    """Takes back what was tried."""


async def move(context: Context, id: int, at: datetime) -> Scheduled:
    """Another time for a post that waits; its files wait with it. Raises NotFound and Invalid."""
    await scheduled.move(context.db, context.viewer, id, at)
    post = await scheduled.single(context.db, context.viewer, id)
    await attach.hold(context.db, context.viewer, post.media_ids, post.at)
    return post


async def take_back(context: Context, id: int) -> Scheduled:
    """Its files stay for a day, as just uploaded. Raises NotFound."""
    post = await scheduled.take_back(context.db, context.viewer, id)
    await attach.hold(context.db, context.viewer, post.media_ids, clock.now())
    return post


async def instead(
    context: Context, id: int, draft: Draft, ballot: Ballot | None, at: datetime | None = None
) -> int:
    """What waits is written anew: for another time, or to be published now. Raises NotFound once it is there no more."""
    before = msgspec.convert((await take_back(context, id)).written["draft"], Draft, strict=False)
    draft = msgspec.structs.replace(draft, is_sensitive=before.is_sensitive, quote_policy=before.quote_policy)
    if at is None:
        return await publish(context, draft, ballot)
    return await schedule(context, draft, ballot, at)


async def publish_due(context: Context) -> None:
    """Posts whose time has come, with all that is asked of a post then; one that is refused stays with its author."""
    db = context.db
    for author_id, post in await scheduled.due(db, _MOST_AT_ONCE):
        author = await context.find_person(author_id)
        try:
            if author is None:
                raise Forbidden
            async with db.savepoint():
                draft = msgspec.convert(post.written["draft"], Draft, strict=False)
                given = post.written.get("ballot")
                ballot = msgspec.convert(given, Ballot) if given else None
                await publish(context.by(author), draft, ballot)
        except Refusal as refusal:
            await scheduled.refused(db, post.id, str(refusal))
        except msgspec.ValidationError:  # kept by another version of the program
            await scheduled.refused(
                db, post.id, str(Invalid(_("This post can't be read any more. Write it again.")))
            )
        else:
            await scheduled.done(db, post.id)


async def edit(
    context: Context,
    post_id: int,
    change: editing.PostChange,
    ballot: Ballot | None = None,
    quote_policy: QuotePolicy | None = None,
    described: Sequence[Described] = (),
) -> None:
    """It shows the files and has the poll that are named, so an edit that names none takes them out."""
    db, viewer = context.db, context.viewer
    await editing.edit(db, viewer, post_id, change)
    if ballot is not None:
        await polls.put(db, viewer, post_id, ballot, has_media=bool(change.media_ids))
    else:
        await polls.take_out(db, viewer, post_id)
    if quote_policy is not None:
        await quotes.set_policy(db, viewer, post_id, quote_policy)
    for one in described:
        await _describe(context, change, one)


async def _describe(context: Context, change: editing.PostChange, given: Described) -> None:
    """Only what the post shows now."""
    if given.media_id not in change.media_ids:
        raise Invalid(_("You can only describe files that are in the post."), field="media_attributes")
    if context.site.store is None:
        raise Unavailable
    await describe.describe(
        context.db,
        context.viewer,
        context.site.store,
        given.media_id,
        description=given.description,
        focus=given.focus,
        thumbnail=given.thumbnail,
    )
