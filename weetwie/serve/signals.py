"""SIGTERM and Ctrl-C."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ENDING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def told_to_end(told: Callable[[], None]) -> Iterator[None]:
    """`told` is called by each signal while the block lasts; after it, while all is closed, they change nothing more."""
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, told)
    try:
        yield
    finally:
        for number in ENDING:
            loop.add_signal_handler(number, lambda: None)
