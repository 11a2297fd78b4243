"""Keeping an installation: looking it over, backups, and bringing one back."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from weetwie.cli.house import EXIT, refuse

if TYPE_CHECKING:
    from weetwie.settings import Settings

_SIGNS = {"good": "ok   ", "odd": "ODD  ", "wrong": "WRONG"}


def _keeping(function: Callable[..., Coroutine[Any, Any, tuple[Any, str, int]]]) -> Callable[..., None]:
    """Makes a command of a coroutine that takes the settings, and gives what came of it: as data, as text, as an exit code."""

    @click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The data folder.")
    @click.option("--json", "speaks_json", is_flag=True, help="Answer as JSON.")
    @wraps(function)
    def command(*, data: Path | None, speaks_json: bool, **given: Any) -> None:
        from weetwie.errors import Refusal
        from weetwie.kit import log
        from weetwie.settings import SettingsError, read

        try:
            settings = read(os.environ, given={"data": data.absolute() if data else None})
        except SettingsError as error:
            raise click.UsageError(str(error)) from error
        log.configure("error", settings.log_format)
        try:
            found, text, code = asyncio.run(function(settings, **given))
        except Refusal as refusal:
            sys.exit(refuse(refusal, speaks_json))
        click.echo(json.dumps(found, ensure_ascii=False) if speaks_json else text)
        sys.exit(code)

    return command


@click.command()
@_keeping
async def doctor(settings: "Settings") -> tuple[Any, str, int]:
    """Say what is wrong here and what to do: database, disk, clock, addresses, secrets, what waits to be done.

    Ends with 6 if something is wrong; what is merely odd does not count.
    """
    import msgspec

    from weetwie.serve import doctor as doctors

    found = await doctors.safely(settings, os.environ)
    lines = [
        f"{_SIGNS[one.state]} {one.about:9} {one.what}" + (f"\n{'':16}{one.to_do}" if one.to_do else "")
        for one in found
    ]
    is_wrong = any(one.state == "wrong" for one in found)
    plain = {"is_good": not is_wrong, "findings": [msgspec.structs.asdict(one) for one in found]}
    return plain, "\n".join(lines), EXIT["Unavailable"] if is_wrong else 0


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_keeping
async def backup(settings: "Settings", file: Path) -> tuple[Any, str, int]:
    """Write everything into one FILE (.tar): database, media, keys. Works while Weetwie serves."""
    from weetwie.serve import backup as backups

    manifest = await backups.make(settings, file)
    size = file.stat().st_size
    plain = {"file": str(file), "bytes": size, "made_at": manifest.made_at.isoformat()}
    return (
        plain,
        f"{file}: {size / 1e6:.1f} MB. Keep it elsewhere, and safe: whoever has it can read everything.",
        0,
    )


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option(
    "--erasures",
    "logs",
    multiple=True,
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="The erasures.log of the installation that was lost, if it lies elsewhere. May be given more than once.",
)
@_keeping
async def restore(settings: "Settings", file: Path, logs: tuple[Path, ...]) -> tuple[Any, str, int]:
    """Bring back what a backup holds, into an empty installation. Who was erased since then is erased again."""
    from weetwie.serve import backup as backups

    restored = await backups.restore(settings, file, list(logs))
    made_at, count = restored.manifest.made_at, restored.erased_again
    plain = {"made_at": made_at.isoformat(), "weetwie": restored.manifest.weetwie, "erased_again": count}
    return plain, f"Everything is as it was at {made_at:%Y-%m-%d %H:%M} UTC. Erased again: {count}.", 0
