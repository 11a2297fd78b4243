"""Schedule a post, look at what waits, move it, take it back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, DateTime, Executable, Text, delete, func, null, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, Record, param
from weetwie.errors import Invalid, _, or_not_found
from weetwie.events import PersonErased
from weetwie.runtime import clock
from weetwie.tables.scheduled import ScheduledPost

SOONEST: Final = timedelta(minutes=5)
LATEST: Final = timedelta(days=5 * 365)
A_DRAFT: Final = timedelta(days=100 * 365)
"""Beyond this nothing is meant to be published: apps keep their drafts so, a thousand years and more ahead."""
MOST, MOST_A_DAY = 300, 25


class Scheduled(msgspec.Struct, frozen=True):
    id: int
    at: datetime
    written: dict[str, Any]
    refusal: str | None
    """It could not be published when its time had come: why."""

    @property
    def media_ids(self) -> list[int]:
        ids: list[int] = self.written["draft"].get("media_ids", [])
        return ids


async def schedule(db: Db, viewer: Viewer, at: datetime, written: dict[str, Any], key: str | None) -> int:
    """Keeps what is written until then; the same key twice is the same post. Raises Invalid."""
    _check_time(at)
    counts = await db.row(_COUNTS, author_id=viewer.person_id, at=at)
    assert counts is not None, "counting always answers"
    if counts["all"] >= MOST:
        raise Invalid(_("You can schedule at most {most} posts."), field="scheduled_at", most=MOST)
    if counts["that_day"] >= MOST_A_DAY and at < clock.now() + A_DRAFT:
        raise Invalid(
            _("You can schedule at most {most} posts for one day. Choose another day."),
            field="scheduled_at",
            most=MOST_A_DAY,
        )
    id: int = await db.value(_SCHEDULE, author_id=viewer.person_id, at=at, written=written, key=key or None)
    return id


def _check_time(at: datetime) -> None:
    ahead = at - clock.now()
    if ahead < SOONEST:
        raise Invalid(_("Choose a time at least five minutes from now."), field="scheduled_at")
    if LATEST < ahead < A_DRAFT:
        raise Invalid(_("Choose a time within the next five years."), field="scheduled_at")


async def waiting(db: Db, viewer: Viewer, page: Page) -> list[Scheduled]:
    """One's own, the latest written first."""
    query = _UPWARD if page.is_upward else _DOWNWARD
    rows = await db.rows(
        query, author_id=viewer.person_id, below=page.below, above=page.above, limit=page.limit
    )
    found = [_read(row) for row in rows]
    return found[::-1] if page.is_upward else found


async def single(db: Db, viewer: Viewer, id: int) -> Scheduled:
    """Raises NotFound for what is not there or another's."""
    row = or_not_found(await db.row(_ONE, author_id=viewer.person_id, id=id))
    return _read(row)


def _read(row: Record) -> Scheduled:
    return Scheduled(row["id"], row["at"], row["written"], row["refusal"])


async def move(db: Db, viewer: Viewer, id: int, at: datetime) -> None:
    """Another time; what could not be published is tried again then. Raises NotFound and Invalid."""
    await single(db, viewer, id)
    _check_time(at)
    await db.run(_MOVE, author_id=viewer.person_id, id=id, at=at)


async def take_back(db: Db, viewer: Viewer, id: int) -> Scheduled:
    """Raises NotFound."""
    post = await single(db, viewer, id)
    await db.run(_TAKE_BACK, id=id)
    return post


async def due(db: Db, most: int) -> list[tuple[int, Scheduled]]:
    """Author and post of those whose time has come; held, so that each is published by one process alone."""
    return [(row["author_id"], _read(row)) for row in await db.rows(_DUE, now=clock.now(), most=most)]


async def done(db: Db, id: int) -> None:
    await db.run(_TAKE_BACK, id=id)


async def refused(db: Db, id: int, why: str) -> None:
    """It stays with its author, who can change the time or take it back."""
    await db.run(_REFUSED, id=id, why=why)


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    await db.run(_ERASE, people=[fact.person_id for fact in facts])


_ID, _AUTHOR_ID = param("id", BigInteger), param("author_id", BigInteger)
_AT = param("at", DateTime(timezone=True))
_OWN = select(ScheduledPost.__table__).where(ScheduledPost.author_id == _AUTHOR_ID)
ANY = visibility.there_is(ScheduledPost, ScheduledPost.author_id == visibility.VIEWER.id)
"""Whether something of the viewer's waits."""
_ONE = Query(_OWN.where(ScheduledPost.id == _ID))
_STRETCH = _OWN.where(
    ScheduledPost.id < param("below", BigInteger), ScheduledPost.id > param("above", BigInteger)
).limit(param("limit", BigInteger))
_DOWNWARD = Query(_STRETCH.order_by(ScheduledPost.id.desc()))
_UPWARD = Query(_STRETCH.order_by(ScheduledPost.id))
_COUNTS = Query(
    select(
        func.count().label("all"),
        func.count()
        .filter(func.date_trunc("day", ScheduledPost.at) == func.date_trunc("day", _AT))
        .label("that_day"),
    ).where(ScheduledPost.author_id == _AUTHOR_ID)
)


def _schedule() -> Executable:
    new = insert(ScheduledPost).values(
        author_id=_AUTHOR_ID, at=_AT, written=param("written", JSONB), key=param("key", Text)
    )
    same = new.on_conflict_do_update(
        index_elements=["author_id", "key"],
        index_where=ScheduledPost.key.is_not(None),
        set_={"key": new.excluded.key},
    )
    return same.returning(ScheduledPost.id)


_SCHEDULE = Query(_schedule)
_MOVE = Query(
    update(ScheduledPost)
    .where(ScheduledPost.id == _ID, ScheduledPost.author_id == _AUTHOR_ID)
    .values(at=_AT, refusal=null())
)
_TAKE_BACK = Query(delete(ScheduledPost).where(ScheduledPost.id == _ID))
_DUE = Query(
    select(ScheduledPost.__table__)
    .where(ScheduledPost.at <= param("now", DateTime(timezone=True)), ScheduledPost.refusal.is_(None))
    .order_by(ScheduledPost.at)
    .limit(param("most", BigInteger))
    .with_for_update(skip_locked=True)
)
_REFUSED = Query(update(ScheduledPost).where(ScheduledPost.id == _ID).values(refusal=param("why", Text)))
_ERASE = Query(
    delete(ScheduledPost).where(ScheduledPost.author_id == func.any(param("people", ARRAY(BigInteger))))
)
