"""The real application on a real database of its own, where acts are committed, with a few people who know one another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.patience import PATIENCE
from tests.site import Choices, browser
from tests.world import Someone, World
from weetwie import reactions
from weetwie.jobs import media_once
from weetwie.worker import Worker, drain


@dataclass
class House:
    world: World
    site: httpx.AsyncClient
    """Asks as an app would; every answer is held against what its route declares."""

    async def ask(self, who: Someone | None, method: str, at: str, /, **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {who.token}"} if who else {}
        return await self.site.request(method, at, headers=headers, **more)

    async def good(self, who: Someone | None, method: str, at: str, /, **more: Any) -> Any:
        """What a call answers that must go well."""
        answer = await self.ask(who, method, at, **more)
        assert answer.status_code == 200, f"{method} {at}: {answer.status_code} {answer.text}"
        return answer.json()

    async def settle(self) -> None:
        """Until everything that follows what has happened is done."""
        await drain(Worker(self.world.database, self.world.site))
        await media_once(self.world.database, self.world.store)


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[House]:
    world = await World.open(dsn, is_kept=True)
    reactions.attach(world.database)
    try:
        async with browser(world, Choices(), timeout=PATIENCE) as site:
            yield House(world, site)
    finally:
        await world.close()
