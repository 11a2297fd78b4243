"""A company of one, looked at in a browser without a script."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.site import browser, give_password, sign_in
from tests.world import Someone, World
from weetwie import reactions


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, is_kept=True)
    reactions.attach(world.database)
    yield world
    await world.close()


@pytest.fixture
async def ada(world: World) -> Someone:
    ada = await world.member("ada", name="Ada", unit="Pumps")
    await give_password(world, ada)
    return ada


@pytest.fixture
async def site(world: World, ada: Someone) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(world) as site:
        await sign_in(site, "ada")
        yield site
