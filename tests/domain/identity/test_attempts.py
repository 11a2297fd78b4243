"""Tries at a secret are counted in the database, for all processes together."""

import asyncio
from datetime import timedelta

import pytest

from tests.world import SOME_DAY, World
from weetwie.database.pool import Database
from weetwie.domain.identity import attempts, sign_in
from weetwie.domain.identity.rules import Guessing
from weetwie.errors import TooMany
from weetwie.runtime import clock

FEW = Guessing(free=3, longest=60)
OFFICE = "192.0.2.1"


async def test_after_a_few_free_tries_each_failure_doubles_the_wait_under_every_name(world: World) -> None:
    clock.stop(SOME_DAY)
    for _try in range(3):
        await attempts.begin(world.db, {"code of 1": FEW, "from here": Guessing(100, 60)})
    for wait in (1, 2, 4):
        with pytest.raises(TooMany) as refused:
            await attempts.begin(world.db, {"code of 1": FEW, "from there": FEW})
        assert refused.value.retry_after == wait
        clock.stop(clock.now() + timedelta(seconds=wait))
        await attempts.begin(world.db, {"code of 1": FEW})
    await attempts.begin(world.db, {"from here": FEW, "from there": FEW})


async def test_what_was_right_is_taken_back_and_forgives_what_it_names(world: World) -> None:
    clock.stop(SOME_DAY)
    for _try in range(2):
        await attempts.begin(world.db, {"code of 1": FEW, "from here": FEW})
    attempt = await attempts.begin(world.db, {"code of 1": FEW, "from here": FEW})
    await attempts.take_back(world.db, attempt, "code of 1")
    for _try in range(3):
        await attempts.begin(world.db, {"code of 1": FEW})
    await attempts.begin(world.db, {"from here": FEW})
    with pytest.raises(TooMany):
        await attempts.begin(world.db, {"from here": FEW})


async def test_tries_at_once_from_several_processes_are_counted_one_after_the_other(dsn: str) -> None:
    hosts = [await Database.open(dsn, size=4) for _host in range(2)]

    async def guess(database: Database) -> bool:
        try:
            async with database.transaction() as db:
                await attempts.begin(db, {"code of 1": FEW, "from here": FEW})
        except TooMany:
            return False
        return True

    tried = await asyncio.gather(*(guess(hosts[one % 2]) for one in range(16)))
    for database in hosts:
        await database.close()
    assert sum(tried) == 3


async def test_an_office_where_many_mistype_and_are_right_then_is_not_locked_out(world: World) -> None:
    for number in range(60):
        await sign_in.knock(world.db, f"person{number}", OFFICE)
        right = await sign_in.knock(world.db, f"person{number}", OFFICE)
        await sign_in.take_back(world.db, right)
    assert await world.connection.fetchval("select count(*) from sign_in_attempts") == 0


async def test_whoever_is_right_for_one_account_is_not_forgiven_their_guesses_at_others(world: World) -> None:
    for number in range(50):
        await sign_in.knock(world.db, f"person{number}", OFFICE)
    with pytest.raises(TooMany):
        await sign_in.knock(world.db, "mallory", OFFICE)
    await sign_in.take_back(world.db, await sign_in.knock(world.db, "mallory", "192.0.2.2"))
    with pytest.raises(TooMany):
        await sign_in.knock(world.db, "mallory", OFFICE)
