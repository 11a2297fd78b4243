"""Makes people in the database of a running server, by the same functions as its command line but without its start."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from tests.clients.running import PASSWORD
from weetwie import reactions
from weetwie.access import viewer as viewers
from weetwie.access.authenticate import Memory
from weetwie.database import postgres
from weetwie.database.pool import Database
from weetwie.domain.identity import addresses, passwords, tokens
from weetwie.domain.people.create import create
from weetwie.domain.people.rules import Newcomer


class Made(NamedTuple):
    handle: str
    token: str


class Registry:
    def __init__(self, data: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._open = AsyncExitStack()
        self._database = self._loop.run_until_complete(self._connect(data))
        self._made = 0

    def person(self, name: str, *, is_admin: bool = False) -> Made:
        """A member whose handle begins so, who signs in with `PASSWORD`."""
        self._made += 1
        return self._loop.run_until_complete(self._make(f"{name}{self._made}", is_admin=is_admin))

    def close(self) -> None:
        self._loop.run_until_complete(self._open.aclose())
        self._loop.close()

    async def _connect(self, data: Path) -> Database:
        server = await self._open.enter_async_context(postgres.running(data / "database"))
        database = reactions.attach(await Database.open(server.dsn, size=1))
        self._open.push_async_callback(database.close)
        return database

    async def _make(self, handle: str, *, is_admin: bool) -> Made:
        async with self._database.transaction() as db:
            viewer = viewers.system(await Memory().policy(db))
            person_id = await create(db, viewer, Newcomer(handle=handle, is_admin=is_admin))
            await addresses.add(db, person_id, f"{handle}@house.example", is_verified=True)
            await passwords.put(db, viewer, person_id, await passwords.hashed(PASSWORD))
            scopes = "read write follow push" + (" admin:read admin:write" if is_admin else "")
            issued = await tokens.issue_by_hand(db, viewer, person_id, scopes)
        return Made(handle, issued.token)
