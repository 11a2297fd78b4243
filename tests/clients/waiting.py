"""Waiting for what happens soon, and not longer."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 20.0


def until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < end, "this did not happen"
        time.sleep(0.05)
