"""Programs are told of what the owner of their webhook sees at that moment; who switches one off, or has it switched off, reads why."""

from datetime import UTC, datetime
from typing import Final

import msgspec

from weetwie.access import viewer as viewers
from weetwie.access.enums import Ring, Standing, Visibility
from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.domain.people import assistant
from weetwie.domain.people.lookup import lookup
from weetwie.domain.webhooks import deliveries, delivery_log, rules, webhooks
from weetwie.domain.webhooks.deliveries import ClaimedDelivery
from weetwie.errors import Invalid, NotFound, Refusal, _
from weetwie.flows import messages
from weetwie.runtime import clock
from weetwie.runtime.ids import moment_of
from weetwie.runtime.json import Json
from weetwie.text import language
from weetwie.text.text import tag_key
from weetwie.views import people as seen_people, posts as seen_posts, texts as seen_texts

_OFF: Final = _("Your webhook to {host} was switched off, because nothing has arrived for a week: {address}")
NOT_TOLD: Final = b""


async def make(context: Context, url: str, kind: str, about: str) -> tuple[int, str]:
    """Its id and its secret, which is shown this once. Raises Invalid, Forbidden, TooMany."""
    url, about = rules.check(url, kind, about)
    if kind == "topic":
        about = tag_key(about.lstrip("#"))
    if kind == "person":
        try:
            about = str(await lookup(context.db, context.viewer, about.lstrip("@")))
        except NotFound:
            raise Invalid(_("This doesn't exist, or you can't see it."), field="about") from None
    return await webhooks.make(context.db, context.viewer, url, kind, about)


async def send_test(context: Context, id: int) -> None:
    webhooks.check_may(context.viewer)
    own = await webhooks.own_webhook(context.db, context.viewer, id)
    await delivery_log.test(context.db, own.id)


async def send_again(context: Context, id: int, delivery_id: int) -> None:
    webhooks.check_may(context.viewer)
    own = await webhooks.own_webhook(context.db, context.viewer, id)
    await delivery_log.again(context.db, context.viewer, own.id, delivery_id)


async def said(context: Context, claimed: ClaimedDelivery) -> bytes:
    """What it says now; `NOT_TOLD` for what its owner does not see (any more): it is forgotten."""
    said = await _said(context, claimed)
    if not said:
        await deliveries.drop(context.db, claimed.id)
    return said


async def failed(context: Context, claimed: ClaimedDelivery, status: int, why: str) -> None:
    """Its owner is told where that switches the webhook off."""
    if not await deliveries.failed(context.db, claimed, status, why):
        return
    owner = await context.find_person(claimed.owner_id)
    service_id = await assistant.person_id(context.db)
    service = None if service_id is None else await context.find_person(service_id)
    if owner is None or service is None:
        return
    speaks = language.best(owner.pages_language or owner.language)
    host = claimed.url.split("/")[2].rpartition("@")[2]
    address = context.address(f"settings/webhooks/{claimed.webhook_id}")
    text = language.translate(_OFF, speaks, host=host, address=address)
    try:
        async with context.db.savepoint():
            await messages.send(context.by(service), [(owner.person_id, owner.handle)], text, [])
    except Refusal:
        pass  # who has blocked the service account reads it on the page of the webhook


async def _said(context: Context, claimed: ClaimedDelivery) -> bytes:
    owner = await context.find_person(claimed.owner_id)
    if owner is None or claimed.is_off or not _may_hear(owner):
        return NOT_TOLD
    if claimed.post_id is None:
        return msgspec.json.encode({"type": "test", "timestamp": _time(clock.now()), "data": {}})
    post = await _post(context, owner, claimed.post_id)
    return NOT_TOLD if post is None else msgspec.json.encode(post)


def _may_hear(owner: Viewer) -> bool:
    is_member = owner.standing is Standing.member and viewers.is_active(owner, clock.now())
    return is_member and "webhooks" in owner.policy.connections


async def _post(context: Context, owner: Viewer, post_id: int) -> dict[str, Json] | None:
    """As its owner sees it; never what is direct or for followers."""
    found = [
        one
        for one in await seen_posts.posts(context.db, owner, [post_id])
        if one.post_visibility <= Visibility.unlisted
    ]
    words = await seen_texts.words(context.db, found)
    authors = await seen_people.profiles(context.db, [one.author for one in found])
    if not (found and words and authors):
        return None
    (seen,), (said,), (author,) = found, words, authors
    written_at = _time(moment_of(seen.post_id))
    return {
        "type": "post.published",
        "timestamp": written_at,
        "data": {
            "id": str(seen.post_id),
            "url": context.address(f"@{author.handle}/{seen.post_id}"),
            "text": said.text,
            "warning": said.warning,
            "language": said.language,
            "tags": [name for _key, name in said.tags],
            "is_question": said.is_question,
            "audience": Ring(seen.ring).name,
            "visibility": Visibility(seen.post_visibility).name,
            "in_reply_to_id": str(seen.reply_to_id) if seen.reply_to_id else None,
            "mentions": [handle for _id, handle in said.mentions],
            "author": {
                "id": str(author.id),
                "handle": author.handle,
                "name": author.name,
                "url": context.address(f"@{author.handle}"),
                "is_bot": author.is_bot,
            },
        },
    }


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
