"""Backups between the PostgreSQL that comes along and an older one of the system: in, out, and back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import machine
from tests.serve.running import Installation
from tests.serve.test_first_release import BACKUP, KNOWN
from weetwie.database import postgres
from weetwie.database.postgres import cluster, runner
from weetwie.database.postgres.folder import Folder

pytestmark = pytest.mark.needs("older-postgres")


@pytest.fixture
async def older(tmp_path: Path) -> AsyncIterator[postgres.ServerKeeper]:
    """A server of an earlier major version, with nothing in it."""
    folder = Folder(tmp_path / "older")
    folder.make()
    programs = postgres.find(int(machine.older_postgres() or 0))
    who = runner.choose(folder.path, programs["postgres"])
    await cluster.create(folder, programs, who, is_durable=False)
    async with postgres.running(folder.path, is_durable=False) as keeper:
        yield keeper


async def test_a_backup_goes_into_an_older_postgresql_and_back(
    older: postgres.ServerKeeper, tmp_path: Path
) -> None:
    there = Installation(tmp_path / "there", WEETWIE_DATABASE_URL=older.dsn)
    assert (await there.asked("restore", str(BACKUP)))["lost"] is None
    file = tmp_path / "out.tar"
    await there.asked("backup", str(file))
    back = Installation(tmp_path / "back")
    told = await back.asked("restore", str(file), "--key", str(there.data / "secret-key"))
    assert told["lost"] is None
    handles = [one["handle"] for one in await back.asked("person", "list")]
    assert {*KNOWN["people"]} <= {*handles}
