"""A bounded map: what was put in first goes first."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Keys that carry a version are never stale, so nothing here is ever invalidated; `drop` is for keys without one.

    It does not keep track of what is used: that would cost more at each look than making some things anew now and then. Who goes on
    to something else before using what was found here says so by `hold`.
    """

    __slots__ = ("_items", "_size", "get")

    def __init__(self, size: int) -> None:
        self._items: OrderedDict[K, V] = OrderedDict()
        self._size = size
        self.get = self._items.get

    def put(self, key: K, value: V) -> None:
        self._items[key] = value
        if len(self._items) > self._size:
            self._items.popitem(last=False)

    def hold(self, key: K) -> bool:
        """Whether it is here; then it goes last of all that are here now."""
        if key not in self._items:
            return False
        self._items.move_to_end(key)
        return True

    def drop(self, key: K) -> None:
        self._items.pop(key, None)

    def clear(self) -> None:
        self._items.clear()

    def __len__(self) -> int:
        return len(self._items)
