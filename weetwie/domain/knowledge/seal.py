"""Evidence that has come to rest is packed: by post into columns, by term into places. A job does it, and an import as it goes."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, LargeBinary, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.domain.knowledge.packing import ACCEPTED, GONE, QUESTION, RING
from weetwie.kit.db import Db, Query, Record, columns, param
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
    segment = 1 + await db.value(_LAST)
    await db.run(_ADD, segment=segment, **_columns(rows))
    await db.connection.copy_records_to_table(
        EvidenceChunk.__tablename__, columns=["term", "segment", "places"], records=_chunks(rows, segment)
    )
    await db.run(_CLEAR, ids=columns(rows, "post_id"))
    return len(rows)


async def seal_full(db: Db) -> None:
    """By the clock."""
    await seal(db)


def _columns(rows: Sequence[Record]) -> dict[str, bytes]:
    import numpy as np

    endorsed = [at for at, row in enumerate(rows) for _ in row["endorsers"]]
    endorsers = [id for row in rows for id in row["endorsers"]]
    flags = [
        QUESTION * row["is_question"]
        | ACCEPTED * row["is_accepted"]
        | GONE * row["is_gone"]
        | row["ring"] << RING
        for row in rows
    ]
    return {
        "posts": np.array(columns(rows, "post_id"), "<i8").tobytes(),
        "authors": np.array(columns(rows, "author_id"), "<i8").tobytes(),
        "roots": np.array(columns(rows, "root_id"), "<i8").tobytes(),
        "flags": np.array(flags, np.uint8).tobytes(),
        "lengths": np.minimum(np.array(columns(rows, "length")), 65_535).astype("<u2").tobytes(),
        "likenesses": np.array(columns(rows, "likeness"), "<i4").tobytes(),
        "endorsed": np.array(endorsed, "<u2").tobytes(),
        "endorsers": np.array(endorsers, "<i8").tobytes(),
    }


def _chunks(rows: Sequence[Record], segment: int) -> list[tuple[int, int, bytes]]:
    import numpy as np

    numbers = np.array([len(row["terms"]) // 9 for row in rows])
    terms = np.concatenate(
        [np.frombuffer(row["terms"], "<i8", n) for row, n in zip(rows, numbers, strict=True)]
    )
    times = np.concatenate(
        [np.frombuffer(row["terms"], np.uint8, n, 8 * n) for row, n in zip(rows, numbers, strict=True)]
    )
    places = np.repeat(np.arange(len(rows), dtype=np.uint16), numbers)
    order = np.argsort(terms, kind="stable")
    terms, times, places = terms[order], times[order], places[order]
    starts = np.flatnonzero(np.append(True, terms[1:] != terms[:-1])) if len(terms) else np.zeros(0, np.int64)
    ends = np.append(starts[1:], len(terms))
    return [
        (int(terms[start]), segment, places[start:end].tobytes() + times[start:end].tobytes())
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


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
