"""Scenes that are opened once for all stories of a test process: to open one takes longer than many stories do.

Each story finds its scene as it was opened, with an application that has just begun, in a transaction that is rolled back. What
the server has planned for its statements stays.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import uvloop

from tests import database
from tests.law.scene import Scene
from weetwie.access.enums import Ring

_MOST_STORIES = 12
"""What was rolled back takes room all the same."""


class _Opened:
    """One scene in a database of its own."""

    def __init__(self, scene: Scene, resources: AsyncExitStack) -> None:
        self.scene = scene
        self.close = resources.aclose
        self.stories = 0


class Scenes:
    def __init__(self, server_dsn: str, prefix: str) -> None:
        self._server_dsn = server_dsn
        self._prefix = prefix
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._opened: dict[Ring, _Opened] = {}

    def tell(self, widest: Ring, story: Callable[[Scene], Awaitable[None]]) -> None:
        self._runner.run(self._tell(widest, story))

    async def _tell(self, widest: Ring, story: Callable[[Scene], Awaitable[None]]) -> None:
        opened = self._opened.get(widest) or await self._open(widest)
        scene = await opened.scene.again()
        opened.stories += 1
        is_whole = False
        try:
            await story(scene)
            is_whole = True
        finally:
            await _end_tasks()
            if is_whole and opened.stories < _MOST_STORIES:
                await scene.world.roll_back()
            else:
                del self._opened[widest]
                await scene.world.close()
                await opened.close()

    async def _open(self, widest: Ring) -> _Opened:
        async with AsyncExitStack() as stack:
            dsn = await stack.enter_async_context(database.copy(self._server_dsn, self._prefix + widest.name))
            scene = await Scene.open(dsn, widest)
            await scene.settle()
            self._opened[widest] = _Opened(scene, stack.pop_all())
        return self._opened[widest]

    def close(self) -> None:
        self._runner.run(self._close())
        self._runner.close()

    async def _close(self) -> None:
        for opened in self._opened.values():
            await opened.scene.close()
            await opened.close()


async def _end_tasks() -> None:
    """Those that a story left behind."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
