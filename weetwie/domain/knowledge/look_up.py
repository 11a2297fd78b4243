"""Where terms stand: from sealed chunks, and from what is not sealed yet."""

import itertools
from collections.abc import Iterator

from sqlalchemy import BigInteger, Executable, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.database.pool import Db, Query, Record, param
from weetwie.domain.knowledge.columns import Occurrences
from weetwie.domain.knowledge.index import Index
from weetwie.runtime.later import np
from weetwie.tables.knowledge import EvidenceChunk


async def look_up(db: Db, index: Index, terms: list[int]) -> dict[int, Occurrences]:
    """Dead places among them."""
    parts: dict[int, list[Occurrences]] = {
        term: [known] if (known := index.often.get(term)) else [] for term in terms
    }
    wanted = [term for term in terms if not parts[term]]
    rows = await db.rows(_CHUNKS, terms=wanted, last=index.last_segment) if index.last_segment else []
    for term, own in itertools.groupby(rows, lambda row: row["term"]):
        parts[term] = [_sealed(index, list(own))]
        index.remember(term, parts[term][0])
    for term, found in _loose(index, terms):
        parts[term].append(found)
    return {
        term: some[0]
        if len(some) == 1
        else Occurrences(
            np.concatenate([one.places for one in some]), np.concatenate([one.times for one in some])
        )
        for term, some in parts.items()
        if some
    }


def _sealed(index: Index, rows: list[Record]) -> Occurrences:
    numbers = [len(row["places"]) // 3 for row in rows]
    joined = b"".join(
        [row["places"][: 2 * number] for row, number in zip(rows, numbers, strict=True)]
        + [row["places"][2 * number :] for row, number in zip(rows, numbers, strict=True)]
    )
    total = sum(numbers)
    begins = np.repeat(np.array([index.begins[row["segment"]] for row in rows], np.int32), numbers)
    return Occurrences(
        begins + np.frombuffer(joined, "<u2", total), np.frombuffer(joined, np.uint8, total, 2 * total)
    )


def _loose(index: Index, terms: list[int]) -> Iterator[tuple[int, Occurrences]]:
    """In what is not sealed."""
    loose = index.loose
    if loose is not None:
        for term, at in zip(terms, np.searchsorted(loose.terms, terms).tolist(), strict=True):
            if at < len(loose.terms) and loose.terms[at] == term:
                own = slice(loose.starts[at], loose.starts[at + 1])
                yield term, Occurrences(loose.places[own] + np.int32(index.begins[-1]), loose.times[own])
    for term in terms:
        if (new := index.tail.get(term)) is not None:
            both = np.array(new, np.uint32)
            yield term, Occurrences((both >> 8).astype(np.int32), (both & 255).astype(np.uint8))


def _chunks() -> Executable:
    return (
        select(EvidenceChunk.term, EvidenceChunk.segment, EvidenceChunk.places)
        .where(
            EvidenceChunk.term == func.any(param("terms", ARRAY(BigInteger))),
            EvidenceChunk.segment <= param("last", BigInteger),
        )
        .order_by(EvidenceChunk.term, EvidenceChunk.segment)
    )


_CHUNKS = Query(_chunks)
