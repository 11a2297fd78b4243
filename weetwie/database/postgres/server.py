"""One run of the server process: start it, know when it answers, stop it."""

import asyncio
import os
import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import asyncpg

from weetwie.database.postgres.binaries import Binaries
from weetwie.database.postgres.cluster import environment
from weetwie.database.postgres.folder import SOCKET, Folder, at_work, dsn
from weetwie.database.postgres.problem import NoDatabase, is_disk_full, reason
from weetwie.database.postgres.runner import Runner
from weetwie.database.postgres.tuning import options

_STOPPING = ((signal.SIGINT, 4.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 5.0))
"""Clean; then at once, to be recovered at the next start; then by force."""

_RECOVERY = 600.0
"""Seconds that a server may need until it answers: after a crash it first replays what it had promised."""

_LOG_BYTES = 5_000_000


class PostgresServer:
    """A postmaster as our direct child."""

    def __init__(
        self, process: asyncio.subprocess.Process, folder: Folder, sockets: Path, log_start: int
    ) -> None:
        self._process = process
        self._folder = folder
        self._sockets = sockets
        self._log_start = log_start

    @classmethod
    async def start(
        cls, folder: Folder, sockets: Path, binaries: Binaries, runner: Runner, settings: Mapping[str, str]
    ) -> "PostgresServer":
        await _clear(folder.cluster, sockets)
        rotate(folder.log)
        command = runner.command(
            binaries["postgres"], "-D", str(folder.cluster), *options(binaries.major, sockets, settings)
        )
        with folder.log.open("ab") as log:
            log_start = log.tell()
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(),
                start_new_session=True,  # a Ctrl-C is meant for us; we stop it after the last answer
            )
        server = cls(process, folder, sockets, log_start)
        try:
            await server._until_it_answers()
        except BaseException:
            await server.stop()
            raise
        return server

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ended(self) -> int:
        """Waits for its end. As our child it is a zombie until then, and a zombie keeps its lock file alive."""
        return await self._process.wait()

    async def stop(self) -> None:
        for how, patience in _STOPPING:
            if self._process.returncode is not None:
                return
            with suppress(ProcessLookupError):
                self._process.send_signal(how)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), patience)

    async def _until_it_answers(self) -> None:
        until = asyncio.get_running_loop().time() + _RECOVERY
        while asyncio.get_running_loop().time() < until:
            if self._process.returncode is not None:
                raise NoDatabase(self._why())
            if (self._sockets / SOCKET).exists() and await answers(dsn(self._sockets)):
                return
            await asyncio.sleep(0.01)
        raise NoDatabase(
            f"The database in {self._folder.path} did not answer for {_RECOVERY:.0f} s; see {self._folder.log}."
        )

    def _why(self) -> str:
        with self._folder.log.open("rb") as log:
            log.seek(self._log_start)
            output = log.read().decode(errors="replace")
        if is_disk_full(output):
            free = shutil.disk_usage(self._folder.path).free >> 20
            return f"The disk that holds {self._folder.path} is full ({free} MB are free). Make room and start again."
        return (
            f"The database in {self._folder.path} does not start: {reason(output)} (see {self._folder.log})"
        )


async def answers(address: str) -> bool:
    """Whether a server takes connections at the address; makes the database at the very first one."""
    try:
        connection = await asyncpg.connect(address, timeout=5)
    except asyncpg.InvalidCatalogNameError:
        await _make_database(address)
        return True
    except (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
        return False
    await connection.close()
    return True


async def _make_database(address: str) -> None:
    connection = await asyncpg.connect(address.replace("/weetwie?", "/postgres?"))
    try:
        with suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            await connection.execute("create database weetwie")
    finally:
        await connection.close()


async def _clear(cluster: Path, sockets: Path) -> None:
    """Ends what a killed program left behind, and forgets its lock files, whose number may belong to another by now.

    We hold the folder, so whoever still works in it has lost its parent and is on its way out.
    """
    left = at_work(cluster)
    for how, patience in _STOPPING:
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, how)
        for _ in range(int(patience * 50)):
            if not left:
                if Path("/proc/self").exists():  # without it we cannot know, and leave it to PostgreSQL
                    (cluster / "postmaster.pid").unlink(missing_ok=True)
                    (sockets / f"{SOCKET}.lock").unlink(missing_ok=True)
                return
            await asyncio.sleep(0.02)
            left = at_work(cluster)
    raise NoDatabase(f"A server still works in {cluster} and cannot be ended: processes {left}.")


def rotate(log: Path, limit: int = _LOG_BYTES) -> None:
    """Keeps one older log. The server appends to the open file, so it is emptied, not replaced."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > limit:
            shutil.copyfile(log, log.with_name("postgres.log.1"))
            os.truncate(log, 0)
