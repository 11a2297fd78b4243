"""The objects of a JSON file, whether it is one, a list, lines of them, or a page of results that holds a list. Pure."""

from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Trouble
from weetwie.imports.sources.pieces import pieces

_MOST_BESIDE = 10_000
"""Elements of lists that nobody asked for, kept for the object that they are in."""


class JsonObject(msgspec.Struct, frozen=True):
    list: str
    """What the list is called that it is in; empty where it is in none that has a name."""
    place: str
    value: dict[str, Any]


def objects(files: Files, name: str, lists: Collection[str]) -> Iterator[JsonObject | Trouble]:
    """Those in the lists that are named come one by one; what is around them comes as one object, without them."""
    beside: dict[str, list[Any]] = {}
    for piece in pieces(files, name):
        if piece.damage:
            yield piece.trouble(name)
        elif not piece.path:
            if isinstance(piece.value, dict):
                yield JsonObject("", piece.place, {**piece.value, **beside})
            beside = {}
        elif piece.path[0] in lists and isinstance(piece.value, dict):
            yield JsonObject(piece.path[0], piece.place, piece.value)
        elif len(kept := beside.setdefault(piece.path[0], [])) < _MOST_BESIDE:
            kept.append(piece.value)
