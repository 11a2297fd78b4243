"""Tables as large as they may be, row by row, whose cells may hold whole texts and whose headings may come more than once. Pure."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from weetwie.errors import Invalid
from weetwie.imports.sources.checked import NOT_READABLE
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Trouble

_LARGEST: Final = 16 << 20
_MARKS: Final = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')
csv.field_size_limit(max(csv.field_size_limit(), _LARGEST))


class CsvRow(msgspec.Struct, frozen=True):
    line: int
    cells: list[tuple[str, str]]
    """Each heading with what stands below it; those that are empty are left out."""

    def first(self, *headings: str) -> str:
        """The first cell of a heading that holds something."""
        for wanted in headings:
            for heading, cell in self.cells:
                if heading == wanted:
                    return cell
        return ""

    def all(self, heading: str) -> list[str]:
        return [cell for one, cell in self.cells if one == heading]


def csv_rows(files: Files, name: str) -> Iterator[CsvRow | Trouble]:
    """Below a first line of headings, which are given in small letters."""
    line = 1
    try:
        with files.open(name) as file:
            begin = file.peek(1 << 16)[: 1 << 16]  # type: ignore[attr-defined]
            text = io.TextIOWrapper(file, _encoding(begin), errors="replace", newline="")
            first = begin.decode(_encoding(begin), "ignore").partition("\n")[0]
            reader = csv.reader((part.replace("\x00", "") for part in text), delimiter=_separator(first))
            heads = [head.strip().lower() for head in next(reader, [])]
            line = reader.line_num + 1
            for row in reader:
                cells = [(head, cell) for head, cell in zip(heads, row, strict=False) if cell.strip()]
                if cells:
                    yield CsvRow(line, cells)
                line = reader.line_num + 1
    except Invalid as refused:
        yield Trouble(name, f"line {line}", refused.sentence, refused.values)
    except GeneratorExit:
        raise
    except Exception as error:  # noqa: BLE001  what is packed wrongly fails in ways that no list of errors names
        yield Trouble(name, f"line {line}", NOT_READABLE, {"reason": str(error)})


def _encoding(begin: bytes) -> str:
    """UTF-8 where it is; a sign that is cut at the end of what was looked at tells nothing."""
    for mark, encoding in _MARKS:
        if begin.startswith(mark):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(begin)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _separator(first: str) -> str:
    bare = _QUOTED.sub("", first)
    return max(",;\t|", key=bare.count)
