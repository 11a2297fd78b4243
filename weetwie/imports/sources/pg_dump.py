"""The rows of tables in a dump that pg_dump wrote as text (`COPY ... FROM stdin`). Pure."""

import re
from collections.abc import Collection, Iterator
from typing import Final

import msgspec

from weetwie.errors import Invalid
from weetwie.imports.sources.checked import NO_RECORD, NOT_READABLE
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Trouble

_COPY: Final = re.compile(rb'COPY (?:"?\w+"?\.)?"?(\w+)"? \(([^()]*)\) FROM stdin;')
_LONGEST: Final = 32 << 20
_ESCAPE: Final = re.compile(r"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class DumpRow(msgspec.Struct, frozen=True):
    table: str
    line: int
    values: dict[str, str | None]


def table_rows(files: Files, name: str, wanted: Collection[str]) -> Iterator[DumpRow | Trouble]:
    """Of the tables that are wanted, in the order of the dump."""
    number = 0
    table, columns = "", list[str]()
    try:
        with files.open(name) as file:
            while line := file.readline(_LONGEST):
                number += 1
                if not columns:
                    if line.startswith(b"COPY ") and (found := _COPY.match(line)):
                        table = found[1].decode()
                        columns = [one.strip(' "') for one in found[2].decode("utf-8", "replace").split(",")]
                elif line.rstrip(b"\r\n") == b"\\.":
                    columns = []
                elif table in wanted:
                    cells = line.decode("utf-8", "replace").rstrip("\n").split("\t")
                    if len(cells) != len(columns):
                        yield Trouble(name, f"line {number}", NO_RECORD)
                    else:
                        yield DumpRow(table, number, dict(zip(columns, map(_value, cells), strict=True)))
    except Invalid as refused:
        yield Trouble(name, f"line {number + 1}", refused.sentence, refused.values)
    except GeneratorExit:
        raise
    except Exception as error:  # noqa: BLE001  what is packed wrongly fails in ways that no list of errors names
        yield Trouble(name, f"line {number + 1}", NOT_READABLE, {"reason": str(error)})


def _value(cell: str) -> str | None:
    if "\\" not in cell:
        return cell
    return None if cell == "\\N" else _ESCAPE.sub(_meant, cell)


def _meant(found: re.Match[str]) -> str:
    sign = found[1]
    if sign[0] == "x" and len(sign) > 1:
        return chr(int(sign[1:], 16))
    if sign.isascii() and sign.isdigit():
        return chr(int(sign, 8) & 0xFF)
    return _ESCAPES.get(sign, sign)
