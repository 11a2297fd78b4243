"""Reading the trail: the newest first, by who did it, to whom, what and when.

In works-council mode nobody reads here when others sign in, or what they do about their own account: it is written down and
stands in the chain, and is left out of what is shown and exported.
"""

from datetime import date, datetime, timedelta
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Text, and_, delete, func, or_, select

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Record, Value, param
from weetwie.events import KEY_OF_DAY
from weetwie.runtime import clock
from weetwie.security import sealing
from weetwie.tables.audit import Audit, AuditKey

ADDRESSES_LAST: Final = timedelta(days=30)

_ACTOR, _SUBJECT = param("actor_id", BigInteger), param("subject_id", BigInteger)
_ONES_OWN: Final = (
    "session.",
    "token.",
    "grant",
    "passkey.",
    "one_time.",
    "password.",
    "identity.",
    "export.",
    "agent.",
    "chat.",
)
"""What people do about their own account; an administrator's acts on others are not among them."""
_READER = param("reader_id", BigInteger)
_IS_OPEN = or_(
    param("tells_activity", Boolean),
    Audit.actor_id == _READER,
    Audit.subject_id == _READER,
    and_(
        Audit.actor_id.is_distinct_from(Audit.subject_id),
        *(~func.starts_with(Audit.act, own) for own in _ONES_OWN),
    ),
)
_ENTRIES = Query(
    select(
        Audit.id, Audit.number, Audit.at, Audit.actor_id, Audit.act, Audit.subject_id, Audit.ids, Audit.door,
        Audit.address, AuditKey.day, AuditKey.key,
    )
    .outerjoin(AuditKey, AuditKey.day == func.date(func.timezone("UTC", Audit.at)))
    .where(
        Audit.id < param("below", BigInteger),
        Audit.at >= param("since", DateTime(timezone=True)),
        Audit.at < param("until", DateTime(timezone=True)),
        or_(_ACTOR == 0, Audit.actor_id == _ACTOR),
        or_(_SUBJECT == 0, Audit.subject_id == _SUBJECT),
        _IS_OPEN,
        or_(param("act", Text) == "", func.starts_with(Audit.act, param("act", Text))),
    )
    .order_by(Audit.id.desc())
    .limit(param("limit", BigInteger))
)  # fmt: skip
_DROP_KEYS = Query(delete(AuditKey).where(AuditKey.day < param("before", Date)))


class TrailEntry(msgspec.Struct, frozen=True):
    id: int
    number: int | None
    at: datetime
    actor_id: int | None
    """None: the system itself, or nobody who was signed in."""
    act: str
    subject_id: int | None
    ids: dict[str, Value]
    door: str
    address: str
    """Empty where it is not known, or not any more."""


class TrailFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries; `act` is the beginning of one, such as `person.`."""

    actor_id: int = 0
    subject_id: int = 0
    act: str = ""
    since: datetime | None = None
    until: datetime | None = None


async def entries(
    db: Db, viewer: Viewer, asked: TrailFilter, *, below: int = 2**62, limit: int = 100
) -> list[TrailEntry]:
    """Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    now = clock.now()
    rows = await db.rows(
        _ENTRIES,
        actor_id=asked.actor_id,
        subject_id=asked.subject_id,
        act=asked.act,
        since=asked.since or now - timedelta(days=36_500),
        until=asked.until or now + timedelta(days=1),
        below=below,
        limit=limit,
        reader_id=viewer.person_id,
        tells_activity=viewer.policy.tells_activity,
    )
    return [_entry(row) for row in rows]


async def forget_addresses(db: Db) -> int:
    """For the schedule: where things came from is known for thirty days."""
    return await db.run(_DROP_KEYS, before=(clock.now() - ADDRESSES_LAST).date())


def _entry(row: Record) -> TrailEntry:
    plain = {name: row[name] for name in TrailEntry.__struct_fields__ if name != "address"}
    return TrailEntry(**plain, address=_opened(row["address"], row["day"], row["key"]))


def _opened(sealed: bytes | None, day: date | None, key: bytes | None) -> str:
    if sealed is None or day is None or key is None:
        return ""
    try:
        return (
            AESGCM(sealing.opened(KEY_OF_DAY, day, bytes(key)))
            .decrypt(bytes(sealed[:12]), bytes(sealed[12:]), None)
            .decode()
        )
    except (InvalidTag, sealing.CannotOpen):
        return ""
