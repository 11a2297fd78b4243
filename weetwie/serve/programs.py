"""The programs of PostgreSQL, run on a database: pg_dump, and pg_restore by way of psql."""

import asyncio
import os
import re
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from weetwie.database import postgres
from weetwie.database.connect import connect
from weetwie.errors import NoSpace, Unavailable

_FAILED: Final = "{program} has failed: {why}"
_HEAD: Final = 4096
_CHUNK: Final = 1 << 16
_SETS: Final = re.compile(rb"^SET (\w+) = .*;\n", re.MULTILINE)


async def run(dsn: str, program: str, *words: str) -> None:
    """To its end, without input and output. Raises Unavailable."""
    address, environment = _without_password(dsn)
    running = await asyncio.create_subprocess_exec(
        (await _found())[program], f"--dbname={address}", *words,
        stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env=os.environ | environment,
    )  # fmt: skip
    _check(program, running, (await running.communicate())[1])


async def bring_back(dsn: str, dump: Path) -> None:
    """What pg_dump wrote, in one transaction. It is handed over as text, for pg_restore itself sets what servers older than
    itself do not know. Raises Unavailable."""
    address, environment = _without_password(dsn)
    found = await _found()
    known = await _known_settings(dsn)
    writing = await asyncio.create_subprocess_exec(
        found["pg_restore"], "--file=-", "--no-owner", "--no-privileges", str(dump),
        stdin=DEVNULL, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    reading = await asyncio.create_subprocess_exec(
        found["psql"], f"--dbname={address}", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
        stdin=PIPE, stdout=DEVNULL, stderr=PIPE, env=os.environ | environment | {"PGOPTIONS": "-c client_min_messages=warning"},
    )  # fmt: skip
    try:
        assert writing.stderr and reading.stderr
        wrote, read, _nothing = await asyncio.gather(
            writing.stderr.read(), reading.stderr.read(), _hand_over(writing, reading, known)
        )
        await asyncio.gather(writing.wait(), reading.wait())
    finally:
        for one in (writing, reading):
            with suppress(ProcessLookupError):
                one.kill()
    if reading.returncode:
        _check("psql", reading, read)
    _check("pg_restore", writing, wrote)


async def _hand_over(writing: Process, reading: Process, known: set[bytes]) -> None:
    assert writing.stdout and reading.stdin
    with suppress(ConnectionError):
        head = b""
        # Settings stand at the beginning alone; behind it come texts, which may look like anything.
        while len(head) < _HEAD and (chunk := await writing.stdout.read(_CHUNK)):
            head += chunk
        cut = head.find(b"\nCREATE ")
        settings, rest = (head, b"") if cut < 0 else (head[:cut], head[cut:])
        reading.stdin.write(_SETS.sub(lambda line: line[0] if line[1] in known else b"", settings) + rest)
        while chunk := await writing.stdout.read(_CHUNK):
            reading.stdin.write(chunk)
            await reading.stdin.drain()
    # Cut off, it would be committed as if it were whole.
    if await writing.wait() != 0:
        reading.kill()
    reading.stdin.close()


async def _known_settings(dsn: str) -> set[bytes]:
    connection = await connect(dsn)
    try:
        return {row[0].encode() for row in await connection.fetch("select name from pg_settings")}
    finally:
        await connection.close()


async def _found() -> postgres.Binaries:
    try:
        return await asyncio.to_thread(postgres.find)
    except postgres.NoDatabase as error:
        raise Unavailable(str(error)) from error


def _check(program: str, ended: Process, said: bytes) -> None:
    if ended.returncode:
        words = said.decode(errors="replace").strip()
        kind = NoSpace if "No space left" in words else Unavailable
        raise kind(_FAILED, program=program, why=words.splitlines()[0] if words else ended.returncode)


def _without_password(dsn: str) -> tuple[str, dict[str, str]]:
    """What stands on a command line is seen by all on the machine, so a password goes another way."""
    parts = urlsplit(dsn)
    asked = dict(parse_qsl(parts.query))
    password = parts.password or asked.pop("password", None)
    account, at, place = parts.netloc.rpartition("@")
    bare = f"{parts.scheme}://{account.partition(':')[0]}{at}{place}{parts.path}?{urlencode(asked)}"
    return bare, {"PGPASSWORD": unquote(password)} if password else {}
