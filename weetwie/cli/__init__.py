"""The command line. Each command is one line in `COMMANDS`, and is imported when it is called."""

import atexit
import gc
import importlib
from typing import Final

import click

from weetwie import __version__

COMMANDS: Final = {
    "announce": "weetwie.cli.announce:announce",
    "audit": "weetwie.cli.audit:audit",
    "backup": "weetwie.cli.keep:backup",
    "directory": "weetwie.cli.directory:directory",
    "doctor": "weetwie.cli.keep:doctor",
    "emoji": "weetwie.cli.policy:emoji",
    "export": "weetwie.cli.ties:export",
    "evaluate": "weetwie.cli.evaluate:evaluate",
    "import": "weetwie.cli.imports:imports",
    "key": "weetwie.cli.key:key",
    "migrate": "weetwie.cli.serve:migrate",
    "person": "weetwie.cli.person:person",
    "policy": "weetwie.cli.policy:policy",
    "report": "weetwie.cli.report:report",
    "restore": "weetwie.cli.keep:restore",
    "sample": "weetwie.cli.sample:sample",
    "scim": "weetwie.cli.scim:scim",
    "serve": "weetwie.cli.serve:serve",
    "token": "weetwie.cli.token:token",
    "work": "weetwie.cli.serve:work",
}


_NEW_OBJECTS: Final = 200_000
"""After so many more objects garbage is looked for. With Python's own 700 that took a seventh of a short command
(docs/capacity.md), which ends before garbage matters. Servers look more often (`serve/process.py`)."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        gc.set_threshold(_NEW_OBJECTS)
        atexit.register(gc.freeze)  # Python looks for garbage several times when it ends: now among nothing
        module, _colon, name = place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="weetwie")
def main() -> None:
    """A microblog for organisations that knows who knows what, and who may see it.

    \b
    What a command ends with:
      0  done
      1  something went wrong on our side
      2  the command was not understood
      3  the person or thing was not found
      4  the input is wrong, or conflicts with what is there
      5  this is not allowed
      6  something this needs does not work: the database, the disk
    """
