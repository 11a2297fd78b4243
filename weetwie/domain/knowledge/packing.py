"""Columns of numbers as bytes. Pure."""

import struct
from collections.abc import Mapping
from typing import Final

MOST_TIMES: Final = 255
QUESTION: Final = 1
ACCEPTED: Final = 2
GONE: Final = 4
RING: Final = 3
"""The bits of a flag above which the ring stands, in two bits."""
PASSAGE: Final = 32
"""It was written elsewhere."""
RINGS: Final = 3
OF_A_POST: Final = QUESTION | ACCEPTED | GONE | PASSAGE
"""What of a flag is no ring."""


def terms(counts: Mapping[int, int]) -> bytes:
    """The numbers of the terms in order, then how often each stands there."""
    ordered = sorted(counts)
    times = bytes(min(counts[term], MOST_TIMES) for term in ordered)
    return struct.pack(f"<{len(ordered)}q", *ordered) + times


def unpacked_terms(packed: bytes) -> tuple[tuple[int, ...], bytes]:
    number = len(packed) // 9
    return struct.unpack_from(f"<{number}q", packed), packed[8 * number :]
