"""Makes a new database cluster: whole, or not at all."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from weetwie.database.postgres.binaries import Binaries
from weetwie.database.postgres.folder import Folder
from weetwie.database.postgres.problem import NoDatabase, is_disk_full, reason
from weetwie.database.postgres.runner import Runner

_NEEDED_MB = 60
_UNICODE_LOCALES = ("/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8", "/lib/ld-musl-x86_64.so.1")
_BUILTIN_LOCALES = 17
"""The first version whose collation does not depend on the system's library."""


async def create(folder: Folder, binaries: Binaries, runner: Runner, *, is_durable: bool = True) -> None:
    unfinished = folder.path / "cluster.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    runner.own(unfinished)
    command = runner.command(
        binaries["initdb"],
        f"--pgdata={unfinished}",
        "--username=weetwie",
        "--auth-local=trust",  # the socket lies in a folder that nobody else may enter
        "--auth-host=reject",
        "--no-instructions",
        *([] if is_durable else ["--no-sync"]),
        *_locale_options(binaries.major),
    )
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment(),
        start_new_session=True,
    )
    try:
        output = (await process.communicate())[0].decode(errors="replace")
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    if process.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise NoDatabase(_why(folder.path, output))
    unfinished.rename(folder.cluster)


def environment() -> dict[str, str]:
    """Ours without what would lead PostgreSQL elsewhere or make it speak another language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _locale_options(major: int) -> Iterator[str]:
    yield "--encoding=UTF8"
    yield f"--locale={_unicode_locale()}"
    yield "--lc-messages=C"
    if major >= _BUILTIN_LOCALES:
        yield "--locale-provider=builtin"
        yield "--builtin-locale=C.UTF-8"


def _unicode_locale() -> str:
    """C.UTF-8 where the system has it, so that words are cut out of text in every script."""
    return "C.UTF-8" if any(Path(place).exists() for place in _UNICODE_LOCALES) else "C"


def _why(path: Path, output: str) -> str:
    if is_disk_full(output):
        free = shutil.disk_usage(path).free >> 20
        return (
            f"The disk that holds {path} is full ({free} MB are free; a new database takes {_NEEDED_MB} MB). Nothing was left "
            "there. Make room, or choose another data folder (--data, WEETWIE_DATA)."
        )
    return f"A new database could not be made in {path}: {reason(output)}"
