"""XML as large as it may be, read piece by piece, without what a document may declare for itself. Pure.

What programs write that XML doesn't allow (signs of control, broken letters) is read past; where no more can be made of it, what was
read until there stands, and the rest is told.
"""

import codecs
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import IO, Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from weetwie.errors import Invalid, _
from weetwie.imports.sources.checked import NOT_READABLE
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Trouble

DECLARES: Final = _("This file defines entities of its own, so it wasn't read.")
_PIECE: Final = 1 << 18
_DEEPEST: Final = 200
_LARGEST: Final = 64 << 20
"""Characters of one element: more than a page has, and what memory allows."""
_ENCODING: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_NOT_ALLOWED: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]|&#(?:x0*(?:[0-8bcBC]|[01][0-9a-fA-F]|[fF]{3}[efEF]|[dD][89a-fA-F][0-9a-fA-F]{2})"
    "|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));"
)


class Row(Mapping[str, str]):
    """The attributes of an element, and the line on which it stands."""

    def __init__(self, tag: str, given: dict[str, str], line: int) -> None:
        self.tag = tag
        self.line = line
        self._given = given

    def __getitem__(self, name: str) -> str:
        return self._given[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


def rows(files: Files, name: str, tag: str) -> Iterator[Row | Trouble]:
    """Each `<row .../>`, wherever it stands."""
    found: list[Row] = []

    def prepare(parser: expat.XMLParserType) -> None:
        def begins(this: str, given: dict[str, str]) -> None:
            if this == tag:
                found.append(Row(this, given, parser.CurrentLineNumber))

        parser.StartElementHandler = begins

    for trouble in _parsed(files, name, prepare):
        yield from found
        found.clear()
        if trouble:
            yield trouble


def elements(files: Files, name: str, wanted: Collection[str]) -> Iterator[tuple[int, Element] | Trouble]:
    """Each element right below the root whose class is wanted, with all in it, and its line."""
    found: list[tuple[int, Element]] = []

    def prepare(parser: expat.XMLParserType) -> None:
        state = _Building(parser, found, wanted)
        parser.StartElementHandler = state.begins
        parser.EndElementHandler = state.ends
        parser.CharacterDataHandler = state.says

    for trouble in _parsed(files, name, prepare):
        yield from found
        found.clear()
        if trouble:
            yield trouble


class _Building:
    def __init__(
        self, parser: expat.XMLParserType, found: list[tuple[int, Element]], wanted: Collection[str]
    ) -> None:
        self._parser = parser
        self._found = found
        self._wanted = wanted
        self._depth = 0
        self._line = 0
        self._size = 0
        self._tree: TreeBuilder | None = None

    def begins(self, tag: str, given: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 2 and given.get("class", "") in self._wanted:
            self._tree, self._line, self._size = TreeBuilder(), self._parser.CurrentLineNumber, 0
        if self._tree is not None and self._depth <= _DEEPEST:
            self._tree.start(tag, given)

    def ends(self, tag: str) -> None:
        if self._tree is not None and self._depth <= _DEEPEST:
            element = self._tree.end(tag)
            if self._depth == 2:
                self._found.append((self._line, element))
                self._tree = None
        self._depth -= 1

    def says(self, text: str) -> None:
        if self._tree is not None and self._size < _LARGEST:
            self._size += len(text)
            self._tree.data(text)


def _parsed(
    files: Files, name: str, prepare: Callable[[expat.XMLParserType], None]
) -> Iterator[Trouble | None]:
    """A step for each piece of the file; the last may be what is wrong."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuses
    prepare(parser)
    try:
        with files.open(name) as file:
            for text in _texts(file):
                parser.Parse(text, False)
                yield None
        parser.Parse("", True)
        yield None
    except Invalid as refused:
        yield Trouble(name, f"line {parser.CurrentLineNumber}", refused.sentence, refused.values)
    except GeneratorExit:
        raise
    except Exception as error:  # noqa: BLE001  what is packed wrongly fails in ways that no list of errors names
        yield Trouble(name, f"line {parser.CurrentLineNumber}", NOT_READABLE, {"reason": str(error)})


def _refuses(*_declared: object) -> None:
    raise Invalid(DECLARES, field="file")


def _texts(file: IO[bytes]) -> Iterator[str]:
    """As text that XML allows; what may go on in the next piece waits for it."""
    raw = file.read(_PIECE)
    decoder = codecs.getincrementaldecoder(_encoding(raw))("replace")
    waiting, is_first = "", True
    while True:
        text = waiting + decoder.decode(raw, final=not raw)
        if is_first:
            text, is_first = text.lstrip("\ufeff \r\n\t"), not text
        cut = text.rfind("&", max(len(text) - 12, 0)) if raw else -1
        waiting = text[cut:] if cut >= 0 else ""
        yield _NOT_ALLOWED.sub("", text[:cut] if cut >= 0 else text)
        if not raw:
            return
        raw = file.read(_PIECE)


def _encoding(begin: bytes) -> str:
    """By the byte order mark, else as it says itself, else UTF-8."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if begin.startswith(mark):
            return encoding
    if begin[:2] == b"<\x00":
        return "utf-16-le"
    if begin[:2] == b"\x00<":
        return "utf-16-be"
    said = _ENCODING.match(begin.lstrip())
    name = said[1].decode().lower() if said else "utf-8"
    try:
        codecs.lookup(name)
    except LookupError:
        return "utf-8"
    return name if name.startswith(("iso-", "windows-", "latin")) else "utf-8"
