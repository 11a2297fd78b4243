"""Secret addresses at which programs tell a bot what to post; the database keeps their hash alone."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, func, insert, or_, select, update

from weetwie.access.authenticate import credential_hash
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.errors import Invalid, NotFound, TooMany, _
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.tables.bots import IncomingWebhook
from weetwie.text.text import is_longer

MOST: Final = 20
LONGEST_NAME: Final = 80
_EXACT_TO: Final = timedelta(hours=1)

_BOT = IncomingWebhook.bot_id == param("bot_id", BigInteger)
_COLUMNS = (
    IncomingWebhook.id, IncomingWebhook.bot_id, IncomingWebhook.name, IncomingWebhook.created_at, IncomingWebhook.used_at,
)  # fmt: skip
_OF = Query(select(*_COLUMNS).where(_BOT).order_by(IncomingWebhook.id))
_COUNT = Query(select(func.count()).where(_BOT))
_FIND = Query(select(*_COLUMNS).where(IncomingWebhook.secret_hash == param("hash", LargeBinary)))
_MAKE = Query(
    insert(IncomingWebhook)
    .values(
        bot_id=param("bot_id", BigInteger), name=param("name", Text), secret_hash=param("hash", LargeBinary)
    )
    .returning(IncomingWebhook.id)
)
_REVOKE = Query(delete(IncomingWebhook).where(_BOT, IncomingWebhook.id == param("id", BigInteger)))
_NOW = param("now", DateTime(timezone=True))
_USED = Query(
    update(IncomingWebhook)
    .where(
        IncomingWebhook.id == param("id", BigInteger),
        or_(
            IncomingWebhook.used_at.is_(None),
            IncomingWebhook.used_at < param("before", DateTime(timezone=True)),
        ),
    )
    .values(used_at=_NOW)
)


class Incoming(NamedTuple):
    id: int
    bot_id: int
    name: str
    created_at: datetime
    used_at: datetime | None


async def make(db: Db, viewer: Viewer, bot_id: int, name: str) -> str:
    """The secret, which is never to be seen again. That the viewer answers for the bot is for the caller to see to."""
    name = " ".join(name.split())
    if is_longer(name, LONGEST_NAME):
        raise Invalid(_("A name can have at most {most} characters."), field="hook", most=LONGEST_NAME)
    if await db.value(_COUNT, bot_id=bot_id) >= MOST:
        raise TooMany(_("This bot has {most} addresses. Delete one first."), most=MOST)
    secret = secrets.token_urlsafe(32)
    id = await db.value(_MAKE, bot_id=bot_id, name=name, hash=credential_hash(secret))
    await audit(db, viewer, "bot.hook", bot_id, hook_id=id)
    return secret


async def of_bot(db: Db, bot_id: int) -> Sequence[Incoming]:
    return [Incoming(*row) for row in await db.rows(_OF, bot_id=bot_id)]


async def revoke(db: Db, viewer: Viewer, bot_id: int, id: int) -> None:
    """Raises NotFound."""
    if not await db.run(_REVOKE, bot_id=bot_id, id=id):
        raise NotFound
    await audit(db, viewer, "bot.unhook", bot_id, hook_id=id)


async def recognise(db: Db, secret: str) -> Incoming | None:
    row = await db.row(_FIND, hash=credential_hash(secret))
    return None if row is None else Incoming(*row)


async def use(db: Db, id: int) -> None:
    await db.run(_USED, id=id, now=clock.now(), before=clock.now() - _EXACT_TO)
