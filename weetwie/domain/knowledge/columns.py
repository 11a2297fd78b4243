"""What is kept of each post in memory, a column for each kind of number; and where a term stands in them."""

from typing import Any, Final

import msgspec
import numpy as np

from weetwie.domain.knowledge.arrays import Ints

SEGMENT: Final[dict[str, Any]] = {
    "posts": np.int64,
    "authors": np.int64,
    "roots": np.int64,
    "flags": np.uint8,
    "lengths": np.uint16,
    "likenesses": np.int32,
    "endorsed": np.int32,
    "endorsers": np.int64,
}
"""What a sealed segment has of each post."""


class Occurrences(msgspec.Struct):
    """Where a term stands: places, and how often."""

    places: Ints
    times: Ints


class Columns:
    """Arrays of one length that grow together."""

    KINDS: Final = {
        "ids": np.int64,
        "author": np.int32,
        "root": np.int32,
        "ring": np.int8,
        "flags": np.uint8,
        "length": np.uint16,
        "likeness": np.int32,
        "alive": np.bool_,
    }

    def __init__(self, size: int) -> None:
        self.size = 0
        for name, kind in self.KINDS.items():
            setattr(self, name, np.zeros(max(size, 1024), kind))

    ids: Ints
    author: Ints
    root: Ints
    """The place of the post that the thread began with; -1 for itself or one that is not there."""
    ring: Ints
    flags: Ints
    length: Ints
    likeness: Ints
    alive: Ints

    def reserve(self, more: int) -> None:
        wanted = self.size + more
        if wanted > len(self.ids):
            for name in self.KINDS:
                old = getattr(self, name)
                new = np.zeros(max(wanted, len(old) + len(old) // 4), old.dtype)
                new[: self.size] = old[: self.size]
                setattr(self, name, new)
