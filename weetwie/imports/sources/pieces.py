"""JSON as large as it may be, one value at a time; what is damaged is told, and what stands behind it is read where that is possible.

The elements of an array are given one by one, also where it is in an object (`[..]`, `{"value": [..]}`), and so are several values
one after the other. What lies deeper is gone into only where a reader asks for it.
"""

import codecs
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any, Final, NamedTuple

from weetwie.errors import Invalid, _
from weetwie.imports.sources.encoding import OTHER, encoding_of
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Trouble

_CHUNK: Final = 1 << 20
LARGEST: Final = 64 << 20
"""Characters of one value: far more than a message or a channel has, and what memory allows."""
_NEAR: Final = 16
"""A fault this near to the end of what was read may only be where the reading stopped."""
_BLANKS: Final = re.compile(r"[\s\ufeff\x00]*")
_MARKS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]', re.DOTALL)

_TAIL: Final = 2
"""Signs behind a number that may still be its own: `e+`."""

SKIPPED: Final = _("This isn't proper JSON, so it was skipped.")
ENDS: Final = _("The file is damaged here or ends too early, so the rest of it wasn't read.")
UNREADABLE: Final = _("This file is damaged or has a password, so it wasn't read.")


class JsonPiece(NamedTuple):
    path: tuple[str, ...]
    """The names of the objects and arrays that it lies in."""
    number: int
    """Which of its array it is, from 1; of the values one after the other for what lies in no array."""
    value: Any
    within: Mapping[str, Any] = {}
    """What was read so far of the object that its array lies in."""
    damage: str = ""
    """What is wrong with it; then there is no value."""
    is_rest: bool = False
    """It is what an object that was gone into has besides."""

    @property
    def place(self) -> str:
        return f"{'.'.join((*self.path, ''))}{self.number}"

    def trouble(self, file: str) -> Trouble:
        return Trouble(file, self.place, self.damage)


class _Ended(Exception):
    """Nothing more can be read."""


def pieces(files: Files, name: str, into: Collection[str] = ()) -> Iterator[JsonPiece]:
    """The values of a file. Objects in the arrays called `into` are gone into: the elements of their arrays are given one by one.

    Of an object that was gone into, what else it has comes as a last piece of its own. Raises nothing.
    """
    number = 0
    text: _Text | None = None
    try:
        with files.open(name) as file:
            text = _Text(file)
            while text.peek():
                number += 1
                yield from _walk(text, (), number, frozenset(into))
                if text.peek() == ",":
                    text.at += 1
    except _Ended:
        assert text is not None, "only what is read can end"
        yield JsonPiece(text.path, text.number, None, damage=ENDS)
    except Invalid as refused:
        yield JsonPiece((), number, None, damage=refused.sentence)
    except GeneratorExit:
        raise
    except Exception:  # noqa: BLE001  what is packed wrongly fails in ways that no list of errors names
        yield JsonPiece((), number, None, damage=UNREADABLE)


def _walk(text: "_Text", path: tuple[str, ...], number: int, into: frozenset[str]) -> Iterator[JsonPiece]:
    first = text.peek()
    if first == "{":
        yield from _members(text, path, number, into)
    elif first == "[":
        yield from _elements(text, path, into, {})
    else:
        yield _one(text, path, number, {})


def _elements(
    text: "_Text", path: tuple[str, ...], into: frozenset[str], within: Mapping[str, Any]
) -> Iterator[JsonPiece]:
    text.at += 1
    number = 0
    goes_on = bool(path) and path[-1] in into
    while (sign := text.peek()) != "]":
        if sign == ",":
            text.at += 1
            continue
        number += 1
        if goes_on and sign == "{":
            yield from _members(text, path, number, into)
        else:
            yield _one(text, path, number, within)
    text.at += 1


def _members(text: "_Text", path: tuple[str, ...], number: int, into: frozenset[str]) -> Iterator[JsonPiece]:
    text.at += 1
    read: dict[str, Any] = {}
    while (sign := text.peek()) != "}":
        if sign == ",":
            text.at += 1
            continue
        try:
            key = text.value()
        except (ValueError, RecursionError) as error:
            raise _Ended from error
        if not isinstance(key, str) or text.peek() != ":":
            raise _Ended
        text.at += 1
        if text.peek() == "[":
            yield from _elements(text, (*path, key), into, read)
        else:
            one = _one(text, (*path, key), number, read)
            read[key] = one.value
            if one.damage:
                yield one
    text.at += 1
    yield JsonPiece(path, number, read, read, is_rest=True)


def _one(text: "_Text", path: tuple[str, ...], number: int, within: Mapping[str, Any]) -> JsonPiece:
    text.path, text.number = path, number
    try:
        return JsonPiece(path, number, text.value(), within)
    except (ValueError, RecursionError):
        text.skip()
        return JsonPiece(path, number, None, within, SKIPPED)


class _Text:
    """What was read of a file and not yet given."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder: codecs.IncrementalDecoder | None = None
        self._decode = json.JSONDecoder(strict=False).raw_decode
        self._is_whole = False
        self.read = ""
        self.at = 0
        self.path: tuple[str, ...] = ()
        self.number = 1
        """Of the value that was begun last."""

    def peek(self) -> str:
        """The next sign that is no blank; empty at the end."""
        while True:
            self.at = _BLANKS.match(self.read, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.read):
                return self.read[self.at]
            if not self._more():
                return ""

    def value(self) -> Any:
        """Raises ValueError or RecursionError for what is none."""
        if not self.peek():
            raise _Ended
        while True:
            try:
                value, end = self._decode(self.read, self.at)
                # A number may go on behind what was read, with a point or an exponent.
                is_closed = self.read[end - 1] in '"]}'
                length = end - self.at
                if is_closed or end + _TAIL < len(self.read) or not self._more():
                    self.at += length  # reading on has moved what was read
                    return value
            except json.JSONDecodeError as error:
                is_cut = error.pos > len(self.read) - _NEAR or error.msg.startswith("Unterminated")
                if not is_cut or len(self.read) - self.at > LARGEST or not self._more():
                    raise

    def skip(self) -> None:
        """Past a value that cannot be read. Raises _Ended where its end isn't found."""
        begin = self.at
        while True:
            depth = 0
            for mark in _MARKS.finditer(self.read, begin):
                sign = mark[0][0]
                if sign == '"' and (len(mark[0]) < 2 or not mark[0].endswith('"')):
                    break  # it goes on beyond what was read
                depth += (sign in "[{") - (sign in "]}")
                if depth < 0 or (depth == 0 and sign == ","):
                    self.at = mark.start()
                elif depth == 0:
                    self.at = mark.end()
                else:
                    continue
                if self.at == begin:
                    raise _Ended
                return
            if len(self.read) - begin > LARGEST or not self._more():
                raise _Ended
            begin = self.at

    def _more(self) -> bool:
        """Reads on, each time as much as there is, so that a large value is not tried too often. False at the end."""
        if self._is_whole:
            return False
        raw = self._file.read(max(_CHUNK, len(self.read) - self.at))
        if self._decoder is None:
            self._decoder = codecs.getincrementaldecoder(encoding_of(raw))(errors=OTHER)
        self._is_whole = not raw
        text = self._decoder.decode(raw, final=not raw)
        self.read = self.read[self.at :] + text
        self.at = 0
        return bool(text) or not self._is_whole
