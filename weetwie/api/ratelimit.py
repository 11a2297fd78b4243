"""How often one may call: counted per person, and per client address only where nobody is known.

The counts stand in a piece of memory that all processes of one machine may share (a mapped file in the data folder);
each machine counts for itself. Two processes that count the same caller at the same instant may lose a call: a limit
of this kind may be off by one, and is never worth a lock or a trip to the database.
"""

import hashlib
import mmap
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from weetwie.api.call import Call
from weetwie.errors import TooMany
from weetwie.kit import clock


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


class RateLimits:
    """`count` is what the dispatcher calls."""

    def __init__(self, shared: Path | None = None) -> None:
        self._counters = Counters(shared)

    def count(self, call: Call) -> None:
        """Sets the headers of the limit that is nearest. Raises TooMany when one is passed."""
        if call.endpoint.rate == "none":
            return
        now = int(clock.now().timestamp())
        left, limit, ends = min(self._told(call, now), key=lambda told: told[0])
        reset = datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        call.set_header("X-RateLimit-Limit", str(limit))
        call.set_header("X-RateLimit-Remaining", str(max(left, 0)))
        call.set_header("X-RateLimit-Reset", reset)
        if left < 0:
            raise TooMany(retry_after=max(ends - now, 1))

    def _told(self, call: Call, now: int) -> Iterator[tuple[int, int, int]]:
        """For each limit that counts this call: how many are left, out of how many, until when."""
        address = f"address:{call.client_address}"
        person_id = call.viewer.person_id if call.viewer is not None else 0
        caller = f"person:{person_id}" if person_id else address
        for name in dict.fromkeys(("api", call.endpoint.rate)):
            limit = LIMITS[name]
            ends = (now // limit.seconds + 1) * limit.seconds
            count = self._counters.add(f"{name} {address if limit.is_per_address else caller}", ends, now)
            yield limit.calls - count, limit.calls, ends
