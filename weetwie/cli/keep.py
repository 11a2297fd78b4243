"""Keeping an installation: looking it over, backups, and bringing one back."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from weetwie.cli.installation import EXIT, Option, refuse
from weetwie.runtime.json import Json

if TYPE_CHECKING:
    from weetwie.serve.backup import VerifiedBackup
    from weetwie.settings import Settings

_SIGNS = {"good": "ok   ", "odd": "ODD  ", "wrong": "WRONG"}


def keeping(function: Callable[..., Coroutine[None, None, tuple[Json, str, int]]]) -> Callable[..., None]:
    """Makes a command of a coroutine that takes the settings, and gives what came of it: as data, as text, as an exit code."""

    @click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The data folder.")
    @click.option("--json", "speaks_json", is_flag=True, help="Answer as JSON.")
    @wraps(function)
    def command(*, data: Path | None, speaks_json: bool, **given: Option) -> None:
        from weetwie.errors import Refusal
        from weetwie.runtime import log
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
@keeping
async def doctor(settings: "Settings") -> tuple[Json, str, int]:
    """Check the installation and say what to do: database, disk, clock, addresses, secrets, waiting work.

    Exits with 6 if something is wrong; warnings do not count.
    """
    from weetwie.serve import doctor as doctors

    found = await doctors.safely(settings, os.environ)
    lines = [
        f"{_SIGNS[one.state]} {one.about:9} {one.what}" + (f"\n{'':16}{one.to_do}" if one.to_do else "")
        for one in found
    ]
    is_wrong = any(one.state == "wrong" for one in found)
    plain: dict[str, Json] = {
        "is_good": not is_wrong,
        "findings": [
            {"about": one.about, "state": one.state, "what": one.what, "to_do": one.to_do} for one in found
        ],
    }
    return plain, "\n".join(lines), EXIT["Unavailable"] if is_wrong else 0


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--verify", "only_verifies", is_flag=True, help="Only check that FILE is undamaged.")
@keeping
async def backup(settings: "Settings", file: Path, only_verifies: bool) -> tuple[Json, str, int]:
    """Write everything into one FILE (.tar): database and media. Works while Weetwie runs.

    The key that encrypts secrets is not in it: store a copy of the file `secret-key` from the data folder elsewhere. With
    --verify, FILE is only read; exits with 4 if anything in it is damaged.
    """
    from weetwie.serve import backup as backups, keys

    if only_verifies:
        return _told_of(file, backups.verify(file))
    manifest = await backups.make(settings, file)
    size = file.stat().st_size
    key = "WEETWIE_SECRET_KEY" if settings.secret_key else str(keys.place(settings))
    plain: dict[str, Json] = {
        "file": str(file),
        "bytes": size,
        "made_at": manifest.made_at.isoformat(),
        "key": key,
    }
    text = (
        f"{file}: {size / 1e6:.1f} MB. Keep it elsewhere, and safe: whoever has it can read what people wrote.\n"
        f"The key is not in it ({key}): keep a copy of that too, in another place. Without the key the backup can be "
        "restored, but one-time codes and the like have to be set up again."
    )
    return plain, text, 0


def _told_of(file: Path, found: "VerifiedBackup") -> tuple[Json, str, int]:
    files = found.manifest.files
    plain: dict[str, Json] = {
        "file": str(file),
        "made_at": found.manifest.made_at.isoformat(),
        "weetwie": found.manifest.weetwie,
        "is_whole": not found.damaged,
        "damaged": found.damaged,
        "has_checksums": files is not None,
    }
    if found.damaged:
        return plain, f"{file} is damaged. Not as it was made: {', '.join(found.damaged)}.", EXIT["Conflict"]
    looked = (
        f"all that is in it ({len(files)}) is as it was made"
        if files is not None
        else "it is of a release that wrote no checksums; all of it can be read"
    )
    return plain, f"{file}, made at {found.manifest.made_at:%Y-%m-%d %H:%M} UTC: {looked}.", 0


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option(
    "--erasures",
    "logs",
    multiple=True,
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="The erasures.log of the lost installation, if it is elsewhere. Can be given more than once.",
)
@click.option(
    "--key",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="The secret-key file of the installation the backup came from.",
)
@click.option("--without-damaged", is_flag=True, help="Skip damaged files and restore the rest.")
@keeping
async def restore(
    settings: "Settings", file: Path, logs: tuple[Path, ...], key: Path | None, without_damaged: bool
) -> tuple[Json, str, int]:
    """Restore a backup into an empty installation. People deleted since then are deleted again.

    All of FILE is checked before anything changes.
    """
    import msgspec

    from weetwie.cli.key import told_of_lost
    from weetwie.serve import restore as restoring

    restored = await restoring.restore(settings, file, list(logs), key, without_damaged=without_damaged)
    made_at, count = restored.manifest.made_at, restored.erased_again
    plain: dict[str, Json] = {
        "made_at": made_at.isoformat(),
        "weetwie": restored.manifest.weetwie,
        "erased_again": count,
        "left_out": restored.left_out,
        "lost": msgspec.to_builtins(restored.lost),
    }
    lines = [f"Everything is as it was at {made_at:%Y-%m-%d %H:%M} UTC. Erased again: {count}."]
    if restored.left_out:
        lines.append(f"Left out, for they are damaged: {', '.join(restored.left_out)}.")
    if restored.lost:
        lines.append(
            "The key that secrets in this backup were sealed with is not here. If you have it, restore once more into an empty "
            "data folder with --key FILE. Else:"
        )
        lines += told_of_lost(restored.lost)
    return plain, "\n".join(lines), 0
