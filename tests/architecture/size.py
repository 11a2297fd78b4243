"""Lists what has outgrown the size guide, and the figures of the whole; fails nothing. Run by `bin/check`.

With a folder that holds another state of `weetwie/`, its figures stand beside those of now.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.figures import TARGETS, figures
from tests.architecture.source import Function, Source, sources

FILE, FUNCTION, PARAMETERS = 300, 40, 5
"""Where to think again (docs/architecture.md, section 8)."""

GIVEN = {"self", "cls", "db", "viewer"}


def outgrown(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > FILE:
        yield f"{source.path}: {lines} lines"
    for function in source.functions:
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > FUNCTION:
            yield f"{source.path}:{function.lineno} {function.name}: {length} lines"
        if (count := _parameters(function)) > PARAMETERS:
            yield f"{source.path}:{function.lineno} {function.name}: {count} parameters"


def _parameters(function: Function) -> int:
    named = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return len([argument for argument in named if argument.arg not in GIVEN])


def table(before: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    for name, target in TARGETS.items():
        yield f"{name:<24}{before.get(name, ''):>10}{now[name]:>10}   aim: {target}"


def main() -> None:
    now = sources()
    if found := [line for source in now for line in outgrown(source)]:
        print("Think again about (a guide, not a fault):", *found, sep="\n    ")
    before = figures(sources(Path(sys.argv[1]))) if sys.argv[1:] else {}
    print(*table(before, figures(now)), sep="\n")


if __name__ == "__main__":
    main()
