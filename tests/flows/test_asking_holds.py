"""Limits hold however many ask at once, and nothing is lost or done twice wherever the program ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.flows.test_asking import MONDAY, QUESTION, asks, knowers, prefers
from tests.world import Someone
from weetwie import reactions
from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.database.pool import Database, Db
from weetwie.domain.questions import answers
from weetwie.errors import Refusal
from weetwie.flows import ask, asking
from weetwie.runtime import clock


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    clock.stop(MONDAY)
    async with opened(dsn) as house:
        yield house
    clock.stop(None)


async def load(house: House, who: Someone) -> int:
    found: int = await house.world.connection.fetchval(
        "select count(*) from question_load where person_id = $1", who.id
    )
    return found


async def test_a_limit_holds_when_many_workers_and_askers_reach_for_the_same_people(
    house: House, dsn: str
) -> None:
    """Four workers of their own, each with its own connections, take forty questions, while people name the same ones."""
    people = await knowers(house, "bo", "cem", "dewi")
    askers = [await house.world.member(f"asker{number}") for number in range(8)]
    await prefers(house, people[0], most_a_week=1)
    questions = [
        await asks(house, askers[number % 8], chosen=[people[number % 3].id]) for number in range(40)
    ]
    workers = [reactions.attach(await Database.open(dsn, size=2)) for _worker in range(4)]

    namer = await house.world.viewer(askers[7])

    async def names(database: Database, question: int) -> None:
        async with database.transaction() as db:
            await db.connection.execute(
                "insert into asked_people (post_id, person_id, chosen_by, state) values ($1, $2, 1, 1)"
                " on conflict do nothing",
                question,
                askers[7].id,
            )
        try:
            async with database.transaction() as db:
                context = Context(db, namer, house.world.site)
                await ask.name_somebody(context, question, people[0].id, openly=False)
        except Refusal:
            return  # they asked it themselves

    async def works(database: Database) -> None:
        while await asking.work(database, house.world.site):
            pass

    try:
        naming = [names(workers[number % 4], one) for number, one in enumerate(questions[:12])]
        await asyncio.gather(*(works(worker) for worker in workers), *naming)
        await works(workers[0])
    finally:
        for worker in workers:
            await worker.close()
    assert [await load(house, one) for one in people] == [1, 3, 3]
    assert await house.world.connection.fetchval("select count(*) from questions where step = 0") == 0


async def test_two_votes_at_once_both_count(house: House, dsn: str) -> None:
    """Eight people who know vote for the answer in transactions of their own, all of which have begun before the first ends."""
    ada = await house.world.member("ada")
    voters = await knowers(house, *(f"voter{number}" for number in range(8)))
    question = await house.world.post(ada, QUESTION, is_question=True)
    answer = await house.world.post(voters[0], "Nine bar", reply_to=question)
    database = reactions.attach(await Database.open(dsn, size=8))
    viewers = [await house.world.viewer(one) for one in voters]
    have_begun = asyncio.Barrier(len(voters))

    async def votes(viewer: Viewer) -> int:
        async with database.transaction() as db:
            await db.connection.fetchval("select 1")
            await have_begun.wait()
            return await answers.vote(db, viewer, question, answer)

    try:
        counted = await asyncio.gather(*(votes(viewer) for viewer in viewers))
    finally:
        await database.close()
    assert sorted(counted) == list(range(1, len(voters) + 1))


async def test_the_vote_of_whoever_was_suspended_since_does_not_count(house: House) -> None:
    ada = await house.world.member("ada")
    bo, cem, dewi = await knowers(house, "bo", "cem", "dewi")
    question = await house.world.post(ada, QUESTION, is_question=True)
    answer = await house.world.post(bo, "Nine bar", reply_to=question)

    async def votes(who: Someone) -> int:
        async with house.world.database.transaction() as db:
            return await answers.vote(db, await house.world.viewer(who), question, answer)

    assert await votes(cem) == 1
    await house.world.suspend(cem)
    assert await votes(dewi) == 1


class KilledError(BaseException):
    """Nothing that is caught on the way: the program ends here."""


def killing(at: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """The program ends at its statement number `at`; whether it came so far."""
    count = 0

    def counted(act: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(self: Db, *given: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count == at:
                raise KilledError
            return await act(self, *given, **more)

        return run

    for name in ("rows", "row", "value", "run"):
        monkeypatch.setattr(Db, name, counted(getattr(Db, name)))
    return lambda: count >= at


async def test_wherever_the_program_ends_nobody_is_asked_twice_and_nobody_is_forgotten(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await knowers(house, "bo", "cem", "dewi")
    at, was_killed = 0, True
    while was_killed:
        at += 1
        asker = await house.world.member(f"asker{at}")
        await house.world.connection.execute("delete from question_load")
        await house.world.connection.execute("delete from questions")
        await house.world.connection.execute("delete from asked_people")
        await house.world.connection.execute("delete from notifications")
        question = await asks(house, asker)
        with monkeypatch.context() as patch:
            has_ended = killing(at, patch)
            with suppress(KilledError):
                await asking.work(house.world.database, house.world.site)
            was_killed = has_ended()
        while await asking.work(house.world.database, house.world.site):
            pass
        asked = await house.world.connection.fetch("select person_id, state, tell_at from asked_people")
        told = await house.world.connection.fetch("select person_id, post_id from notifications")
        assert {one["person_id"] for one in asked} == {one.id for one in people}, at
        assert len(asked) == len(told) == 3, at
        assert all(one["tell_at"] is None and one["state"] == 1 for one in asked), at
        assert {one["post_id"] for one in told} == {question}, at
        assert [await load(house, one) for one in people] == [1, 1, 1], at
    assert at > 25
