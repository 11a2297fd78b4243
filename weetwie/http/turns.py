"""Whose turn it is when more comes than can be done: a few requests are at work at once, all others wait for their turn, and who would
wait too long is refused. Callers take turns, however many requests one of them sends; people who are logged in come first.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

import msgspec

from weetwie.errors import Unavailable, _

PLACES: Final = 32
"""Requests at work at once, in one process: enough to keep it and its database busy."""
WAIT_SECONDS: Final = 0.8
"""How long strangers wait at most. Who comes at once is not refused at once, or the last of thousands would wait for all the others."""
_LEAST_WAIT: Final = 0.4
"""A part of that."""
PEOPLE_WAIT_SECONDS: Final = 3.0
HOLD_SECONDS: Final = 0.5
"""Who is at work for longer waits for something outside (a provider, a slow disk), and no longer counts."""
_GOLDEN: Final = 0.618034
"""Of any number of its multiples the parts after the point lie apart evenly."""
_ONE_IN: Final = 4
"""Of the turns goes to strangers while people wait too, or nobody could log in."""


class Overloaded(Unavailable):
    default = _("There's a lot going on right now. Try again in a moment.")


class Requester:
    """Who asks: a person, or strangers by their address."""

    __slots__ = ("is_person", "name")

    def __init__(self, name: str, *, is_person: bool) -> None:
        self.name = name
        self.is_person = is_person


class HeldPlace(msgspec.Struct, eq=False):
    """Among those at work."""


class Waiting:
    """A request that waits: either it begins, or it is refused, or it leaves by itself."""

    __slots__ = ("_begin", "_patience", "_refuse", "is_over")

    def __init__(self, begin: Callable[[HeldPlace], None], refuse: Callable[[], None]) -> None:
        self._begin, self._refuse = begin, refuse
        self._patience: asyncio.TimerHandle | None = None
        self.is_over = False

    def wait(self, seconds: float) -> None:
        self._patience = asyncio.get_running_loop().call_later(seconds, self._give_up)

    def begin(self, place: HeldPlace) -> None:
        self.leave()
        self._begin(place)

    def leave(self) -> None:
        self.is_over = True
        if self._patience is not None:
            self._patience.cancel()

    def _give_up(self) -> None:
        if not self.is_over:
            self.leave()
            self._refuse()


class Turns:
    def __init__(self, places: int = PLACES) -> None:
        self._places = places
        self._at_work: dict[HeldPlace, float] = {}
        """Since when, the longest one first."""
        self._people, self._strangers = _Queues(), _Queues()
        self._given = 0
        self._strangers_waited = 0.0
        self._looking: asyncio.TimerHandle | None = None

    def take_free(self) -> HeldPlace | None:
        """A place that nobody waits for."""
        if len(self._at_work) >= self._places or self._people or self._strangers:
            return None
        return self._begin()

    async def take(self, caller: Requester) -> HeldPlace:
        """Raises Overloaded where none becomes free in time."""
        place = self.take_free()
        if place is not None:
            return place
        turn: asyncio.Future[HeldPlace] = asyncio.get_running_loop().create_future()

        def begin(place: HeldPlace) -> None:
            if turn.done():  # cancelled just now
                asyncio.get_running_loop().call_soon(self.give_back, place)
            else:
                turn.set_result(place)

        def refuse() -> None:
            if not turn.done():
                turn.set_exception(Overloaded())

        waiting = Waiting(begin, refuse)
        self.wait(caller, waiting)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.give_back(turn.result())
            raise
        finally:
            waiting.leave()

    def wait(self, caller: Requester, waiting: Waiting) -> None:
        waiting.wait(PEOPLE_WAIT_SECONDS if caller.is_person else self._patience_of_strangers())
        (self._people if caller.is_person else self._strangers).add(caller.name, waiting)
        self._look()

    def _patience_of_strangers(self) -> float:
        """Spread evenly, whoever comes next to whom."""
        self._strangers_waited = (self._strangers_waited + _GOLDEN) % 1
        return WAIT_SECONDS * (_LEAST_WAIT + (1 - _LEAST_WAIT) * self._strangers_waited)

    def give_back(self, place: HeldPlace) -> None:
        """Once is enough; more does no harm."""
        if self._at_work.pop(place, None) is not None:
            self._hand_on()

    def _begin(self) -> HeldPlace:
        place = HeldPlace()
        self._at_work[place] = asyncio.get_running_loop().time()
        return place

    def _hand_on(self) -> None:
        while len(self._at_work) < self._places and (waiting := self._next()):
            waiting.begin(self._begin())

    def _next(self) -> Waiting | None:
        self._given += 1
        first, then = self._people, self._strangers
        if self._given % _ONE_IN == 0:
            first, then = then, first
        return first.next() or then.next()

    def _look(self) -> None:
        """As long as somebody waits, frees the places of those who hold them for too long."""
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_later(HOLD_SECONDS / 5, self._free)

    def _free(self) -> None:
        self._looking = None
        now = asyncio.get_running_loop().time()
        for place in [one for one, since in self._at_work.items() if now - since > HOLD_SECONDS]:
            del self._at_work[place]
        self._hand_on()
        if self._people or self._strangers:
            self._look()


class _Queues:
    """One for each caller; each in turn gives its first."""

    def __init__(self) -> None:
        self._queues: OrderedDict[str, deque[Waiting]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._queues)

    def add(self, name: str, waiting: Waiting) -> None:
        self._queues.setdefault(name, deque()).append(waiting)

    def next(self) -> Waiting | None:
        """Who has been refused or has gone meanwhile is passed over."""
        while self._queues:
            name, queue = next(iter(self._queues.items()))
            waiting = queue.popleft()
            if queue:
                self._queues.move_to_end(name)
            else:
                del self._queues[name]
            if not waiting.is_over:
                return waiting
        return None
