"""What webhooks are to be told: written down when a post is published, claimed, tried again, given up, listed and sent anew."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    DateTime,
    Executable,
    SmallInteger,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.webhooks import rules
from weetwie.domain.webhooks.webhooks import OLD_PLACE, PLACE, opened
from weetwie.events import PostPublished
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Mention, Post, PostTag, Tag
from weetwie.tables.webhooks import DELIVERED, GIVEN_UP, WAITING, Webhook, WebhookDelivery

GIVEN: Final = timedelta(minutes=2)
"""Who has not finished after this is believed to be dead."""
_KEPT: Final = timedelta(days=30)

_ID, _NOW = param("id", BigInteger), param("now", DateTime(timezone=True))


def _wanted() -> Executable:
    """Which webhooks are to be told of which posts; whether their owner sees them is decided when it is sent."""
    bot = aliased(Person)
    is_tagged = exists().where(PostTag.post_id == Post.id, Tag.id == PostTag.tag_id, Tag.key == Webhook.about)
    is_named = (
        select(Mention.post_id)
        .join(bot, bot.id == Mention.person_id)
        .where(
            Mention.post_id == Post.id,
            or_(bot.id == Webhook.owner_id, bot.responsible_id == Webhook.owner_id),
        )
        .exists()
    )
    return (
        select(Webhook.id, Post.id)
        .select_from(Webhook)
        .join(Post, Post.id == func.any(param("ids", ARRAY(BigInteger))))
        .where(
            Webhook.off_at.is_(None),
            Post.deleted_at.is_(None),
            Post.origin == 0,
            Post.boost_of_id.is_(None),
            Post.visibility <= int(Visibility.unlisted),
            or_(
                Webhook.kind == "all",
                and_(Webhook.kind == "questions", Post.is_question),
                and_(Webhook.kind == "topic", is_tagged),
                and_(Webhook.kind == "person", Webhook.about == cast(Post.author_id, Text)),
                and_(Webhook.kind == "mentions", is_named),
            ),
        )
    )


_QUEUE = Query(
    lambda: (
        insert(WebhookDelivery)
        .from_select(["webhook_id", "post_id"], _wanted())  # type: ignore[arg-type]
        .on_conflict_do_nothing()
    )
)
_due = select(WebhookDelivery.id).where(WebhookDelivery.state == WAITING, WebhookDelivery.next_at <= _NOW)
WAITS = _due.exists()
_next = _due.order_by(WebhookDelivery.next_at).limit(1).with_for_update(skip_locked=True)
_CLAIM = Query(
    update(WebhookDelivery)
    .where(WebhookDelivery.id == _next.scalar_subquery(), Webhook.id == WebhookDelivery.webhook_id)
    .values(
        attempts=WebhookDelivery.attempts + 1, tried_at=_NOW, next_at=param("later", DateTime(timezone=True))
    )
    .returning(
        WebhookDelivery.id,
        WebhookDelivery.post_id,
        WebhookDelivery.attempts,
        Webhook.id.label("webhook_id"),
        Webhook.owner_id,
        Webhook.url,
        Webhook.secret,
        Webhook.old_secret,
        Webhook.old_until,
        Webhook.off_at,
    )
)
_DROP = Query(delete(WebhookDelivery).where(WebhookDelivery.id == _ID))
_TRIED = Query(
    update(WebhookDelivery)
    .where(WebhookDelivery.id == _ID)
    .values(
        state=param("state", SmallInteger),
        status=param("status", BigInteger),
        error=param("error", Text),
        next_at=param("next_at", DateTime(timezone=True)),
    )
)
_WENT_WELL = Query(
    update(Webhook).where(Webhook.id == _ID, Webhook.failing_since.is_not(None)).values(failing_since=None)
)
_FAILS = Query(
    update(Webhook)
    .where(Webhook.id == _ID)
    .values(failing_since=func.coalesce(Webhook.failing_since, _NOW))
    .returning(Webhook.failing_since)
)
_SWITCH_OFF = Query(
    update(Webhook)
    .where(Webhook.id == _ID, Webhook.off_at.is_(None))
    .values(off_at=_NOW)
    .returning(Webhook.id)
)
_SWEEP = Query(
    delete(WebhookDelivery).where(WebhookDelivery.created_at < param("before", DateTime(timezone=True)))
)


class ClaimedDelivery(NamedTuple):
    id: int
    post_id: int | None
    attempts: int
    webhook_id: int
    owner_id: int
    url: str
    secrets: Sequence[bytes]
    """None where the key is gone with which they were sealed: then it holds up none of the others."""
    is_off: bool


async def queue(db: Db, viewer: Viewer, facts: Sequence[PostPublished]) -> None:
    if "webhooks" in viewer.policy.connections:
        await db.run(_QUEUE, ids=[fact.post_id for fact in facts])


async def claim(db: Db) -> ClaimedDelivery | None:
    """One that is due; nobody else sends it meanwhile."""
    now = clock.now()
    row = await db.row(_CLAIM, now=now, later=now + GIVEN)
    if row is None:
        return None
    is_old_good = row["old_until"] is not None and row["old_until"] > now
    sealed = [(PLACE, row["secret"]), *([(OLD_PLACE, row["old_secret"])] if is_old_good else [])]
    secrets = [opened(place, row["webhook_id"], bytes(one)) for place, one in sealed]
    return ClaimedDelivery(
        row["id"],
        row["post_id"],
        row["attempts"],
        row["webhook_id"],
        row["owner_id"],
        row["url"],
        [one for one in secrets if one is not None] if secrets[0] is not None else [],
        row["off_at"] is not None,
    )


async def drop(db: Db, id: int) -> None:
    """It is not to be told: nothing stays of it."""
    await db.run(_DROP, id=id)


async def delivered(db: Db, claimed: ClaimedDelivery, status: int) -> None:
    await db.run(_TRIED, id=claimed.id, state=DELIVERED, status=status, error="", next_at=clock.now())
    await db.run(_WENT_WELL, id=claimed.webhook_id)


async def failed(db: Db, claimed: ClaimedDelivery, status: int, why: str) -> bool:
    """To be tried again, later each time, and given up in the end. True where the webhook is switched off by this: after a week
    of nothing but failures, or where its program says that it is gone."""
    now = clock.now()
    wait = rules.wait(claimed.attempts, random.random())  # noqa: S311  it hides nothing
    state = GIVEN_UP if wait is None else WAITING
    next_at = now + (wait or timedelta())
    await db.run(_TRIED, id=claimed.id, state=state, status=status, error=why[:200], next_at=next_at)
    since = await db.value(_FAILS, id=claimed.webhook_id, now=now)
    if since is None or (now - since < rules.GIVES_UP_AFTER and status != rules.GONE):
        return False
    return await db.value(_SWITCH_OFF, id=claimed.webhook_id, now=now) is not None


async def sweep(db: Db) -> None:
    await db.run(_SWEEP, before=clock.now() - _KEPT)
