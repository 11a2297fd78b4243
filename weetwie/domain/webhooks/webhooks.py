"""Webhooks of a member: made, changed, given a new secret, switched off and on, and gone when their owner's access ends."""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import allowed, permissions
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.webhooks import rules
from weetwie.errors import Forbidden, NotFound, TooMany, _, or_not_found
from weetwie.events import AccountChanged, PersonErased, PersonLeft, audit
from weetwie.runtime import clock
from weetwie.security import sealing
from weetwie.security.sealing import CannotOpen
from weetwie.tables.identity import AccountEvent
from weetwie.tables.webhooks import Webhook

PLACE, OLD_PLACE = "webhooks.secret", "webhooks.old_secret"
_SHUT_OUT = ("password.set", "access.end")

_ID, _OWN = param("id", BigInteger), Webhook.owner_id == param("owner_id", BigInteger)
_NOW = param("now", DateTime(timezone=True))
_COLUMNS = (
    Webhook.id, Webhook.url, Webhook.kind, Webhook.about, Webhook.failing_since, Webhook.off_at, Webhook.old_until,
    Webhook.created_at,
)  # fmt: skip
_ALL = Query(select(*_COLUMNS).where(_OWN).order_by(Webhook.id))
_ONE = Query(select(*_COLUMNS).where(_OWN, Webhook.id == _ID))
_COUNT = Query(select(func.count()).where(_OWN))
_NEXT_ID = Query(select(func.new_id()))
_MAKE = Query(
    insert(Webhook).values(
        id=_ID,
        owner_id=param("owner_id", BigInteger),
        url=param("url", Text),
        kind=param("kind", Text),
        about=param("about", Text),
        secret=param("secret", LargeBinary),
        old_secret=b"",
    )
)
_SECRET = Query(select(Webhook.secret).where(_OWN, Webhook.id == _ID).with_for_update())
_ROTATE = Query(
    update(Webhook)
    .where(_OWN, Webhook.id == _ID)
    .values(
        old_secret=param("old_secret", LargeBinary),
        old_until=param("until", DateTime(timezone=True)),
        secret=param("secret", LargeBinary),
    )
)
_SWITCH = Query(
    update(Webhook)
    .where(_OWN, Webhook.id == _ID)
    .values(off_at=param("off_at", DateTime(timezone=True)), failing_since=None)
)
_REMOVE = Query(delete(Webhook).where(_OWN, Webhook.id == _ID))
_END = Query(delete(Webhook).where(Webhook.owner_id == func.any(param("ids", ARRAY(BigInteger)))))
_END_OF_ACCOUNT = Query(
    delete(Webhook).where(
        Webhook.owner_id.in_(
            select(AccountEvent.person_id).where(
                AccountEvent.id == func.any(param("ids", ARRAY(BigInteger))),
                AccountEvent.act == func.any(param("acts", ARRAY(Text))),
            )
        )
    )
)
_IN_USE = Query(
    select(
        func.count().label("webhooks"), func.count(Webhook.owner_id.distinct()).label("people")
    ).select_from(Webhook)
)


class OwnWebhook(NamedTuple):
    id: int
    url: str
    kind: str
    about: str
    failing_since: datetime | None
    off_at: datetime | None
    old_until: datetime | None
    created_at: datetime


async def make(db: Db, viewer: Viewer, url: str, kind: str, about: str) -> tuple[int, str]:
    """Its id and the secret as it is pasted into a program, which is shown this once. Raises Forbidden, TooMany."""
    check_may(viewer)
    if await db.value(_COUNT, owner_id=viewer.person_id) >= rules.MOST:
        raise TooMany(_("You already have {most} webhooks."), most=rules.MOST)
    id, secret = int(await db.value(_NEXT_ID)), os.urandom(rules.SECRET_BYTES)
    sealed = sealing.seal(PLACE, id, secret)
    await db.run(_MAKE, id=id, owner_id=viewer.person_id, url=url, kind=kind, about=about, secret=sealed)
    await audit(db, viewer, "webhook.make", viewer.person_id, webhook_id=id)
    return id, rules.shown(secret)


async def own(db: Db, viewer: Viewer) -> Sequence[OwnWebhook]:
    return [OwnWebhook(*row) for row in await db.rows(_ALL, owner_id=viewer.person_id)]


async def own_webhook(db: Db, viewer: Viewer, id: int) -> OwnWebhook:
    """Raises NotFound."""
    row = or_not_found(await db.row(_ONE, owner_id=viewer.person_id, id=id))
    return OwnWebhook(*row)


async def rotate(db: Db, viewer: Viewer, id: int) -> str:
    """Another secret, shown this once; the one before signs too for a day. Raises Forbidden, NotFound."""
    check_may(viewer)
    sealed = or_not_found(await db.value(_SECRET, owner_id=viewer.person_id, id=id))
    old = opened(PLACE, id, bytes(sealed))
    secret = os.urandom(rules.SECRET_BYTES)
    await db.run(
        _ROTATE,
        owner_id=viewer.person_id,
        id=id,
        secret=sealing.seal(PLACE, id, secret),
        old_secret=b"" if old is None else sealing.seal(OLD_PLACE, id, old),
        until=None if old is None else clock.now() + rules.OLD_SECRET_LASTS,
    )
    await audit(db, viewer, "webhook.rotate", viewer.person_id, webhook_id=id)
    return rules.shown(secret)


def opened(place: str, id: int, sealed: bytes) -> bytes | None:
    """None where the key is gone with which it was sealed."""
    try:
        return sealing.opened(place, id, sealed)
    except CannotOpen:
        return None


async def switch(db: Db, viewer: Viewer, id: int, *, is_on: bool) -> None:
    """Raises Forbidden, NotFound."""
    check_may(viewer)
    if not await db.run(_SWITCH, owner_id=viewer.person_id, id=id, off_at=None if is_on else clock.now()):
        raise NotFound


async def remove(db: Db, viewer: Viewer, id: int) -> None:
    """Raises NotFound."""
    if not await db.run(_REMOVE, owner_id=viewer.person_id, id=id):
        raise NotFound
    await audit(db, viewer, "webhook.remove", viewer.person_id, webhook_id=id)


async def in_use(db: Db, viewer: Viewer) -> tuple[int, int]:
    """How many there are, and of how many people. Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    row = await db.row(_IN_USE)
    assert row is not None, "it counts"
    return row["webhooks"], row["people"]


async def ended(db: Db, viewer: Viewer, facts: Sequence[PersonLeft | PersonErased]) -> None:
    await db.run(_END, ids=[fact.person_id for fact in facts])


async def shut_out(db: Db, viewer: Viewer, facts: Sequence[AccountChanged]) -> None:
    """Whoever sets a new password shuts out whatever was set up before."""
    await db.run(_END_OF_ACCOUNT, ids=[fact.event_id for fact in facts], acts=list(_SHUT_OUT))


def check_may(viewer: Viewer) -> None:
    """Raises Forbidden for all but members who may write, and where webhooks are off."""
    is_member = viewer.standing is Standing.member and permissions.act(viewer, clock.now())
    if not (is_member and "webhooks" in viewer.policy.connections):
        raise Forbidden
