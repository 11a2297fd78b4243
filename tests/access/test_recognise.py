"""A viewer in memory is re-checked by version: what changes holds from the next statement on."""

import asyncio
import gc
import tracemalloc
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.world import SOME_DAY, Someone, World
from weetwie.access import authenticate, viewer as viewers
from weetwie.access.authenticate import Memory, credential_hash
from weetwie.access.enums import Ring, Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Query
from weetwie.runtime import clock

_IS_STILL_SO = Query(lambda: select(authenticate.is_still_so()))

Change = Callable[[World, Someone], Awaitable[None]]


def run(dsn: str, story: Callable[[World], Awaitable[None]]) -> None:
    async def tell() -> None:
        world = await World.open(dsn, at=SOME_DAY)
        try:
            await story(world)
        finally:
            await world.close()

    asyncio.run(tell())


async def is_still_so(world: World, viewer: Viewer) -> bool:
    return bool(await world.db.value(_IS_STILL_SO, **authenticate.still(viewer)))


async def leave(world: World, ada: Someone) -> None:
    await world.leave(ada)


async def suspend(world: World, ada: Someone) -> None:
    await world.suspend(ada)


async def erase(world: World, ada: Someone) -> None:
    await world.erase(ada)


async def change_policy(world: World, ada: Someone) -> None:
    await world.policy(widest_ring=Ring.colleagues)


async def revoke(world: World, ada: Someone) -> None:
    await world.connection.execute("update tokens set revoked_at = now() where person_id = $1", ada.id)


async def sign_out(world: World, ada: Someone) -> None:
    await world.connection.execute("delete from sessions where person_id = $1", ada.id)


async def open_session(world: World, ada: Someone) -> str:
    await world.connection.execute(
        "insert into sessions (person_id, token_hash, agent, id_token) values ($1, $2, 'a browser', '')",
        ada.id, credential_hash("cookie"),
    )  # fmt: skip
    return "cookie"


@pytest.mark.parametrize("change", [leave, suspend, erase, change_policy, revoke])
def test_a_remembered_token_is_not_so_any_more_after(dsn: str, change: Change) -> None:
    async def story(world: World) -> None:
        ada = await world.member("ada")
        bo = await world.member("bo")
        memory = Memory()
        await memory.recognise(world.db, token=ada.token)
        remembered = memory.recall(token=ada.token)
        assert remembered is not None and await is_still_so(world, remembered)
        of_bo = await world.viewer(bo)

        await change(world, ada)

        assert not await is_still_so(world, remembered)
        assert await is_still_so(world, of_bo) == (change is not change_policy)
        anew = await memory.recognise(world.db, token=ada.token)
        assert (anew is None) == (change is revoke)
        if anew is not None:
            assert await is_still_so(world, anew)
            assert memory.recall(token=ada.token) == anew
            if change is not change_policy:
                assert viewers.ring(anew, clock.now()) is Ring.world
        else:
            assert memory.recall(token=ada.token) is None

    run(dsn, story)


@pytest.mark.parametrize("change", [leave, suspend, erase, change_policy, sign_out])
def test_a_remembered_session_is_not_so_any_more_after(dsn: str, change: Change) -> None:
    async def story(world: World) -> None:
        ada = await world.member("ada")
        cookie = await open_session(world, ada)
        memory = Memory()
        viewer = await memory.recognise(world.db, session=cookie)
        assert viewer is not None and await is_still_so(world, viewer)
        await change(world, ada)
        assert not await is_still_so(world, viewer)
        anew = await memory.recognise(world.db, session=cookie)
        assert (anew is None) == (change is sign_out)

    run(dsn, story)


@pytest.mark.parametrize("change", [leave, suspend, erase, change_policy])
def test_a_person_without_a_credential_is_re_checked_too(dsn: str, change: Change) -> None:
    async def story(world: World) -> None:
        ada = await world.member("ada")
        viewer = await Memory().person(world.db, ada.id)
        assert viewer is not None and await is_still_so(world, viewer)
        await change(world, ada)
        assert not await is_still_so(world, viewer)

    run(dsn, story)


def test_nobody_and_an_app_are_re_checked_by_the_policy(dsn: str) -> None:
    async def story(world: World) -> None:
        app_token = await world.token(None)
        memory = Memory()
        assert memory.recall() is None
        nobody, app = await memory.recognise(world.db), await memory.recognise(world.db, token=app_token)
        assert nobody is not None and app is not None
        assert memory.recall() == nobody and app.app_id and not app.is_person
        assert await is_still_so(world, nobody) and await is_still_so(world, app)
        await world.policy(guests_see_only_their_circle=False)
        assert not await is_still_so(world, nobody) and not await is_still_so(world, app)
        anew = await memory.recognise(world.db)
        assert anew is not None and not anew.policy.guests_see_only_their_circle

    run(dsn, story)


def test_a_guest_is_outside_at_the_very_moment_at_which_their_time_ends(dsn: str) -> None:
    async def story(world: World) -> None:
        ada = await world.member("ada")
        gus = await world.guest("gus", sponsor=ada, until=SOME_DAY + timedelta(hours=1))
        viewer = await world.viewer(gus)
        assert viewer.standing is Standing.guest and viewer.sponsor_id == ada.id
        assert viewers.ring(viewer, SOME_DAY) is Ring.network
        assert viewers.ring(viewer, SOME_DAY + timedelta(hours=1, microseconds=-1)) is Ring.network
        assert viewers.ring(viewer, SOME_DAY + timedelta(hours=1)) is Ring.world
        assert not viewers.is_active(viewer, SOME_DAY + timedelta(hours=1))

    run(dsn, story)


def test_an_unknown_token_or_session_is_nobody_at_all(dsn: str) -> None:
    async def story(world: World) -> None:
        for wrong in ("", "nonsense", "\udc80", "\x00" * 10):
            assert await Memory().recognise(world.db, token=wrong) is None
            assert await Memory().recognise(world.db, session=wrong) is None

    run(dsn, story)


def test_what_the_memory_keeps_of_one_token_never_answers_for_another(dsn: str) -> None:
    async def story(world: World) -> None:
        memory = Memory()
        people = [await world.member(f"p{number}") for number in range(5)]
        for someone in people:
            await memory.recognise(world.db, token=someone.token)
        for someone in people:
            remembered = memory.recall(token=someone.token)
            assert remembered is not None and remembered.person_id == someone.id
            assert memory.recall(session=someone.token) is None

    run(dsn, story)


def test_somebody_who_was_recognised_costs_800_bytes_at_most(dsn: str) -> None:
    """Memory per person (docs/capacity.md); counted in bytes that Python gave out, which no load of the machine changes."""

    async def story(world: World) -> None:
        number = 300
        tokens = [f"token {n}" for n in range(number)]
        await world.connection.execute(
            """with made as (insert into people (handle, name, standing, profile_ring)
                select 'one' || n, 'One ' || n, 0, 0 from generate_series(1, $2) n returning id)
            insert into tokens (person_id, token_hash, scopes)
            select made.id, hash, '{read}' from (select id, row_number() over () as n from made) made
            join unnest($1::bytea[]) with ordinality as given(hash, n) using (n)""",
            [credential_hash(token) for token in tokens],
            number,
        )
        memory = Memory()
        await memory.recognise(world.db, tokens[0])
        gc.collect()
        tracemalloc.start()
        try:
            for token in tokens[1:]:
                assert await memory.recognise(world.db, token)
            gc.collect()
            each = tracemalloc.get_traced_memory()[0] / (number - 1)
        finally:
            tracemalloc.stop()
        assert memory.recall(tokens[-1]) is not None
        assert each < 800, f"{each:.0f} bytes"

    run(dsn, story)
