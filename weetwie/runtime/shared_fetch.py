"""Something that is fetched once for all who wait for it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, Generic, TypeVar

from weetwie.errors import Unavailable

_FAILURE_LASTS: Final = 15.0
"""For so long nobody waits again for somebody who has just not answered (seconds)."""

T = TypeVar("T")


class SharedFetch(Generic[T]):
    """Something that is fetched once for all who wait for it, and kept. Nobody waits behind another; that it could not be had is
    remembered for a moment too, so that people who come one after the other do not each wait for a provider that hangs."""

    def __init__(self, fetch: Callable[[], Awaitable[T]]) -> None:
        self._fetch = fetch
        self._kept: tuple[T, float] | None = None
        self._failed: tuple[Unavailable, float] | None = None
        self._running: asyncio.Task[T] | None = None

    async def get(self, lasts: float) -> T:
        """As it was at most `lasts` seconds ago. Raises what the fetch raised."""
        now = time.monotonic()
        if self._kept is not None and now - self._kept[1] <= lasts:
            return self._kept[0]
        if self._failed is not None and now - self._failed[1] <= _FAILURE_LASTS:
            raise self._failed[0].with_traceback(None)
        if self._running is None:
            self._running = asyncio.create_task(self._run())
            self._running.add_done_callback(_look_at)
        # Whoever goes away does not take the answer from the others.
        return await asyncio.shield(self._running)

    async def _run(self) -> T:
        try:
            found = await self._fetch()
        except Unavailable as refusal:
            self._failed = (refusal, time.monotonic())
            raise
        finally:
            self._running = None
        self._kept, self._failed = (found, time.monotonic()), None
        return found


def _look_at(task: "asyncio.Task[Any]") -> None:
    """Also where all who waited have gone, nothing is said of an error that nobody looked at."""
    if not task.cancelled():
        task.exception()
