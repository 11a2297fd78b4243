"""Lists what has outgrown the size guide; fails nothing. Run by `bin/check`."""

from collections.abc import Iterator

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


def main() -> None:
    found = [line for source in sources() for line in outgrown(source)]
    if found:
        print("Think again about (a guide, not a fault):", *found, sep="\n    ")


if __name__ == "__main__":
    main()
