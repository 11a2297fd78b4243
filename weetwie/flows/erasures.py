"""`erasures.log` in the data folder: the ids of all who were erased, one line each, only ever appended to.

It lies beside the database and not in it, so that an older database that is brought back can be made to forget them again.
"""

import asyncio
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.database.pool import Db
from weetwie.domain.people.erase import erase
from weetwie.domain.people.erased import Erasure, erasures
from weetwie.errors import NotFound
from weetwie.events import PersonErased

NAME = "erasures.log"


async def note(context: Context, facts: Sequence[PersonErased]) -> None:
    """Writes down who has been erased. A line may come twice, and none is missing."""
    if context.site.data is not None:
        found = await erasures(context.db, [fact.person_id for fact in facts])
        await asyncio.to_thread(append, context.site.data / NAME, found)


def append(log: Path, found: Iterable[Erasure]) -> None:
    """On the disk when it returns."""
    lines = b"".join(msgspec.json.encode(one) + b"\n" for one in found)
    log.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, lines)
        os.fsync(file)
    finally:
        os.close(file)


def read(lines: bytes) -> list[Erasure]:
    """A last line that was cut off by a crash is passed over: its reaction has not been marked as done."""
    found = []
    for line in lines.splitlines():
        try:
            found.append(msgspec.json.decode(line, type=Erasure))
        except msgspec.DecodeError:
            continue
    return found


async def replay(db: Db, viewer: Viewer, found: Iterable[Erasure]) -> int:
    """Erases again who is there again; gives how many."""
    count = 0
    for one in found:
        try:
            async with db.savepoint():
                await erase(db, viewer, one.person_id, keeps_posts=one.keeps_posts)
        except NotFound:
            continue
        count += 1
    return count
