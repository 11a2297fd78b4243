"""Waiting for what happens soon, and not longer."""

import time
from collections.abc import Callable

from tests.patience import PATIENCE


def until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "this did not happen"
        time.sleep(0.05)
