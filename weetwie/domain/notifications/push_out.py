"""Notifications on their way to devices: written down when somebody is told, read as the law has it when they are sent.

A device gets one message at a time. Where its service cannot be reached it rests, ever longer, and holds up nobody else's.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    Executable,
    Text,
    and_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import viewer as viewers
from weetwie.access.authenticate import Memory
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Database, Db, Query, Record, param
from weetwie.domain.notifications.list import mine
from weetwie.domain.notifications.push import AUTH
from weetwie.errors import _
from weetwie.events import PeopleNotified
from weetwie.http.webpush import Device, PushFailed, Sender
from weetwie.runtime import clock
from weetwie.runtime.log import logger
from weetwie.security import sealing
from weetwie.tables.declared import aliased
from weetwie.tables.identity import Token
from weetwie.tables.notifications import Notification, PushMessage, PushSubscription
from weetwie.tables.relations import Follow
from weetwie.text import language
from weetwie.text.shorten import shorten
from weetwie.views import people as seen_people, posts as seen_posts, texts as seen_words

log = logger(__name__)

LASTS: Final = timedelta(days=2)
"""Later than this nobody wants to hear of it on their phone."""
_HELD: Final = timedelta(minutes=1)
_LONGEST_REST: Final = timedelta(hours=2)
_REST_FOR_US: Final = timedelta(minutes=30)
"""Where the service does not take messages of this installation; no device is given up for that."""
_MOST_FAILURES: Final = 20
"""After so many in a row, over more than a day, nobody is believed to be there."""
_LONGEST_BODY: Final = 160
_WELCOME: Final = ("mention", "follow_request")
"""What people wait for: a phone may wake for it."""

_SAYS: Final = {
    "mention": _("{name} mentioned you"),
    "status": _("New post by {name}"),
    "reblog": _("{name} boosted your post"),
    "follow": _("{name} follows you"),
    "follow_request": _("{name} wants to follow you"),
    "favourite": _("{name} favourited your post"),
    "poll": _("A poll has ended"),
    "update": _("{name} edited a post you boosted"),
    "quote": _("{name} quoted you"),
}

_NOW = param("now", DateTime(timezone=True))


def _queue() -> Executable:
    told, device, token = aliased(Notification), aliased(PushSubscription), aliased(Token)
    is_followed = exists(
        select(literal(1)).where(Follow.follower_id == told.person_id, Follow.followed_id == told.from_id)
    )
    is_follower = exists(
        select(literal(1)).where(Follow.follower_id == told.from_id, Follow.followed_id == told.person_id)
    )
    wanted = or_(
        device.policy == "all",
        and_(device.policy == "followed", is_followed),
        and_(device.policy == "follower", is_follower),
    )
    rows = (
        select(device.token_id, told.id)
        .join(device, device.person_id == told.person_id)
        .join(token, token.id == device.token_id)
        .where(
            told.id == func.any(param("ids", ARRAY(BigInteger))),
            told.is_held.is_(False),
            told.pushed_as.is_(None),
            told.kind == func.any(device.kinds),
            token.revoked_at.is_(None),
            wanted,
        )
    )
    return (
        insert(PushMessage)
        .from_select(["token_id", "notification_id"], rows)
        .on_conflict_do_nothing()
        .returning(PushMessage.token_id)
    )


_QUEUE = Query(_queue)

_due = (
    select(PushMessage.token_id, PushMessage.notification_id)
    .join(PushSubscription, PushSubscription.token_id == PushMessage.token_id)
    .where(
        PushMessage.due_at <= _NOW,
        or_(PushSubscription.resting_until.is_(None), PushSubscription.resting_until <= _NOW),
    )
)
WAITS = _due.exists()
_next = _due.order_by(PushMessage.due_at).limit(1).with_for_update(skip_locked=True).cte("next")
_CLAIM = Query(
    update(PushSubscription)
    .where(PushSubscription.token_id == _next.c.token_id)
    .values(resting_until=param("held_until", DateTime(timezone=True)))
    .returning(
        PushSubscription.token_id,
        _next.c.notification_id,
        PushSubscription.person_id,
        PushSubscription.endpoint,
        PushSubscription.p256dh,
        PushSubscription.auth,
        PushSubscription.is_standard,
        PushSubscription.sealed_token,
        PushSubscription.failures,
        select(PushMessage.due_at)
        .where(
            PushMessage.token_id == _next.c.token_id, PushMessage.notification_id == _next.c.notification_id
        )
        .scalar_subquery()
        .label("due_at"),
        exists(
            select(literal(1)).where(Token.id == PushSubscription.token_id, Token.revoked_at.is_(None))
        ).label("is_live"),
    )
)
_TOKEN = param("token_id", BigInteger)
_DONE = Query(
    delete(PushMessage).where(
        PushMessage.token_id == _TOKEN, PushMessage.notification_id == param("notification_id", BigInteger)
    )
)
_REACHED = Query(
    update(PushSubscription)
    .where(PushSubscription.token_id == _TOKEN)
    .values(resting_until=None, failures=0, refused="")
)
_REST = Query(
    update(PushSubscription)
    .where(PushSubscription.token_id == _TOKEN)
    .values(resting_until=param("until", DateTime(timezone=True)), failures=PushSubscription.failures + 1)
)
_REFUSED = Query(
    update(PushSubscription)
    .where(PushSubscription.token_id == _TOKEN)
    .values(resting_until=param("until", DateTime(timezone=True)), refused=param("why", Text))
)
_STUCK = Query(
    select(func.count(), func.max(PushSubscription.refused)).where(PushSubscription.refused != text("''"))
)
_GONE = Query(delete(PushSubscription).where(PushSubscription.token_id == _TOKEN))


def _told(viewer_sql: ViewerSql) -> Executable:
    return mine(viewer_sql, Notification).where(Notification.id == param("id", BigInteger))


_TOLD = VisibleQuery(_told)


class PushPayload(msgspec.Struct, frozen=True):
    """https://docs.joinmastodon.org/methods/push/"""

    access_token: str
    preferred_locale: str
    notification_id: str
    notification_type: str
    icon: str
    title: str
    body: str


async def queue(db: Db, _viewer: Viewer, facts: Sequence[PeopleNotified]) -> None:
    """For all devices of those who were told that want to hear of it, and did not hear of the same a moment ago."""
    ids = [id for fact in facts for id in fact.notification_ids]
    if await db.rows(_QUEUE, ids=ids):
        db.wake_after_commit()


class Claimed(msgspec.Struct, frozen=True):
    row: Record
    message: PushPayload | None
    """None where there is nothing to say any more."""


async def claim(database: Database, memory: Memory, sender: Sender, base_url: str) -> Claimed | None:
    """The next message that is due, with what it says now; nobody else sends it for a minute."""
    now = clock.now()
    async with database.transaction() as db:
        row = await db.row(_CLAIM, now=now, held_until=now + _HELD)
        if row is None:
            return None
        is_of_use = row["is_live"] and row["due_at"] >= now - LASTS
        return Claimed(row, await _message(db, memory, sender, base_url, row) if is_of_use else None)


async def deliver(database: Database, sender: Sender, claimed: Claimed) -> None:
    """Hands it to the push service; what that says decides what becomes of it and of the subscription."""
    row, message = claimed.row, claimed.message
    if message is None:
        await _write(database, row, gone=not row["is_live"])
        return
    device = Device(
        row["endpoint"],
        bytes(row["p256dh"]),
        sealing.opened(AUTH, row["token_id"], bytes(row["auth"])),
        row["is_standard"],
    )
    ttl = int(LASTS.total_seconds())
    is_urgent = message.notification_type in _WELCOME
    try:
        await sender.send(device, msgspec.json.encode(message), ttl=ttl, is_urgent=is_urgent)
    except PushFailed as error:
        await _not_sent(database, row, error)
    else:
        await _write(database, row)


async def _message(db: Db, memory: Memory, sender: Sender, base_url: str, row: Record) -> PushPayload | None:
    """What the person is told and sees at this moment; None where that is nothing any more."""
    viewer = await memory.person(db, row["person_id"])
    if viewer is None or not viewers.is_active(viewer, clock.now()):
        return None
    told = await _TOLD.row(
        db, viewer, id=row["notification_id"], kinds=list(_SAYS), from_id=0, with_held=False
    )
    if told is None:
        return None
    people = await seen_people.cards(db, viewer, [told["from_id"]])
    profiles = await seen_people.profiles(db, people)
    name = (profiles[0].name or f"@{profiles[0].handle}") if profiles else ""
    locale = language.best(viewer.pages_language or viewer.language)
    return PushPayload(
        access_token=sender.unseal(bytes(row["sealed_token"])),
        preferred_locale=locale,
        notification_id=str(told["id"]),
        notification_type=told["kind"],
        icon=f"{base_url}/faces/{profiles[0].face}"
        if profiles and profiles[0].face
        else f"{base_url}/static/face.png",
        title=language.translate(_SAYS[told["kind"]], locale, name=name),
        body=await _body(db, viewer, told["post_id"]),
    )


async def _body(db: Db, viewer: Viewer, post_id: int | None) -> str:
    """The warning stands for what it warns of."""
    posts = await seen_posts.posts(db, viewer, [post_id]) if post_id else []
    words = next(iter(await seen_words.words(db, posts)), None) if posts else None
    text = (words.warning or words.text) if words else ""
    return shorten(text, _LONGEST_BODY)


async def _not_sent(database: Database, row: Record, error: PushFailed) -> None:
    if error.kind == "ours":
        log.error("a push service does not take messages from here", why=str(error))
        async with database.transaction() as db:
            until = clock.now() + max(_REST_FOR_US, timedelta(seconds=min(error.retry_after, 86_400.0)))
            await db.run(_REFUSED, token_id=row["token_id"], until=until, why=str(error))
        return
    log.info("a message was not pushed", why=str(error), kind=error.kind, failures=row["failures"])
    is_gone = error.kind == "gone" or row["failures"] >= _MOST_FAILURES
    if is_gone or error.kind == "refused":
        await _write(database, row, gone=is_gone)
        return
    async with database.transaction() as db:
        await db.run(_REST, token_id=row["token_id"], until=_rest(row["failures"], error.retry_after))


async def stuck(db: Db) -> tuple[int, str]:
    """How many devices hear nothing because this installation is at fault, and what the service answered."""
    row = await db.row(_STUCK)
    return (row[0], row[1] or "") if row else (0, "")


def _rest(failures: int, asked: float) -> datetime:
    wait = timedelta(seconds=max(15.0 * 2 ** min(failures, 12), min(asked, 86_400.0)))
    return clock.now() + (wait if asked else min(wait, _LONGEST_REST))


async def _write(database: Database, row: Record, *, gone: bool = False) -> None:
    async with database.transaction() as db:
        if gone:
            await db.run(_GONE, token_id=row["token_id"])
            return
        await db.run(_DONE, token_id=row["token_id"], notification_id=row["notification_id"])
        await db.run(_REACHED, token_id=row["token_id"])
