"""Tables as any program writes them: bytes to text, to a separator, to rows, by one reader for people, contacts and ties. Pure.

The encoding is that of a byte order mark, else UTF-8 where the bytes are, else Windows-1252, line by line. The separator is
the one by which a line of headings is known, tried on whole rows, so that none within quotation marks counts.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

import msgspec

from weetwie.errors import Invalid, _
from weetwie.imports.lines import LONGEST, BadLine

SEPARATORS: Final = (",", ";", "\t", "|")
NAMES: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
UNPAIRED: Final = "quotation marks that do not pair; the line was read by itself"
_MOST_LINES: Final = 200
"""That one row may run over; a quotation mark that is never closed swallows no more than its own line."""
_LOOKED_AT: Final = 20
"""Rows above which the headings stand, below notes and titles."""
_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?[,;\t|]*', re.IGNORECASE | re.DOTALL)
_OPENED: Final = re.compile(r' *"')
_AS_TEXT: Final = re.compile(r'="([^"]*)"|=HYPERLINK\("([^"]*)"(?:[,;]\s*"([^"]*)")?\)', re.IGNORECASE)


class TableRow(msgspec.Struct, frozen=True):
    number: int
    """The line on which it begins."""
    cells: tuple[str, ...]
    note: str = ""
    """What could not be read as it stands."""


class Table(msgspec.Struct, frozen=True):
    encoding: str
    separator: str
    head: TableRow | None
    """The headings, where a row holds any that are known."""
    lines: list[str]
    start: int

    def rows(self) -> Iterator[TableRow | BadLine]:
        """All that hold something, the headings and what stands above them too."""
        return _rows(self.lines, self.separator, self.start)

    def below(self) -> Iterator[TableRow | BadLine]:
        """The rows below the headings."""
        first = self.head.number if self.head else 0
        return (row for row in self.rows() if row.number > first)


def read(content: bytes, knows: Callable[[str], object]) -> Table:
    """`knows` gives for a heading what it stands for, or something empty. Raises Invalid for what is no table."""
    if content.startswith(_WORKBOOKS):
        raise Invalid(_("This is a spreadsheet file. Save it as CSV and try again."), field="file")
    text, encoding = decoded(content)
    lines = list(io.StringIO(text, newline=""))
    start, said = _told_separator(lines)
    tried = [_tried(lines, start, separator, knows) for separator in ((said,) if said else SEPARATORS)]
    _score, separator, head = max(tried, key=lambda one: one[0])
    return Table(encoding, separator, head, lines, start)


def decoded(content: bytes) -> tuple[str, str]:
    """The text, and by which encoding. What cannot be in a database is left out."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    if encoding or (encoding := _without_mark(content)):
        text = content.decode(encoding, "replace").replace("\ufffe", "")
        name = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be").upper()
        return text.replace("\x00", ""), name
    try:
        return content.decode().replace("\x00", ""), "UTF-8"
    except UnicodeDecodeError:
        lines = [_line(line) for line in content.split(b"\n")]
    is_mixed = any(is_utf8 and not text.isascii() for text, is_utf8 in lines)
    text = "\n".join(text for text, _is_utf8 in lines)
    return text.replace("\x00", ""), "UTF-8 and Windows-1252" if is_mixed else "Windows-1252"


def line_of(content: bytes) -> str:
    """What is not UTF-8 is Windows-1252."""
    return _line(content)[0]


def _line(content: bytes) -> tuple[str, bool]:
    try:
        return content.decode(), True
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), False


def _without_mark(content: bytes) -> str:
    """UTF-16 of mostly Latin letters shows by its zeros."""
    begin = content[: 1 << 12]
    for encoding, at in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = begin[at::2].count(0)
        if len(begin) >= 4 and zeros * 3 > len(begin) and not begin[1 - at :: 2].count(0):
            return encoding
    return ""


def _told_separator(lines: list[str]) -> tuple[int, str]:
    """Excel may say in a first line what separates the cells."""
    for at, line in enumerate(lines[:_LOOKED_AT]):
        if line.strip():
            said = _SEPARATOR_LINE.fullmatch(line.rstrip("\r\n"))
            return (at + 1, said[1]) if said else (0, "")
    return 0, ""


def _tried(
    lines: list[str], start: int, separator: str, knows: Callable[[str], object]
) -> tuple[tuple[int, bool, bool], str, TableRow | None]:
    """How well a separator fits: how many headings it shows, whether all marks pair, whether there is more than one column."""
    rows = [row for row in islice(_rows(lines, separator, start), _LOOKED_AT) if isinstance(row, TableRow)]
    known = [len({what for cell in row.cells if (what := knows(cell))}) for row in rows]
    most = max(known, default=0)
    fits = (most, not any(row.note for row in rows), bool(rows) and all(len(row.cells) > 1 for row in rows))
    return fits, separator, rows[known.index(most)] if most else None


def _rows(lines: list[str], separator: str, start: int) -> Iterator[TableRow | BadLine]:
    at = start
    while at < len(lines):
        number, line, note = at + 1, lines[at], ""
        if len(line) > LONGEST:
            yield BadLine(number, f"longer than {LONGEST:,} characters")
            at += 1
            continue
        # More lines are given than one, for cells may hold line breaks.
        reader = csv.reader(
            lines[at : at + _MOST_LINES], delimiter=separator, strict=True, skipinitialspace=True
        )
        try:
            cells = next(reader)
            at += reader.line_num
        except csv.Error:
            cells, note = _by_itself(line.rstrip("\r\n"), separator), UNPAIRED
            at += 1
        bare = tuple(_bare(cell) for cell in cells)
        if any(bare):
            yield TableRow(number, bare, note)


def _by_itself(line: str, separator: str) -> list[str]:
    """A line whose marks do not pair: one that opens a cell is closed by the first that stands before a separator."""
    cells, at = [], 0
    closing = re.compile(rf'" *(?:{re.escape(separator)}|\Z)')
    is_closed = True
    while at <= len(line):
        opened = _OPENED.match(line, at)
        # Where nothing closes this one, nothing closes those behind it.
        closed = closing.search(line, opened.end()) if opened and is_closed else None
        if closed:
            cells.append(line[opened.end() : closed.start()].replace('""', '"'))  # type: ignore[union-attr]
            at = closed.end() if closed[0].endswith(separator) else len(line) + 1
            continue
        is_closed = is_closed and not opened
        end = line.find(separator, at)
        end = end if end >= 0 else len(line)
        cells.append(line[at:end])
        at = end + 1
    return cells


def _bare(cell: str) -> str:
    """Without blanks around it, and without the formula by which a spreadsheet keeps a number as text, or shows a link."""
    text = cell.strip()
    as_text = _AS_TEXT.fullmatch(text)
    return next(filter(None, reversed(as_text.groups())), "").strip() if as_text else text
