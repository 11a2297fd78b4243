"""One of several processes: `python -m weetwie.serve.child`, told by its parent over a pipe what to serve. Ends with it."""

import asyncio
import os
import pickle
import socket
import sys
from dataclasses import replace

import msgspec
import uvloop

from weetwie.database.postgres.launch import end_with
from weetwie.runtime import log
from weetwie.settings import Settings


class Task(msgspec.Struct):
    """`number` is that of the process, from 0; `files` are the sockets that it listens on."""

    settings: Settings
    dsn: str
    number: int
    files: list[int]
    parent: int


def main() -> None:
    task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
    end_with(task.parent)
    log.configure(task.settings.log_level, task.settings.log_format)
    uvloop.run(_serve(task))


async def _serve(task: Task) -> None:
    from weetwie.serve import keys, process

    async def ready(_opened: object) -> None:
        await asyncio.to_thread(os.write, 1, b"ready\n")

    settings = task.settings
    if settings.metrics is not None:
        settings = replace(
            settings, metrics=settings.metrics._replace(port=settings.metrics.port + task.number)
        )
    await keys.ready(settings, task.dsn)
    await process.serve(settings, task.dsn, [socket.socket(fileno=file) for file in task.files], ready)


if __name__ == "__main__":
    main()
