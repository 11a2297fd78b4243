"""Evidence that has come to rest is packed: by post into columns, by term into places. A job does it, and an import as it goes."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, LargeBinary, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.database.pool import Db, Query, Record, columns, param
from weetwie.tables.knowledge import Evidence, EvidenceChunk, EvidenceSegment

SEGMENT: Final = 65_536
_LOCK: Final = 0x5EA1


async def seal(db: Db, most: int = SEGMENT, *, is_all: bool = False) -> int:
    """Packs one full segment, or with `is_all` what there is; returns how many posts. Whoever else is at it has the job."""
    if not await db.value(_ALONE):
        return 0
    waiting = await db.value(_WAITING)
    if waiting < most and not (is_all and waiting):
        return 0
    rows = await db.rows(_OLDEST, most=most)
    await add(db, rows)
    await db.run(_CLEAR, ids=columns(rows, "post_id"))
    return len(rows)


async def add(db: Db, rows: Sequence[Record]) -> None:
    """A segment of these."""
    segment = 1 + await db.value(_LAST)
    from weetwie.domain.knowledge import segments

    await db.run(_ADD, segment=segment, **segments.packed(rows))
    await db.connection.copy_records_to_table(
        EvidenceChunk.__tablename__,
        columns=["term", "segment", "places"],
        records=segments.chunks(rows, segment),
    )


async def seal_full(db: Db) -> None:
    """By the clock."""
    await seal(db)


_ALONE = Query(select(func.pg_try_advisory_xact_lock(_LOCK)))
_AT_REST = Evidence.written_in < func.pg_snapshot_xmin(func.pg_current_snapshot())
_WAITING = Query(select(func.count()).select_from(Evidence).where(_AT_REST))
_LAST = Query(select(func.coalesce(func.max(EvidenceSegment.segment), 0)))
_OLDEST = Query(
    select(Evidence)
    .where(_AT_REST)
    .order_by(Evidence.post_id)
    .limit(param("most", BigInteger))
    .with_for_update()
)
_CLEAR = Query(delete(Evidence).where(Evidence.post_id == func.any(param("ids", ARRAY(BigInteger)))))
_ADD = Query(
    insert(EvidenceSegment).values(
        segment=param("segment", BigInteger),
        **{
            name: param(name, LargeBinary)
            for name in (
                *("posts", "authors", "roots", "flags", "lengths", "likenesses", "endorsed", "endorsers"),
            )
        },
    )
)
