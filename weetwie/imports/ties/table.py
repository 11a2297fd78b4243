"""Tables as CSV: read under limits, written so that no program that opens them takes a cell for a formula. Pure."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec

from weetwie.errors import Invalid, _
from weetwie.imports import table

LARGEST: Final = 20 << 20
MOST_ROWS: Final = 20_000
_LONGEST_CELL: Final = 10_000

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_QUOTED_FORMULA: Final = re.compile(r"'+[=+\-@\t\r]")


class TableLine(msgspec.Struct, frozen=True):
    number: int
    cells: tuple[str, ...]


def read(content: bytes, heads: Collection[str] = ()) -> list[TableLine]:
    """The lines that hold something; `heads` are what columns may be called, in small letters. Raises Invalid."""
    if len(content) > LARGEST:
        raise Invalid(_("This file is larger than {most} MB."), field="file", most=LARGEST >> 20)
    found = table.read(content, lambda cell: cell.lower() if cell.lower() in heads else "")
    lines: list[TableLine] = []
    for row in found.rows():
        if not isinstance(row, table.TableRow) or any(len(cell) > _LONGEST_CELL for cell in row.cells):
            raise Invalid(
                _("Line {line} of this file can't be read. Is it a CSV file?"), field="file", line=row.number
            )
        lines.append(TableLine(row.number, tuple(bare(cell) for cell in row.cells)))
        if len(lines) > MOST_ROWS:
            raise Invalid(_("This file has more than {most} rows."), field="file", most=MOST_ROWS)
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
