"""Text in whatever encoding, read line by line."""

import io
import json
from collections.abc import Iterator

from weetwie.errors import Invalid
from weetwie.imports.sources.encoding import OTHER, encoding_of
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.pieces import ENDS, LARGEST, SKIPPED, UNREADABLE, JsonPiece


def lines(files: Files, name: str) -> Iterator[JsonPiece]:
    """A file with a value on each line. Raises nothing."""
    number = 0
    try:
        with files.open(name) as file:
            encoding = encoding_of(files.begin(name, 4))
            text = io.TextIOWrapper(file, encoding, OTHER, newline="\n")
            while line := text.readline(LARGEST):
                number += 1
                yield from _line(line, number)
    except GeneratorExit:
        raise
    except Exception as error:  # noqa: BLE001  what is packed wrongly fails in ways that no list of errors names
        damage = error.sentence if isinstance(error, Invalid) else ENDS if number else UNREADABLE
        yield JsonPiece((), number + 1, None, damage=damage)


def _line(line: str, number: int) -> Iterator[JsonPiece]:
    try:
        if bare := line.strip(" \t\r\n\ufeff\x00"):
            yield JsonPiece((), number, json.loads(bare, strict=False))
    except (ValueError, RecursionError):
        yield JsonPiece((), number, None, damage=SKIPPED)
