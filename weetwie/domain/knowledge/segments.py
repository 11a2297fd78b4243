"""Posts side by side: what many rows of evidence come to as arrays. Pure."""

from collections.abc import Iterator, Sequence

import msgspec

from weetwie.database.pool import Record, columns
from weetwie.domain.knowledge.arrays import Ints
from weetwie.domain.knowledge.packing import ACCEPTED, GONE, PASSAGE, QUESTION, RING
from weetwie.runtime.later import np


def packed(rows: Sequence[Record]) -> dict[str, bytes]:
    """What does not depend on terms, a column each."""
    endorsed = [at for at, row in enumerate(rows) for _ in row["endorsers"]]
    endorsers = [id for row in rows for id in row["endorsers"]]
    flags = [
        QUESTION * row["is_question"]
        | ACCEPTED * row["is_accepted"]
        | GONE * row["is_gone"]
        | PASSAGE * row["is_passage"]
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
        "endorsed": np.array(endorsed, "<i4").tobytes(),
        "endorsers": np.array(endorsers, "<i8").tobytes(),
    }


class Postings(msgspec.Struct):
    """Terms in order; what stands from `starts[n]` on is of the nth."""

    terms: Ints
    starts: Ints
    places: Ints
    times: Ints


def postings(rows: Sequence[Record]) -> Postings:
    """In which of these posts each term stands, and how often."""
    every = [row["terms"] for row in rows]
    numbers = np.array([len(one) // 9 for one in every], np.int64)
    none = [np.zeros(0, np.int64)]
    terms = np.concatenate([np.frombuffer(one, "<i8", len(one) // 9) for one in every] or none)
    times = np.concatenate(
        [np.frombuffer(one, np.uint8, offset=len(one) // 9 * 8) for one in every if one]
        or [np.zeros(0, np.uint8)]
    )
    places = np.repeat(np.arange(len(rows), dtype=np.int32), numbers)
    order = np.argsort(terms, kind="stable")
    terms, times, places = terms[order], times[order], places[order]
    is_first = np.append(True, terms[1:] != terms[:-1])[: len(terms)]
    starts = np.flatnonzero(is_first)
    return Postings(terms[starts], np.append(starts, len(terms)), places, times)


def chunks(rows: Sequence[Record], segment: int) -> Iterator[tuple[int, int, bytes]]:
    """A row for each term."""
    all = postings(rows)
    ends = all.starts.tolist()
    places = all.places.astype("<u2")
    for term, start, end in zip(all.terms.tolist(), ends[:-1], ends[1:], strict=True):
        yield term, segment, places[start:end].tobytes() + all.times[start:end].tobytes()
