"""A directory with a company that follows it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests import slapd
from tests.slapd import READERS_PASSWORD, Slapd
from tests.world import World
from weetwie import reactions
from weetwie.access.enums import Standing
from weetwie.access.viewer import system
from weetwie.context import Site
from weetwie.domain.identity import keys
from weetwie.flows import directory_sync
from weetwie.flows.directory_sync import Synced


@pytest.fixture
def ldap(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Slapd]:
    """With entries that are there already where a test gives some (LDIF)."""
    with slapd.slapd(tmp_path / "slapd", first=getattr(request, "param", "")) as found:
        yield found


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, is_kept=True)
    reactions.attach(world.database)
    yield world
    await world.close()


@dataclass
class Company:
    """What follows the directory."""

    world: World
    ldap: Slapd
    site: Site

    def set(self, **more: Any) -> None:
        self.site = replace(self.site, directory=self.ldap.told(**more))

    async def sync(self, *, is_whole: bool = True) -> Synced:
        return await directory_sync.sync(self.world.database, self.site, is_whole=is_whole)

    async def person(self, login: str) -> dict[str, Any]:
        query = "select p.* from people p join directory_entries e on e.person_id = p.id where e.login = $1"
        row = await self.world.connection.fetchrow(query, login)
        assert row is not None, f"{login} is nobody here"
        return dict(row)

    async def is_member(self, login: str) -> bool:
        return bool((await self.person(login))["standing"] == Standing.member)

    async def runs(self) -> list[dict[str, Any]]:
        rows = await self.world.connection.fetch("select * from directory_runs order by id")
        return [dict(row) for row in rows]


@pytest.fixture
async def company(world: World, ldap: Slapd) -> Company:
    await world.policy(connections=["directory"])
    async with world.database.transaction() as db:
        viewer = system(await world.memory.policy(db))
        await keys.put(db, viewer, directory_sync.PASSWORD, READERS_PASSWORD)
    found = Company(world, ldap, world.site)
    found.set(grace_days=0)
    return found
