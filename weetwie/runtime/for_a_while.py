"""What was worked out lately and holds for a while."""

from datetime import datetime, timedelta
from typing import Generic, TypeVar

from weetwie.runtime import clock
from weetwie.runtime.cache import Cache

K = TypeVar("K")
V = TypeVar("V")


class ForAWhile(Generic[K, V]):
    """A bounded map whose values go after `lasts`. For numbers and candidates alone: what somebody may see is asked each time."""

    def __init__(self, size: int, lasts: timedelta) -> None:
        self._items: Cache[K, tuple[datetime, V]] = Cache(size)
        self._lasts = lasts

    def get(self, key: K) -> V | None:
        found = self._items.get(key)
        if found is None or not timedelta(0) <= clock.now() - found[0] < self._lasts:
            return None
        return found[1]

    def put(self, key: K, value: V) -> V:
        self._items.drop(key)
        self._items.put(key, (clock.now(), value))
        return value
