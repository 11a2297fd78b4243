"""What webhooks were sent, for those who look after them: listed, sent anew, tried, and whether any is late."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, DateTime, and_, select, update
from sqlalchemy.dialects.postgresql import insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.webhooks.deliveries import GIVEN
from weetwie.errors import NotFound, Unavailable, _
from weetwie.runtime import clock
from weetwie.tables.webhooks import WAITING, Webhook, WebhookDelivery

_LISTED: Final = 50
_ID, _NOW = param("id", BigInteger), param("now", DateTime(timezone=True))
_is_own = and_(
    WebhookDelivery.webhook_id == param("webhook_id", BigInteger),
    WebhookDelivery.webhook_id.in_(
        select(Webhook.id).where(Webhook.owner_id == param("owner_id", BigInteger))
    ),
)
_LIST = Query(
    select(
        WebhookDelivery.id,
        WebhookDelivery.post_id,
        WebhookDelivery.state,
        WebhookDelivery.attempts,
        WebhookDelivery.status,
        WebhookDelivery.error,
        WebhookDelivery.tried_at,
        WebhookDelivery.next_at,
    )
    .where(_is_own, WebhookDelivery.attempts > 0)
    .order_by(WebhookDelivery.id.desc())
    .limit(_LISTED)
)
_AGAIN = Query(
    update(WebhookDelivery)
    .where(_is_own, WebhookDelivery.id == _ID, WebhookDelivery.attempts > 0)
    .values(state=WAITING, next_at=_NOW, attempts=1)
)
_TEST = Query(insert(WebhookDelivery).values(webhook_id=param("webhook_id", BigInteger), next_at=_NOW))
_LATE = Query(
    select(WebhookDelivery.id)
    .where(
        WebhookDelivery.state == WAITING, WebhookDelivery.next_at < param("before", DateTime(timezone=True))
    )
    .limit(1)
)


class ShownDelivery(NamedTuple):
    id: int
    post_id: int | None
    state: int
    attempts: int
    status: int
    error: str
    tried_at: datetime | None
    next_at: datetime


async def listed(db: Db, viewer: Viewer, webhook_id: int) -> list[ShownDelivery]:
    """The newest; only what was tried: of the rest it is not known whether its owner may hear of it."""
    rows = await db.rows(_LIST, webhook_id=webhook_id, owner_id=viewer.person_id)
    return [ShownDelivery(*row) for row in rows]


async def again(db: Db, viewer: Viewer, webhook_id: int, id: int) -> None:
    """Now. Raises NotFound."""
    if not await db.run(_AGAIN, id=id, webhook_id=webhook_id, owner_id=viewer.person_id, now=clock.now()):
        raise NotFound


async def test(db: Db, webhook_id: int) -> None:
    await db.run(_TEST, webhook_id=webhook_id, now=clock.now())


async def check(db: Db) -> str:
    """Whether what is due is sent, as a sentence. Raises Unavailable."""
    if await db.value(_LATE, before=clock.now() - 5 * GIVEN) is not None:
        raise Unavailable(_("Deliveries have been waiting for more than ten minutes. Is the worker running?"))
    return _("Everything is sent on time.")
