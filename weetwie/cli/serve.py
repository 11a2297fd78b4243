"""Running Weetwie: serve, the worker alone, and bringing the database up to date."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from weetwie.settings import Settings

_DATA = click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The data folder.")
_CONFIG = click.option(
    "--config",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="Settings file (TOML).",
)


def _with_settings(function: Callable[..., None]) -> Callable[..., None]:
    """Gives the settings; a wrong setting ends the program with 2, a refusal as in every command."""

    @_DATA
    @_CONFIG
    @wraps(function)
    def command(*, config: Path | None, **given: Path | str | int | bool | None) -> None:
        flags = {name: given.pop(name) for name in list(given) if isinstance(given[name], bool)}
        from weetwie.cli.installation import refuse
        from weetwie.errors import Refusal
        from weetwie.runtime import log
        from weetwie.settings import SettingsError, read

        try:
            serves = function.__name__ == "serve"
            settings = read(os.environ, config=config, given=given, serves=serves)
        except SettingsError as error:
            click.echo(str(error), err=True)
            sys.exit(2)
        log.configure(settings.log_level, settings.log_format)
        try:
            function(settings, **flags)
        except Refusal as refusal:
            sys.exit(refuse(refusal, speaks_json=False))

    return command


def _say(sentence: str) -> None:
    click.echo(sentence)
    sys.stdout.flush()


@click.command()
@_with_settings
def migrate(settings: "Settings") -> None:
    """Update the database. `serve` and `work` do so too; use this before you roll out a new release."""
    from weetwie.serve import program

    _say(
        "The database is now up to date."
        if program.migrate(settings)
        else "The database was already up to date."
    )


@click.command()
@_with_settings
def work(settings: "Settings") -> None:
    """Run background jobs without answering requests: on further machines, beside `serve`."""
    from weetwie.serve import program

    program.work(settings, _say)


@click.command()
@click.option("--host", help="The address to listen on. Default: 127.0.0.1.")
@click.option("--port", help="The port to listen on. Default: 8080.")
@click.option("--workers", help="Processes that answer requests. Default: 1.")
@click.option("--sample", "with_sample", is_flag=True, help="Load the sample company; see `weetwie sample`.")
@_with_settings
def serve(settings: "Settings", *, with_sample: bool) -> None:
    """Run Weetwie until Ctrl-C or SIGTERM."""
    from weetwie.serve import program

    program.serve(settings, _say, with_sample=with_sample)
