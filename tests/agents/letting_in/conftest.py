"""A company that lets agents in, and Ada's browser in it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.agents.connecting import switch_on
from tests.site import browser, give_password, sign_in
from tests.world import SOME_DAY, Someone, World


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, at=SOME_DAY)
    await switch_on(world)
    yield world
    await world.close()


@pytest.fixture
async def ada(world: World) -> Someone:
    ada = await world.member("ada", name="Ada")
    await give_password(world, ada)
    return ada


@pytest.fixture
async def site(world: World, ada: Someone) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(world) as site:
        await sign_in(site, "ada")
        yield site
