"""Secret addresses of feeds: made and taken back by their owner, kept as hashes, and gone when their owner's access ends."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import allowed, permissions
from weetwie.access.authenticate import credential_hash
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.feeds.rules import MOST
from weetwie.errors import Forbidden, NotFound, TooMany, _
from weetwie.events import AccountChanged, PersonErased, PersonLeft
from weetwie.runtime import clock
from weetwie.tables.feeds import FeedAddress
from weetwie.tables.identity import AccountEvent

_EXACT_TO: Final = timedelta(days=1)
_SHUT_OUT: Final = ("password.set", "access.end")
"""What shuts out whoever else came in as somebody."""

_PERSON = FeedAddress.person_id == param("person_id", BigInteger)
_COLUMNS = (
    FeedAddress.id, FeedAddress.person_id, FeedAddress.kind, FeedAddress.about, FeedAddress.created_at, FeedAddress.used_at,
)  # fmt: skip
_MAKE = Query(
    insert(FeedAddress)
    .values(
        person_id=param("person_id", BigInteger),
        kind=param("kind", Text),
        about=param("about", Text),
        secret_hash=param("hash", LargeBinary),
        created_at=param("now", DateTime(timezone=True)),
    )
    .returning(FeedAddress.id)
)
_COUNT = Query(select(func.count()).where(_PERSON))
_OWN = Query(select(*_COLUMNS).where(_PERSON).order_by(FeedAddress.id.desc()))
_REVOKE = Query(delete(FeedAddress).where(_PERSON, FeedAddress.id == param("id", BigInteger)))
_FIND = Query(select(*_COLUMNS).where(FeedAddress.secret_hash == param("hash", LargeBinary)))
_USED = Query(
    update(FeedAddress)
    .where(
        FeedAddress.id == param("id", BigInteger),
        or_(FeedAddress.used_at.is_(None), FeedAddress.used_at < param("before", DateTime(timezone=True))),
    )
    .values(used_at=param("now", DateTime(timezone=True)))
)
_END = Query(delete(FeedAddress).where(FeedAddress.person_id == func.any(param("ids", ARRAY(BigInteger)))))
_END_OF_ACCOUNT = Query(
    delete(FeedAddress).where(
        FeedAddress.person_id.in_(
            select(AccountEvent.person_id).where(
                AccountEvent.id == func.any(param("ids", ARRAY(BigInteger))),
                AccountEvent.act == func.any(param("acts", ARRAY(Text))),
            )
        )
    )
)
_IN_USE = Query(
    select(
        func.count().label("addresses"), func.count(FeedAddress.person_id.distinct()).label("people")
    ).select_from(FeedAddress)
)


class OwnFeed(NamedTuple):
    id: int
    person_id: int
    kind: str
    about: str
    created_at: datetime
    used_at: datetime | None

    @property
    def is_used_today(self) -> bool:
        return self.used_at is not None and self.used_at >= clock.now() - _EXACT_TO


async def make(db: Db, viewer: Viewer, kind: str, about: str) -> tuple[int, str]:
    """Its id, and the secret, which is never to be seen again. Raises Forbidden, TooMany."""
    if not permissions.act(viewer, clock.now()) or "feeds" not in viewer.policy.connections:
        raise Forbidden
    if await db.value(_COUNT, person_id=viewer.person_id) >= MOST:
        raise TooMany(_("You have {most} feed addresses. Delete one first."), most=MOST)
    secret = secrets.token_urlsafe(32)
    id = await db.value(
        _MAKE,
        person_id=viewer.person_id,
        kind=kind,
        about=about,
        hash=credential_hash(secret),
        now=clock.now(),
    )
    return int(id), secret


async def own(db: Db, viewer: Viewer) -> list[OwnFeed]:
    """Newest first."""
    return [OwnFeed(*row) for row in await db.rows(_OWN, person_id=viewer.person_id)]


async def revoke(db: Db, viewer: Viewer, id: int) -> None:
    """From the next request on nothing is read there. Raises NotFound."""
    if not await db.run(_REVOKE, person_id=viewer.person_id, id=id):
        raise NotFound


async def recognise(db: Db, secret: str) -> OwnFeed | None:
    row = await db.row(_FIND, hash=credential_hash(secret))
    return None if row is None else OwnFeed(*row)


async def use(db: Db, id: int) -> None:
    """So that its owner sees whether anything still reads there."""
    await db.run(_USED, id=id, now=clock.now(), before=clock.now() - _EXACT_TO)


async def in_use(db: Db, viewer: Viewer) -> tuple[int, int]:
    """How many addresses there are, and of how many people. Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    row = await db.row(_IN_USE)
    assert row is not None
    return row["addresses"], row["people"]


async def ended(db: Db, viewer: Viewer, facts: Sequence[PersonLeft | PersonErased]) -> None:
    await db.run(_END, ids=[fact.person_id for fact in facts])


async def shut_out(db: Db, viewer: Viewer, facts: Sequence[AccountChanged]) -> None:
    """Whoever sets a new password shuts out whatever was set up before, feeds as apps."""
    await db.run(_END_OF_ACCOUNT, ids=[fact.event_id for fact in facts], acts=list(_SHUT_OUT))
