"""One loop does what waits beside answering requests, and nothing outside ends it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from tests.patience import PATIENCE
from weetwie.database import job, wake
from weetwie.database.job import HOUR, Job, Sweep
from weetwie.database.unavailable import DatabaseAway
from weetwie.database.wake import Bell
from weetwie.errors import Unavailable


@asynccontextmanager
async def running(job: Job, bell: Bell) -> AsyncIterator[None]:
    task = asyncio.create_task(job.run(bell))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


class Waiting:
    """So many things that wait to be done."""

    def __init__(self, number: int, fails: Callable[[int], Exception | None] = lambda _turn: None) -> None:
        self.left, self.turns, self._fails = number, 0, fails
        self.is_empty = asyncio.Event()

    async def work(self) -> bool:
        self.turns += 1
        if error := self._fails(self.turns):
            raise error
        if not self.left:
            self.is_empty.set()
            return False
        self.left -= 1
        return True


async def test_all_that_waits_is_done_and_more_when_the_bell_rings() -> None:
    waiting, bell = Waiting(3), Bell("")
    async with running(Job("a job", waiting.work), bell):
        await waiting.is_empty.wait()
        waiting.left = 2
        waiting.is_empty.clear()
        bell.ring()
        await waiting.is_empty.wait()
    assert waiting.left == 0


@pytest.mark.parametrize("error", [DatabaseAway(), Unavailable("The store is away."), ValueError("a fault")])
async def test_what_fails_is_tried_again(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "_RESTS", 0.0)
    monkeypatch.setattr(job, "LOOKS_AGAIN", 0.0)
    waiting = Waiting(2, lambda turn: error if turn == 2 else None)
    async with running(Job("a job", waiting.work), Bell("")):
        await waiting.is_empty.wait()
    assert waiting.left == 0


async def test_what_is_swept_is_swept_when_it_is_due_and_then_not_before_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(job, "LOOKS_AGAIN", 0.0)
    swept = Waiting(100)
    waiting = Waiting(0)
    async with running(Job("a job", waiting.work, (Sweep(HOUR, swept.work, first=0.0),)), Bell("")):
        while waiting.turns < 3:
            await asyncio.sleep(0)
    assert swept.turns == 1


async def test_a_sweep_that_fails_is_due_soon_and_one_goes_on_beside_work_that_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LOOKS_AGAIN", "_RESTS", "_SWEEPS_AGAIN"):
        monkeypatch.setattr(job, name, 0.0)
    swept = Waiting(100, lambda turn: ValueError("a fault") if turn == 1 else None)
    broken = Waiting(0, lambda _turn: ValueError("a fault"))
    async with running(Job("a job", broken.work, (Sweep(HOUR, swept.work, first=0.0),)), Bell("")):
        while swept.turns < 2 or broken.turns < 5:
            await asyncio.sleep(0)
    assert swept.turns == 2


async def test_a_job_closes_what_it_holds_when_it_ends() -> None:
    closed = Waiting(0)
    async with running(Job("a job", Waiting(0).work, close=closed.work), Bell("")):
        pass
    assert closed.turns == 1


async def test_those_who_look_whether_there_is_work_do_so_one_after_the_other() -> None:
    bell, looking, order = Bell(""), asyncio.Event(), list[str]()

    async def looks(name: str, until: asyncio.Event) -> None:
        async with bell.turn(has_rung=False):
            order.append(f"{name} begins")
            await until.wait()
            order.append(f"{name} ends")

    first, second = (asyncio.create_task(looks(name, looking)) for name in ("one", "two"))
    await asyncio.sleep(0)
    looking.set()
    await asyncio.gather(first, second)
    assert order == ["one begins", "one ends", "two begins", "two ends"]


async def test_who_takes_long_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wake, "_PATIENCE", 0.0)
    bell = Bell("")
    async with bell.turn(has_rung=False):
        for has_rung, waits in ((False, True), (True, True), (True, False)):
            async with asyncio.timeout(PATIENCE), bell.turn(has_rung=has_rung, waits=waits):
                pass
        assert bell._turn.locked()
    assert not bell._turn.locked()
