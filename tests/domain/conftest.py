"""A company in a database, rolled back when the test is over."""

from collections.abc import AsyncIterator

import pytest

from tests.world import World


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn)
    try:
        yield world
    finally:
        await world.close()
