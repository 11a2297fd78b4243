"""`weetwie`, counted from inside: `python -m tests.bench.inside FILE serve ...` adds a line of JSON to the file every now and then.

What the program remembers is bounded by number, and is made small here, so that it is full after minutes; and evidence is packed after
hundreds of posts, not tens of thousands: what grows then would grow without end."""

from __future__ import annotations

import ctypes
import functools
import gc
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakSet

from weetwie.runtime import cache

EVERY = 20.0
_SMALL, _SMALLER = 500, 50
"""Posts and people, of which a page needs a hundred at once; and what functions have answered."""
_SEGMENT = 200
"""Posts whose evidence is packed at once."""
_FEW = 20
"""Objects of a kind that are not worth a line."""
K = TypeVar("K")
V = TypeVar("V")


class _Small(cache.Cache[K, V], Generic[K, V]):
    """Named by where it was made."""

    __slots__ = ("__weakref__", "name")
    all: ClassVar[WeakSet[Any]] = WeakSet()

    def __init__(self, size: int) -> None:
        super().__init__(min(size, _SMALL))
        of = sys._getframe(1)
        self.name = f"{of.f_globals['__name__']}:{of.f_lineno}"
        self.all.add(self)


def main() -> None:
    """Loads the program, with this beside it."""
    sys.modules["rich"] = None  # type: ignore[assignment]
    file = Path(sys.argv.pop(1))
    sizes = _made_small()
    _pack_early()
    threading.Thread(target=_count, args=(file, sizes), daemon=True).start()
    from weetwie.cli import main as weetwie

    weetwie()


def _made_small() -> Callable[[], dict[str, int]]:
    """Before any of it is imported; how many things each of them remembers."""
    functions: dict[str, Any] = {}
    real = functools.lru_cache

    def small(maxsize: Any = 128, typed: bool = False) -> Any:
        def remembering(function: Any) -> Any:
            made = real(None if maxsize is None else min(maxsize, _SMALLER), typed)(function)
            functions[f"{function.__module__}.{getattr(function, '__qualname__', function)}"] = made
            return made

        if callable(maxsize):
            function, maxsize = maxsize, 128
            return remembering(function)
        return remembering

    cache.Cache = _Small  # type: ignore[misc]
    functools.lru_cache = small
    functools.cache = lambda function: small(None)(function)
    return lambda: {
        **{one.name: len(one) for one in list(_Small.all)},
        **{name: one.cache_info().currsize for name, one in list(functions.items())},
    }


def _pack_early() -> None:
    from weetwie.domain.knowledge import seal

    seal.seal.__defaults__ = (_SEGMENT,)


class _Malloc(ctypes.Structure):
    """mallinfo2(3)"""

    _fields_ = [(name, ctypes.c_size_t) for name in "arena a b c mapped d e used free top".split()]


def _kinds() -> Counter[str]:
    """Nobody else runs meanwhile: a tuple that is just being made must not be looked at by others, or it cannot be finished."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(60.0)
    try:
        return Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects())
    finally:
        sys.setswitchinterval(usual)


def _count(file: Path, sizes: Callable[[], dict[str, int]]) -> None:
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = _Malloc
    while True:
        time.sleep(EVERY)
        kinds = _kinds()
        malloc = mallinfo()
        line = {
            "at": time.time(),
            "counts": {
                "objects of Python": sys.getallocatedblocks(),
                "bytes of the C library": malloc.used + malloc.mapped,
                "threads": threading.active_count(),
            },
            "caches": sizes(),
            "kinds": {kind: number for kind, number in kinds.items() if number > _FEW},
        }
        with file.open("a") as lines:
            lines.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
