"""Keeps the server of one folder running: holds the folder, restarts what dies, or joins the program that holds it."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from weetwie.database.postgres import binaries, cluster, runner
from weetwie.database.postgres.folder import Folder, Lock, dsn
from weetwie.database.postgres.problem import NoDatabase
from weetwie.database.postgres.server import PostgresServer, answers, rotate
from weetwie.runtime.log import logger

log = logger(__name__)

_LOOK_AGAIN = 0.2
_ROTATE_EVERY = 60.0
_LONGEST_PAUSE = 10.0


class ServerKeeper:
    """Start it from a thread that lives as long as the program: the server ends with the thread that started it."""

    def __init__(self, path: Path, settings: Mapping[str, str], *, patience: float, is_durable: bool) -> None:
        self._folder = Folder(path)
        self._settings = settings
        self._patience = patience
        self._is_durable = is_durable
        self._lock = Lock(self._folder)
        self._server: PostgresServer | None = None
        self._task: asyncio.Task[None] | None = None
        self.dsn = ""

    @property
    def is_holder(self) -> bool:
        """Whether the server is ours; otherwise it is that of another program, which we joined."""
        return self._lock.is_held

    @property
    def pid(self) -> int | None:
        """The process of the server, while it is ours."""
        return self._server.pid if self._server else None

    async def start(self) -> str:
        await asyncio.to_thread(self._folder.make)
        sockets = self._folder.sockets()
        try:
            if self._lock.take(sockets):
                await self._run(sockets)
            else:
                sockets = await self._join(sockets)
        except BaseException:
            self._lock.release()
            raise
        self.dsn = dsn(sockets)
        self._task = asyncio.create_task(self._keep(sockets))
        return self.dsn

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._server is not None:
            await self._server.stop()
        self._lock.release()

    async def _run(self, sockets: Path) -> None:
        """Starts the server in the folder that we hold; makes the cluster first if there is none."""
        found = await asyncio.to_thread(binaries.find, self._folder.major)
        who = await asyncio.to_thread(runner.choose, self._folder.path, found["postgres"])
        if who.mode == "drop" and not await asyncio.to_thread(who.can, found["postgres"], "--version"):
            found = await asyncio.to_thread(binaries.copied, found, self._folder.path / "programs")
        who.own(self._folder.path, self._folder.path / "programs", sockets, self._folder.cluster)
        if self._folder.major is None:
            await cluster.create(self._folder, found, who, is_durable=self._is_durable)
        self._server = await PostgresServer.start(self._folder, sockets, found, who, self._settings)

    async def _join(self, own_sockets: Path) -> Path:
        """The sockets of the program that holds the folder; ours, if it lets go meanwhile."""
        until = asyncio.get_running_loop().time() + self._patience
        while asyncio.get_running_loop().time() < until:
            holder = self._lock.holder()
            if holder is not None and await answers(dsn(holder.sockets)):
                return Path(holder.sockets)
            if self._lock.take(own_sockets):
                await self._run(own_sockets)
                return own_sockets
            await asyncio.sleep(_LOOK_AGAIN)
        holder = self._lock.holder()
        who = f"process {holder.pid}" if holder else "another program"
        raise NoDatabase(
            f"The data folder {self._folder.path.parent} is held by {who}, whose database does not answer. "
            f"End it, or choose another folder (--data, WEETWIE_DATA)."
        )

    async def _keep(self, sockets: Path) -> None:
        pause = _LOOK_AGAIN
        while True:
            try:
                if self._server is not None:
                    await self._watch(self._server)
                elif not (self._lock.is_held or self._lock.take(sockets)):
                    await asyncio.sleep(_LOOK_AGAIN)
                    continue
                await self._run(sockets)
                pause = _LOOK_AGAIN
            except (NoDatabase, OSError) as problem:
                log.error("The database does not come back; trying again", reason=str(problem), seconds=pause)
                self._server = None
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _watch(self, server: PostgresServer) -> None:
        while True:
            with suppress(TimeoutError):
                code = await asyncio.wait_for(server.ended(), _ROTATE_EVERY)
                log.warning("The database has ended by itself and is started again", code=code)
                return
            rotate(self._folder.log)
