"""Tables as CSV: read under limits, written so that no program that opens them takes a cell for a formula. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from weetwie.errors import Invalid, _

LARGEST: Final = 20 << 20
MOST_ROWS: Final = 20_000
_LONGEST_CELL: Final = 10_000

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_QUOTED_FORMULA: Final = re.compile(r"'+[=+\-@\t\r]")


class Line(msgspec.Struct, frozen=True):
    number: int
    cells: tuple[str, ...]


def read(content: bytes) -> list[Line]:
    """The lines that hold something. Raises Invalid."""
    if len(content) > LARGEST:
        raise Invalid(_("This file is larger than {most} MB."), field="file", most=LARGEST >> 20)
    text = _text(content)
    first = text.partition("\n")[0]
    delimiter = ";" if ";" in first and not {",", '"'} & set(first) else ","
    lines: list[Line] = []
    # One field may hold line breaks: what counts is the line that it ends on.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if any(len(cell) > _LONGEST_CELL for cell in cells):
                raise csv.Error("a cell is too long")
            lines.append(Line(reader.line_num, tuple(bare(cell.strip()) for cell in cells)))
            if len(lines) > MOST_ROWS:
                raise Invalid(_("This file has more than {most} lines."), field="file", most=MOST_ROWS)
    except csv.Error as error:
        raise Invalid(
            _("Line {line} of this file cannot be read. Is it a CSV file?"),
            field="file",
            line=reader.line_num,
        ) from error
    return lines


def written(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(
        [safe(_with_plain_breaks(cell)) for cell in row] for row in rows
    )
    return out.getvalue().encode()


def _with_plain_breaks(cell: str) -> str:
    """The library quotes no cell for a carriage return alone, and reads a new line in it."""
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def safe(cell: str) -> str:
    """With a mark in front where a spreadsheet would calculate it; one that bears such a mark already gets another."""
    return "'" + cell if _FORMULA.match(cell) else cell


def bare(cell: str) -> str:
    """Takes back what `safe` did."""
    return cell[1:] if _QUOTED_FORMULA.match(cell) else cell


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Invalid(
            _("Line {line} of this file is not in UTF-8. Save it as CSV in UTF-8 and try again."),
            field="file",
            line=line,
        ) from error
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise Invalid(
            _("Line {line} of this file cannot be read. Is it a CSV file?"), field="file", line=line
        )
    return text
