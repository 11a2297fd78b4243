"""The page `docs/commands.md`, made from the commands themselves: `python -m weetwie.cli.reference > docs/commands.md`."""

import inspect
import re
import sys
from collections.abc import Iterator

import click

from weetwie.cli import main

_HEAD = """\
# Commands

Every command takes `--help`; those that work on an installation take `--data DIR`, work while it serves, and most answer as JSON with
`--json`. What they are for, and in which order: [admin.md](admin.md), [imports.md](imports.md), [bring-along.md](bring-along.md),
[who-knows.md](who-knows.md), [works-council.md](works-council.md).

Made from the commands by `python -m weetwie.cli.reference > docs/commands.md`.
"""
_EVERYWHERE = {"--data", "--json", "--help"}


def reference() -> str:
    lines = [_HEAD, *_ends()]
    with click.Context(main, info_name="weetwie") as context:
        for name in main.list_commands(context):
            command = main.get_command(context, name)
            assert command is not None
            lines += _command(command, f"weetwie {name}", context)
    return "\n".join(lines).rstrip() + "\n"


def _ends() -> Iterator[str]:
    """What a command ends with, as `weetwie --help` tells it."""
    yield "## What a command ends with\n"
    yield "| Code | |\n|---|---|"
    for code, what in re.findall(r"^ +(\d)  (.+)$", main.help or "", re.MULTILINE):
        yield f"| {code} | {what} |"
    yield ""


def _command(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    with click.Context(command, info_name=name.rpartition(" ")[2], parent=parent) as context:
        if isinstance(command, click.Group):
            yield f"## {name}\n\n{_text(command)}\n"
            for inner in sorted(command.commands):
                yield from _command(command.commands[inner], f"{name} {inner}", context)
            return
        pieces = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
        level = "###" if isinstance(parent.command, click.Group) and parent.parent else "##"
        yield f"{level} {' '.join([name, *pieces])}\n\n{_text(command)}\n"
        options = list(_options(command, context))
        if options:
            yield "\n".join(["| Option | |", "|---|---|", *options, ""])


def _text(command: click.Command) -> str:
    words = inspect.cleandoc((command.help or "").replace("\b\n", ""))
    return re.sub(r"(?<!\n)\n(?!\n)", " ", words)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for option in command.params:
        told = option.get_help_record(context) if isinstance(option, click.Option) else None
        if told and not _EVERYWHERE & set(option.opts):
            names, what = told
            yield f"| `{names.replace('|', '&#124;')}` | {' '.join(what.split()).replace('|', '&#124;')} |"


if __name__ == "__main__":
    sys.stdout.write(reference())
