"""What pages leave behind in objects that hold one another."""

import gc
from collections.abc import Iterator
from weakref import WeakSet

import pytest

from weetwie.serve import process


class _Holding:
    """Nothing but the collector gets rid of it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def as_a_command_leaves_it() -> Iterator[None]:
    usual = gc.get_threshold()
    gc.set_threshold(200_000)
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)


@pytest.mark.usefixtures("as_a_command_leaves_it")
def test_a_server_does_not_pile_up_what_pages_leave_behind() -> None:
    process.settle()
    left: WeakSet[_Holding] = WeakSet()
    most = 0
    for _one in range(30_000):
        left.add(_Holding())
        most = max(most, len(left))
    assert most <= 11_000
