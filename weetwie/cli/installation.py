"""What a command that talks to the database is given: the database, who acts, and a way to say what came of it."""

import asyncio
import functools
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar, Union

import click

from weetwie.runtime.json import Json

if TYPE_CHECKING:
    from weetwie.access.viewer import Viewer
    from weetwie.context import Context, Site
    from weetwie.database.pool import Database, Db
    from weetwie.errors import Refusal
    from weetwie.settings import Settings

Option: TypeAlias = Union[None, bool, int, str, Path, datetime, "tuple[Option, ...]"]
"""What an option of a command gives."""
Command = TypeVar("Command", bound=Callable[..., None])

EXIT: Final = {"NotFound": 3, "Invalid": 4, "Conflict": 4, "Forbidden": 5, "Unavailable": 6, "NoSpace": 6}
"""What a refusal ends the program with; anything else that fails ends it with 1."""


@dataclass(frozen=True)
class Installation:
    database: "Database"
    viewer: "Viewer"
    speaks_json: bool
    data: Path | None = None
    """As given on the command line."""

    def context(self, db: "Db") -> "Context":
        """What a use case is given: whoever has the command line of the machine acts as the system."""
        from weetwie.context import Context

        return Context(db, self.viewer, self.site)

    @property
    def site(self) -> "Site":
        from weetwie.serve.site import site_of

        return site_of(settings_in(self.data))

    def say(self, found: Json, text: str) -> None:
        """What came of it: one line of JSON for programs, or a text for people."""
        click.echo(json.dumps(found, ensure_ascii=False, default=str) if self.speaks_json else text)


def in_house(function: Callable[..., Coroutine[None, None, None]]) -> Callable[..., None]:
    """Makes a command of a coroutine that takes the `Installation` first; adds `--data` and `--json`."""

    @click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="The data folder. Default: var/ in a checkout, else the user's data folder.",
    )
    @click.option("--json", "speaks_json", is_flag=True, help="Answer as JSON.")
    @functools.wraps(function)
    def command(*, data: Path | None, speaks_json: bool, **given: Option) -> None:
        from weetwie.errors import Refusal
        from weetwie.settings import SettingsError

        try:
            asyncio.run(_call(function, data, speaks_json, given))
        except Refusal as refusal:
            sys.exit(refuse(refusal, speaks_json))
        except SettingsError as error:
            raise click.UsageError(str(error)) from error

    return command


def refuse(refusal: "Refusal", speaks_json: bool) -> int:
    click.echo(json.dumps({"error": str(refusal)}) if speaks_json else str(refusal), err=True)
    kinds = (EXIT.get(kind.__name__) for kind in type(refusal).__mro__)
    return next((code for code in kinds if code), 1)


async def _call(
    function: Callable[..., Coroutine[None, None, None]],
    data: Path | None,
    speaks_json: bool,
    given: Mapping[str, Option],
) -> None:
    from weetwie.access import viewer as viewers
    from weetwie.access.authenticate import Memory

    async with opened(data) as database:
        async with database.reading() as db:
            viewer = viewers.system(await Memory().policy(db))
        await function(Installation(database, viewer, speaks_json, data), **given)


def settings_in(data: Path | None) -> "Settings":
    from weetwie.settings import read

    return read(os.environ, given={"data": data.absolute() if data else None})


@asynccontextmanager
async def opened(data: Path | None) -> "AsyncIterator[Database]":
    """The database of a data folder, whether the server runs or not; or the one that the settings name."""
    from weetwie import reactions
    from weetwie.database.pool import Database
    from weetwie.runtime import log
    from weetwie.serve.database import made_ready, running

    settings = settings_in(data)
    log.configure("warning", settings.log_format)
    async with running(settings) as dsn:
        await made_ready(settings, dsn)
        database = await Database.open(dsn, size=2)
        try:
            yield reactions.attach(database)
        finally:
            await database.close()
