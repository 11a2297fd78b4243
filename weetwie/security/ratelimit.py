"""How often one may ask, at whatever entry: counted per person, and per client address only where nobody is known.

The counts stand in a piece of memory that all processes of one machine may share (a mapped file in the data folder);
each machine counts for itself. Two processes that count the same caller at the same instant may lose a call: a limit
of this kind may be off by one, and is never worth a lock or a trip to the database.
"""

import hashlib
import mmap
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from weetwie.errors import TooMany
from weetwie.runtime import clock
from weetwie.security.client_address import place_of


class Limit(msgspec.Struct, frozen=True):
    calls: int
    seconds: int
    is_per_address: bool = False
    """Counted by address even for those who are known."""


LIMITS: Final[dict[str, Limit]] = {
    "api": Limit(300, 300),
    "media": Limit(30, 1800),
    "delete": Limit(30, 1800),
    "search": Limit(150, 300),
    "sign_up": Limit(5, 1800, is_per_address=True),
    "register": Limit(20, 3600, is_per_address=True),
    # Per person and agent, beside what the person does otherwise.
    "agent": Limit(60, 60),
    # Per account of a chat.
    "chat": Limit(20, 60),
    # Names that are looked up while one types: two a second, beside everything else.
    "typing": Limit(600, 300),
    # The pages by which one comes in: a whole office may come in by one address on one morning.
    "way_in": Limit(1500, 300, is_per_address=True),
    # Directories send many changes at once, when they are connected first.
    "directory": Limit(7500, 300),
}

_SLOT: Final = struct.Struct("<QII")
_SLOTS: Final = 1 << 16
_NEAR: Final = 8


class Counters:
    """Numbers by key, each until a moment. A key may be in one of eight places; the least used gives way when all are taken."""

    def __init__(self, shared: Path | None = None) -> None:
        size = _SLOT.size * _SLOTS
        if shared is None:
            self._memory = mmap.mmap(-1, size)
            return
        with shared.open("a+b") as file:
            if file.seek(0, 2) != size:
                file.truncate(size)
            self._memory = mmap.mmap(file.fileno(), size)

    def add(self, key: str, ends: int, now: int) -> int:
        """Counts one; gives how many there are now until `ends` (a UNIX time, as `now`)."""
        digest = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "little")
        places = [(digest + step) % _SLOTS * _SLOT.size for step in range(_NEAR)]
        slots = [(place, *_SLOT.unpack_from(self._memory, place)) for place in places]
        for place, there, until, count in slots:
            if there == digest and until == ends:
                _SLOT.pack_into(self._memory, place, digest, ends, count + 1)
                return int(count) + 1
        # Free is what has ended; else the one that counted least.
        place = min(slots, key=lambda slot: slot[3] if slot[2] > now else -1)[0]
        _SLOT.pack_into(self._memory, place, digest, ends, 1)
        return 1


class LimitState(msgspec.Struct, frozen=True):
    """What is left under the limit that is nearest."""

    left: int
    calls: int
    ends: int
    """A UNIX time."""
    now: int

    def check(self) -> None:
        """Raises TooMany where nothing was left."""
        if self.left < 0:
            raise TooMany(retry_after=max(self.ends - self.now, 1))


class RateLimits:
    """One for all entries of a process: what somebody does by an app and what they do on pages is counted together."""

    def __init__(self, shared: Path | None = None) -> None:
        self._counters = Counters(shared)

    def count(self, names: Iterable[str], caller: str, client_address: str) -> LimitState:
        """Counts one under each of the limits. `caller` names who is known (`person:17`); empty where nobody is."""
        now = int(clock.now().timestamp())
        return min(self._told(names, caller, client_address, now), key=lambda told: told.left)

    def _told(self, names: Iterable[str], caller: str, client_address: str, now: int) -> Iterator[LimitState]:
        address = f"address:{place_of(client_address)}"
        for name in names:
            limit = LIMITS[name]
            ends = (now // limit.seconds + 1) * limit.seconds
            who = address if limit.is_per_address else caller or address
            yield LimitState(
                limit.calls - self._counters.add(f"{name} {who}", ends, now), limit.calls, ends, now
            )


def of_person(person_id: int) -> str:
    return f"person:{person_id}" if person_id else ""
