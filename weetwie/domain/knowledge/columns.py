"""What is kept of each post in memory, a column for each kind of number; and where a term stands in them."""

from typing import Final

import msgspec

from weetwie.domain.knowledge.arrays import Bools, Ints, Numbers
from weetwie.runtime.later import np

SEGMENT: Final[dict[str, str]] = {
    "posts": "int64",
    "authors": "int64",
    "roots": "int64",
    "flags": "uint8",
    "lengths": "uint16",
    "likenesses": "int32",
    "endorsed": "int32",
    "endorsers": "int64",
}
"""What a sealed segment has of each post."""


class Occurrences(msgspec.Struct):
    """Where a term stands: places, and how often."""

    places: Ints
    times: Numbers


class Columns:
    """Arrays of one length that grow together."""

    KINDS: Final = {
        "ids": "int64",
        "author": "int32",
        "root": "int32",
        "ring": "int8",
        "flags": "uint8",
        "length": "uint16",
        "likeness": "int32",
        "alive": "bool",
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
    alive: Bools

    def reserve(self, more: int) -> None:
        wanted = self.size + more
        if wanted > len(self.ids):
            for name in self.KINDS:
                old = getattr(self, name)
                new = np.zeros(max(wanted, len(old) + len(old) // 4), old.dtype)
                new[: self.size] = old[: self.size]
                setattr(self, name, new)
