"""The index of a process: filled at the first question, and read on before each further one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, ParamSpec, TypeVar

from sqlalchemy import Executable, Text, cast, func, select, true

from weetwie.database.pool import Db, Query, param
from weetwie.domain.knowledge.index import Index
from weetwie.runtime.memory import give_back
from weetwie.tables.events import Xid8
from weetwie.tables.knowledge import Evidence, EvidenceSegment

Given = ParamSpec("Given")
Found = TypeVar("Found")


class IndexKeeper:
    """The index of this process for one database."""

    def __init__(self) -> None:
        self.index: Index | None = None
        self.lock = asyncio.Lock()
        self.readers = 0
        self.is_unread = asyncio.Event()
        self.is_unread.set()


@asynccontextmanager
async def held(db: Db) -> AsyncIterator[Index]:
    """All that this connection sees, as of now. Nothing is read into it while somebody holds it, so threads may work on it."""
    keeper: IndexKeeper = db.kept.setdefault(IndexKeeper, IndexKeeper())
    async with keeper.lock:
        index = await _current(db, keeper)
        index.roots_of_replies()
        keeper.readers += 1
        keeper.is_unread.clear()
    try:
        yield index
    finally:
        keeper.readers -= 1
        if not keeper.readers:
            keeper.is_unread.set()


_FEW_POSTS: Final = 20_000
"""What is worked out from so few takes no longer than asking a thread for it and waiting."""


async def worked_out(
    index: Index, work: Callable[Given, Found], *given: Given.args, **named: Given.kwargs
) -> Found:
    """What `work` makes of a held index, in a thread where that may take long."""
    if index.posts.size <= _FEW_POSTS:
        return work(*given, **named)
    return await asyncio.to_thread(work, *given, **named)


async def current(db: Db) -> Index:
    """The same for who looks at it before anything else is awaited."""
    keeper: IndexKeeper = db.kept.setdefault(IndexKeeper, IndexKeeper())
    async with keeper.lock:
        return await _current(db, keeper)


async def _current(db: Db, keeper: IndexKeeper) -> Index:
    while True:
        index = keeper.index
        sealed = await db.rows(_SEGMENTS) if index is None else []
        rows = await db.rows(_SINCE, seen_to=index.seen_to if index else "0")
        last = index.last_segment if index else max((row["segment"] for row in sealed), default=0)
        if rows[0]["last_segment"] != last or (index is not None and index.is_worn):
            keeper.index = None
            continue
        new, seen_to = [row for row in rows if row["post_id"] is not None], rows[0]["seen_to"]
        if index is None:
            index = keeper.index = Index()
            index.load(sealed, new, seen_to)
            del sealed, new, rows
            give_back()
        else:
            if not index.knows(new):
                await keeper.is_unread.wait()
            index.apply(new, seen_to)
        return index


_SEGMENTS = Query(select(*EvidenceSegment.__table__.columns).order_by(EvidenceSegment.segment))


def _since() -> Executable:
    last = select(func.coalesce(func.max(EvidenceSegment.segment), 0)).scalar_subquery()
    to = cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text)
    now = select(last.label("last_segment"), to.label("seen_to")).subquery()
    new = (
        select(Evidence)
        .where(Evidence.written_in >= cast(cast(param("seen_to", Text), Text), Xid8))
        .order_by(Evidence.written_in)
        .subquery()
    )
    wanted = [column for column in new.c if column.name != "written_in"]
    return select(now, *wanted).select_from(now).outerjoin(new, true())


_SINCE = Query(_since)
