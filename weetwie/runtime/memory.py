"""Memory that the program does not need any more goes back to the machine."""

import ctypes
from contextlib import suppress


def give_back() -> None:
    """After something large was built from parts larger still. Does nothing where the C library does not know how."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
