"""What an export no longer has is taken back: one message, a channel that was closed, what is missing; and threads are put together."""

from array import array
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from weetwie.access.enums import Ring
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db
from weetwie.domain.identity import kept_addresses
from weetwie.domain.knowledge import elsewhere
from weetwie.domain.passages import channels, write as passages
from weetwie.domain.people import import_ as people
from weetwie.flows.imports.write_passages import OpenChannel
from weetwie.runtime.later import np

_SOME: Final = 200
"""Passages that are written in one transaction: live delivery waits for the oldest that is open."""
_LOOKED_AT: Final = 5000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_END: Final = (1 << 63) - 1


class Seen:
    """Which passages stand in an export."""

    def __init__(self, ids: "array[int]") -> None:
        self._ids = np.sort(np.frombuffer(ids, np.int64)) if len(ids) else np.zeros(0, np.int64)

    def missing(self, ids: Iterable[int]) -> list[int]:
        asked = np.array(list(ids), np.int64)
        found: list[int] = asked[~np.isin(asked, self._ids, assume_unique=True)].tolist()
        return found


async def remove(db: Db, viewer: Viewer, ids: list[int]) -> int:
    """What hung on them shows from then on what it says by itself."""
    loose = [id for id in await passages.below(db, ids) if id not in set(ids)]
    removed = await passages.remove(db, viewer, ids)
    await elsewhere.bring_in(db, loose)
    return removed


async def open_channel(
    database: Database,
    viewer: Viewer,
    import_id: int,
    channel: OpenChannel,
    ring: Ring | None,
    *,
    is_dry: bool,
) -> None:
    """It is for whom it was, unless somebody says otherwise; then all that came of it is."""
    async with database.transaction() as db:
        before = (await channels.known(db, import_id)).get(channel.key)
        channel.ring = ring if ring is not None else before.ring if before else Ring.colleagues
        if is_dry or not channel.is_open:
            return
        channel.id = await channels.put(
            db, viewer, import_id, channel.key, channel.name, channel.link, channel.ring
        )
    while True:
        async with database.transaction() as db:
            ids = await channels.otherwise(db, channel.id, _SOME)
            await channels.regard(db, viewer, ids)
            await elsewhere.bring_in(db, ids)
        if len(ids) < _SOME:
            return


async def close_channel(database: Database, viewer: Viewer, import_id: int, key: str) -> int:
    """Whole."""
    async with database.reading() as db:
        channel = (await channels.known(db, import_id)).get(key)
    if channel is None:
        return 0
    removed = 0
    while True:
        async with database.transaction() as db:
            ids = await passages.in_span(db, channel.id, 0, _END, _SOME)
            if not ids:
                await channels.drop(db, channel.id)
                return removed
            removed += await remove(db, viewer, ids)


async def remove_key(database: Database, viewer: Viewer, import_id: int, key: str) -> int:
    async with database.transaction() as db:
        found = await passages.known(db, import_id, [key])
        return await remove(db, viewer, [one.id for one in found.values()])


async def remove_missing(
    database: Database, viewer: Viewer, channel_id: int, seen: Seen, first: datetime, last: datetime
) -> int:
    """What stands here of a channel between these moments and was not seen."""
    removed, after = 0, (_milliseconds(first) << 16) - 1
    below = (_milliseconds(last) + 1) << 16
    while True:
        async with database.reading() as db:
            ids = await passages.in_span(db, channel_id, after, below, _LOOKED_AT)
        if not ids:
            return removed
        gone, after = seen.missing(ids), ids[-1]
        for start in range(0, len(gone), _SOME):
            async with database.transaction() as db:
                removed += await remove(db, viewer, gone[start : start + _SOME])


async def put_together(database: Database, viewer: Viewer, import_id: int) -> None:
    """What began a thread may stand below what answers it, or come with a later export."""
    after = 0
    while True:
        async with database.transaction() as db:
            waiting = await passages.waiting(db, import_id, after, _SOME)
            if not waiting:
                return
            roots = await passages.known(db, import_id, set(waiting.values()))
            found = {id: roots[key].id for id, key in waiting.items() if key in roots}
            await passages.hang(db, viewer, found)
            await elsewhere.bring_in(db, found)
            after = max(waiting)


async def keep_addresses(database: Database, viewer: Viewer, known: Mapping[int, str]) -> None:
    """Of people who have not joined, to invite them."""
    every = sorted(known.items())
    for start in range(0, len(every), _SOME):
        some = dict(every[start : start + _SOME])
        async with database.transaction() as db:
            waiting = await people.not_joined(db, some)
            await kept_addresses.keep(db, viewer, {id: some[id] for id in waiting})


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)
