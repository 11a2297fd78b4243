"""An application on a database of its own, asked in process; every good answer is held against its entity."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import msgspec

from tests.api.asking import Reply, ask
from tests.api.conformance import check_entity
from tests.world import Someone, World
from weetwie import reactions
from weetwie.access.viewer import system
from weetwie.app import build
from weetwie.database.pool import Query
from weetwie.events import Fact
from weetwie.tables.events import Event

BASE = "http://weetwie.test"


class _Settings:
    base_url = BASE
    trusted_proxies = ()
    rate_limits = False
    styleguide = False
    slack = "https://slack.com"


class Door:
    def __init__(self, world: World, application: Any) -> None:
        self.world = world
        self.application = application

    async def ask(
        self, who: Someone | None, method: str, path: str, query: str = "", status: int = 200, **body: Any
    ) -> Reply:
        headers = [("authorization", f"Bearer {who.token}")] if who else []
        raw = msgspec.json.encode(body) if body else b""
        form = "application/json" if body else ""
        reply = await ask(self.application, method, path, query=query, body=raw, form=form, headers=headers)
        assert reply.status == status, reply.body
        return reply

    async def get(self, who: Someone | None, entity: str, path: str, query: str = "") -> Any:
        reply = await self.ask(who, "GET", path, query)
        check_entity(entity, reply.body)
        return reply.json

    async def post(
        self, who: Someone | None, entity: str, path: str, method: str = "POST", **body: Any
    ) -> Any:
        reply = await self.ask(who, method, path, **body)
        check_entity(entity, reply.body)
        return reply.json

    async def react(self) -> None:
        """What the worker would do for all facts so far."""
        from sqlalchemy import select

        viewer = system((await self.world.viewer()).policy)
        async with self.world.database.transaction() as db:
            for row in await db.rows(Query(select(Event.kind, Event.ids).order_by(Event.id))):
                kind = Fact.KINDS[row["kind"]]
                for reaction in reactions.AFTER.get(kind, ()):
                    await reaction(db, viewer, [kind(**row["ids"])])


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[Door]:
    world = await World.open(dsn, is_kept=True)
    try:
        reactions.attach(world.database)
        yield Door(world, build(_Settings(), world.database, replace(world.site, base_url=BASE)))
    finally:
        await world.close()
