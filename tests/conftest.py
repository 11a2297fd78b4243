"""What every test may ask for: `dsn` is a database with the schema in it, empty and its own."""

import fcntl
import gc
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import pytest
from hypothesis import HealthCheck, settings

from tests import changed, database, hold_key, machine
from tests.world import World
from weetwie.domain.identity import passwords

# How long an example takes to make says something of the machine, and nothing of what is tested.
settings.register_profile("any_machine", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any_machine")
settings.register_profile("deep", max_examples=3000)
"""For a long look: `pytest --hypothesis-profile deep tests/access tests/law`."""

# What a password costs is a test of its own; the others sign in thousands of times.
passwords.cost = passwords.Cost(rounds=1, kibibytes=8)

_COPIES = database.Copies()

_IN_MEMORY = "TESTS_IN_MEMORY"
"""Databases lie in memory where there is room for them, and so do the folders of tests: many hold a database of their own."""

_LOCK = pytest.StashKey[TextIO]()
"""Held by the run that its folder belongs to."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and _has_room(memory := Path("/dev/shm")):
        _sweep(memory)
        folder = Path(tempfile.mkdtemp(prefix="weetwie-", dir=memory))
        config.stash[_LOCK] = (folder / "lock").open("w")
        fcntl.flock(config.stash[_LOCK], fcntl.LOCK_SH)
        os.environ[_IN_MEMORY] = str(folder)
        config.option.basetemp = config.option.basetemp or folder / "t"


def _has_room(memory: Path) -> bool:
    return (
        memory.is_dir()
        and os.access(memory, os.W_OK)
        and not os.statvfs(memory).f_flag & os.ST_NOEXEC
        and shutil.disk_usage(memory).free > 8 * 2**30
    )


def _sweep(memory: Path) -> None:
    """Removes what runs left that were killed."""
    for lock in memory.glob("weetwie-*/lock"):
        with suppress(OSError), lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a test needs of the machine and is not here leaves it out; in CI it fails."""
    for item in items:
        words = [mark.args[0] for mark in item.iter_markers("needs")]
        if "/tests/browser/" in item.path.as_posix():
            words.append("browser")
        why = next((found for word in words if (found := machine.missing(word))), None)
        if why and not machine.is_ci():
            item.add_marker(pytest.mark.skip(reason=f"left out: {why}"))


_NEW_OBJECTS = 50_000
"""So many come to be before any are looked through for garbage: a request makes thousands that are gone by themselves."""


def pytest_collection_finish() -> None:
    """What is loaded by now stays: it is not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def pytest_runtest_setup(item: pytest.Item) -> None:
    hold_key()  # A test before it may have run a command that holds a key of its own.
    for mark in item.iter_markers("needs"):
        if machine.is_ci() and (why := machine.missing(mark.args[0])):
            pytest.fail(f"nothing may be left out in CI: {why}", pytrace=False)


_DURATIONS: defaultdict[str, float] = defaultdict(float)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _DURATIONS[report.nodeid.partition("::")[0]] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Remembers how long each file takes, for `bin/check --changed`."""
    if not hasattr(session.config, "workerinput") and session.config.cache is not None:
        kept = session.config.cache.get(changed.DURATIONS, {})
        session.config.cache.set(
            changed.DURATIONS, kept | {file: round(took, 2) for file, took in _DURATIONS.items()}
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and (folder := os.environ.pop(_IN_MEMORY, "")):
        shutil.rmtree(folder, ignore_errors=True)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: many tests wait for a server of their own."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One folder for the whole run, shared by all test processes."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
async def server_dsn(run_folder: Path) -> AsyncIterator[str]:
    """The server of this run; its databases are made by the tests."""
    async with database.server(Path(os.environ.get(_IN_MEMORY) or run_folder) / "postgres") as dsn:
        yield dsn


@pytest.fixture
async def dsn(server_dsn: str, worker_id: str) -> AsyncIterator[str]:
    """A database with the schema, nothing in it, and for this test alone."""
    async with _COPIES.one(server_dsn, f"test_{worker_id}_") as address:
        yield address


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    """A company to be, in one transaction that is rolled back (`tests/world.py`)."""
    world = await World.open(dsn)
    yield world
    await world.close()
