"""People from a table (CSV with whatever separator and headings) or from lines of JSON."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

import msgspec

from weetwie.imports.lines import LONGEST, Bad, Line
from weetwie.imports.records import PersonRecord, Who, Wrong, clean, key, moment

_HEADINGS: Final[Mapping[str, str]] = {
    heading: field
    for field, headings in {
        "id": "id key number employeeid employeenumber personnelnumber personid userid",
        "name": "name fullname displayname",
        "first": "first firstname givenname",
        "last": "last lastname surname familyname",
        "handle": "handle username user login nick nickname account",
        "email": "email mail emailaddress address",
        "unit": "unit department dept team group division orgunit organisationunit organizationunit",
        "place": "place location office site city",
        "manager": "manager managerid boss supervisor reportsto lead",
        "languages": "languages language lang langs speaks",
        "joined": "joined joinedat joindate start startdate hired hiredate since",
        "bio": "bio about description",
        "pronouns": "pronouns",
    }.items()
    for heading in headings.split()
}
_NOT_A_LETTER: Final = re.compile(r"[^a-z]")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE | re.ASCII)
_ADDRESS: Final = re.compile(r"[^@\s]{1,128}@[^@\s]{1,250}")
_MOST_LINES: Final = 50
"""That one row of a table may run over; a quote that is never closed swallows no more than its own line."""


def people(lines: Iterable[Line | Bad]) -> Iterator[PersonRecord | Bad]:
    """One record a line of JSON or a row of the table; which of the two it is, the first line says."""
    source = iter(lines)
    for first in source:
        if isinstance(first, Bad):
            yield first
            continue
        waiting = deque[Line | Bad]([first])
        is_json = first.data.lstrip().startswith(b"{")
        yield from _from_json(chain(waiting, source)) if is_json else _from_table(waiting, source)
        return


def _from_json(lines: Iterator[Line | Bad]) -> Iterator[PersonRecord | Bad]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    for line in lines:
        if isinstance(line, Bad):
            yield line
            continue
        try:
            yield _record(line.number, _named(decode(line.data).items()))
        except (msgspec.MsgspecError, UnicodeError, RecursionError, Wrong) as error:
            yield Bad(line.number, str(error))


def _from_table(waiting: deque[Line | Bad], source: Iterator[Line | Bad]) -> Iterator[PersonRecord | Bad]:
    fields: list[str] | None = None
    separator = ","
    for row in _rows(waiting, source):
        if isinstance(row, Bad):
            yield row
            continue
        number, text = row
        if fields is None:
            separator = max(",;\t", key=text.count)
            fields = _headings(text, separator)
            if not {"id", "handle", "email"} & set(fields):
                yield Bad(number, "the first line must name the columns; one of them id, handle or email")
                return
            continue
        try:
            yield _record(number, _filled(fields, _cells(text, separator)))
        except (csv.Error, Wrong) as error:
            yield Bad(number, str(error))


def _rows(waiting: deque[Line | Bad], source: Iterator[Line | Bad]) -> Iterator[tuple[int, str] | Bad]:
    """Rows of a table: lines are put together while a quote is open."""
    while line := _next(waiting, source):
        if isinstance(line, Bad):
            yield line
            continue
        taken, data = _whole_row(line, waiting, source)
        if data.count(b'"') % 2:
            waiting.extendleft(reversed(taken[1:]))
            yield Bad(line.number, "a quote is opened and not closed")
            continue
        try:
            yield line.number, data.decode()
        except UnicodeDecodeError as error:
            yield Bad(line.number, f"not UTF-8: {error.reason} at byte {error.start + 1}")


def _whole_row(
    first: Line, waiting: deque[Line | Bad], source: Iterator[Line | Bad]
) -> tuple[list[Line], bytes]:
    taken, data = [first], first.data
    while data.count(b'"') % 2 and len(taken) < _MOST_LINES and len(data) < LONGEST:
        more = _next(waiting, source)
        if not isinstance(more, Line):
            waiting.extendleft([more] if more else [])
            break
        taken.append(more)
        data += more.data
    return taken, data


def _next(waiting: deque[Line | Bad], source: Iterator[Line | Bad]) -> Line | Bad | None:
    """What was put back comes before what has not been read."""
    return waiting.popleft() if waiting else next(source, None)


def _cells(text: str, separator: str) -> list[str]:
    return next(csv.reader([text.rstrip("\r\n")], delimiter=separator), [])


def _headings(text: str, separator: str) -> list[str]:
    try:
        return [_field(heading) for heading in _cells(text, separator)]
    except csv.Error:
        return []


def _filled(fields: list[str], cells: list[str]) -> dict[str, Any]:
    if len(cells) > len(fields):
        raise Wrong(f"{len(cells)} cells, but {len(fields)} columns")
    return {field: cell for field, cell in zip(fields, cells, strict=False) if field}


def _named(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {field: value for name, value in items if (field := _field(name)) and value is not None}


def _field(heading: str) -> str:
    return _HEADINGS.get(_NOT_A_LETTER.sub("", heading.lower()), "")


def _record(number: int, given: Mapping[str, Any]) -> PersonRecord:
    words = {
        field: _words(given.get(field), field)
        for field in _HEADINGS.values()
        if field not in ("languages", "id")
    }
    address, own = words["email"], key(_scalar(given.get("id", ""), "id"), "id")
    if address and not _ADDRESS.fullmatch(address):
        raise Wrong(f"{address[:60]!r} is not an e-mail address")
    if not (own or words["handle"] or address):
        raise Wrong("there is neither an id nor a handle nor an e-mail address")
    name = words["name"] or f"{words['first']} {words['last']}".strip()
    return PersonRecord(
        number=number,
        who=Who(own or words["handle"], name, address),
        handle=words["handle"],
        unit=words["unit"],
        place=words["place"],
        bio=words["bio"],
        pronouns=words["pronouns"],
        manager=words["manager"],
        languages=_languages(given.get("languages")),
        joined=moment(words["joined"]) if words["joined"] else None,
    )


def _words(value: object, field: str) -> str:
    return clean(str(_scalar(value if value is not None else "", field))).strip()


def _scalar(value: object, field: str) -> str | int | float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Wrong(f"{field} is of a wrong type")
    return value


def _languages(given: object) -> tuple[str, ...]:
    if given is not None and not isinstance(given, str | list):
        raise Wrong("languages is of a wrong type")
    spoken = re.split(r"[\s,;|/]+", given) if isinstance(given, str) else [str(one) for one in given or []]
    return tuple(dict.fromkeys(one.lower() for one in spoken if _LANGUAGE.fullmatch(one)))[:20]
