"""Turns: who is let in when more comes than can be done."""

import asyncio
from itertools import pairwise

import pytest

from tests.patience import PATIENCE
from weetwie.http import turns
from weetwie.http.turns import HeldPlace, Overloaded, Requester, Turns


def person(name: str) -> Requester:
    return Requester(name, is_person=True)


def stranger(name: str) -> Requester:
    return Requester(name, is_person=False)


class Asked:
    """Those who wait, and in which order they got their turn."""

    def __init__(self, here: Turns) -> None:
        self.here = here
        self.served: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    def ask(self, caller: Requester) -> None:
        self.tasks.append(asyncio.create_task(self._ask(caller)))

    async def _ask(self, caller: Requester) -> None:
        place = await self.here.take(caller)
        self.served.append(caller.name)
        await asyncio.sleep(0)
        self.here.give_back(place)

    async def all(self) -> None:
        await asyncio.gather(*self.tasks)


async def test_callers_take_turns_however_many_requests_one_of_them_has() -> None:
    asked = Asked(Turns(places=1))
    place = await asked.here.take(person("first"))
    for _one in range(6):
        asked.ask(person("ada"))
    asked.ask(person("bo"))
    asked.ask(person("cleo"))
    await asyncio.sleep(0)
    asked.here.give_back(place)
    await asked.all()
    assert asked.served[:3] == ["ada", "bo", "cleo"]
    assert asked.served[3:] == ["ada"] * 5


async def test_people_come_before_strangers_who_still_get_one_turn_in_four() -> None:
    asked = Asked(Turns(places=1))
    place = await asked.here.take(person("first"))
    for number in range(8):
        asked.ask(stranger("address"))
        asked.ask(person(f"person {number}"))
    await asyncio.sleep(0)
    asked.here.give_back(place)
    await asked.all()
    assert asked.served[:8].count("address") == 2
    assert asked.served[-6:] == ["address"] * 6


async def test_who_would_wait_too_long_is_refused_and_told_when_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(turns, "HOLD_SECONDS", 60.0)
    here = Turns(places=1)
    place = await here.take(person("ada"))
    with pytest.raises(Overloaded) as refused:
        await here.take(stranger("address"))
    assert refused.value.retry_after > 0
    here.give_back(place)
    assert isinstance(await here.take(person("bo")), HeldPlace)


async def test_who_waits_for_something_outside_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", 30.0)
    monkeypatch.setattr(turns, "HOLD_SECONDS", 0.05)
    here = Turns(places=2)
    slow = [await here.take(person("ada")), await here.take(person("bo"))]
    async with asyncio.timeout(PATIENCE):
        place = await here.take(stranger("address"))
    for one in (*slow, place):
        here.give_back(one)
    assert len(here._at_work) == 0


async def test_a_turn_of_who_has_gone_is_given_to_the_next() -> None:
    here = Turns(places=1)
    place = await here.take(person("ada"))
    gone = asyncio.create_task(here.take(person("bo")))
    waits = asyncio.create_task(here.take(person("cleo")))
    await asyncio.sleep(0)
    here.give_back(place)
    gone.cancel()
    async with asyncio.timeout(PATIENCE):
        assert isinstance(await waits, HeldPlace)


def test_strangers_who_come_at_once_are_not_refused_at_once() -> None:
    here = Turns(places=0)
    waits = sorted(here._patience_of_strangers() for _one in range(1000))
    assert 0.3 <= waits[0] < waits[-1] <= turns.WAIT_SECONDS
    between = [later - earlier for earlier, later in pairwise(waits)]
    assert max(between) < 0.002
