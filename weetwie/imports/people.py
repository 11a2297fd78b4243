"""People from a table or from lines of JSON. A cell that cannot be read costs that cell, never the person."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from weetwie.access import profile_words
from weetwie.errors import Invalid, _
from weetwie.imports import days, table
from weetwie.imports.heads import field_of, full_name, rank_of
from weetwie.imports.lines import BadLine, FileLine, LinesFile
from weetwie.imports.records import BadRecord, PersonRecord, SourcePerson, clean, key, moment
from weetwie.imports.table import TableRow
from weetwie.text.signs import bare_address, bare_addresses, visible

LARGEST: Final = 64 << 20
_MOST_NAMED: Final = 100
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE | re.ASCII)
_LANGUAGES: Final = {
    name: code
    for code, names in {
        "en": "english englisch engels",
        "nl": "dutch nederlands niederlandisch niederländisch",
        "de": "german deutsch duits",
        "fr": "french franzosisch französisch frans français",
        "es": "spanish spanisch spaans español",
        "it": "italian italienisch italiaans italiano",
        "pl": "polish polnisch pools polski",
        "tr": "turkish türkisch turks türkçe",
    }.items()
    for name in names.split()
}
_ADDRESS: Final = re.compile(r"[^@\s\"()<>,;:]{1,128}@[^@\s\"()<>,;:=]{1,250}")
_OF_A_GUEST: Final = re.compile(r".*#ext#@.*", re.IGNORECASE)
_NOTHING: Final = re.compile(
    r"[-\u2013\u2014.]+|#(n/a|ref!|value!|name\?|null!|div/0!|nv|bezug!|wert!|n/b|verw!|waarde!|naam\?)|\(?null\)?|\\n|n/?a|n\.v\.t\.?|k\. ?a\.",
    re.IGNORECASE,
)
"""What stands in a cell where there is nothing."""
_OF_ALL: Final = re.compile(
    r"(sub|grand)?(total|sum|count)s?|totaal|aantal|gesamt|summe|anzahl", re.IGNORECASE
)
"""What stands below a table in front of a number."""
_COLUMNS: Final = (
    "name",
    "first",
    "infix",
    "last",
    "handle",
    *profile_words.NAMES,
    "bio",
    "manager",
    "bot",
)


class FileReading(msgspec.Struct):
    """How a file was read: guesses, to be looked at before they are believed."""

    encoding: str = ""
    separator: str = ""
    read_past: list[str] = []
    """Columns that are not understood."""

    @property
    def sign(self) -> str:
        return {"comma": ",", "semicolon": ";", "tab": "⇥", "bar": "|"}.get(self.separator, self.separator)


class People(msgspec.Struct, frozen=True):
    reading: FileReading
    records: Iterator[PersonRecord | BadLine]


def people(file: LinesFile) -> People:
    """Lines of JSON or a table, which of the two the beginning says. Raises Invalid."""
    if file.beginning().removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return of_json(file.lines())
    content, broken = file.whole(LARGEST)
    if len(content) > LARGEST:
        raise Invalid(_("This file is larger than {most} MB."), field="file", most=LARGEST >> 20)
    found = of_table(content)
    return People(found.reading, _and_then(found.records, broken)) if broken else found


def of_json(lines: Iterable[FileLine | BadLine]) -> People:
    reading = FileReading("UTF-8")
    return People(reading, _from_json(lines, reading))


def of_table(content: bytes) -> People:
    read = table.read(content, field_of)
    columns = read.head.cells if read.head else ()
    past = [name for name in columns if name and field_of(name) in ("", "more", "contact")]
    if not any("@" in cell for cell in _column(read, "address")):
        past += [name for name in columns if field_of(name) == "address"]
    reading = FileReading(read.encoding, table.NAMES.get(read.separator, read.separator), past[:_MOST_NAMED])
    return People(reading, _from_table(read, days.first_of(_column(read, "joined"))))


def _and_then(records: Iterator[PersonRecord | BadLine], last: BadLine) -> Iterator[PersonRecord | BadLine]:
    yield from records
    yield last


def _from_json(lines: Iterable[FileLine | BadLine], reading: FileReading) -> Iterator[PersonRecord | BadLine]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    for line in lines:
        if isinstance(line, BadLine):
            yield line
            continue
        try:
            given = decode(line.data)
            past = [name for name in given if not field_of(name) and name not in reading.read_past]
            reading.read_past += past[: max(_MOST_NAMED - len(reading.read_past), 0)]
            yield _Reader(list(given), None).record(line.number, list(given.values()))
        except (msgspec.MsgspecError, UnicodeError, RecursionError, BadRecord) as error:
            yield BadLine(line.number, str(error))


def _from_table(read: table.Table, first: days.First) -> Iterator[PersonRecord | BadLine]:
    if read.head is None or not {"id", "handle", "email", "address"} & set(map(field_of, read.head.cells)):
        told = read.head or next((row for row in read.rows() if isinstance(row, TableRow)), None)
        if told is not None:
            named = ", ".join(told.cells)[:200]
            yield BadLine(
                told.number,
                f"a line must name the columns, one of them id, handle or email; here are: {named}",
            )
        return
    reader = _Reader(read.head.cells, first)
    for row in read.below():
        if isinstance(row, BadLine):
            yield row
            continue
        try:
            yield reader.record(row.number, row.cells, row.note)
        except BadRecord as error:
            yield BadLine(row.number, str(error))


def _column(read: table.Table, field: str) -> Iterator[str]:
    places = [at for at, name in enumerate(read.head.cells if read.head else ()) if field_of(name) == field]
    if places:
        for row in read.below():
            cells = row.cells if isinstance(row, TableRow) else ()
            yield from (cells[at] for at in places if at < len(cells))


class _Reader:
    """Knows which columns hold which field, the better ones first."""

    def __init__(self, columns: Sequence[str], first: days.First) -> None:
        self._count = len(columns)
        self._first = first
        self._places: dict[str, list[int]] = {}
        for at in sorted(range(len(columns)), key=lambda at: rank_of(columns[at])):
            self._places.setdefault(field_of(columns[at]), []).append(at)

    def record(self, number: int, cells: Sequence[Any], note: str = "") -> PersonRecord:
        """Raises Wrong for somebody by nothing known."""
        if any(cells[self._count :]):
            raise BadRecord(f"{len(cells)} cells, but {self._count} columns")
        notes = [note] if note else []
        words = {field: self._words(field, cells, notes) for field in _COLUMNS}
        own = self._words("id", cells, notes)
        if words["name"] and not any(map(str.isalpha, words["name"])):
            # A column called Employee may hold names or numbers.
            own, words["name"] = own or words["name"], ""
        own = key(own, "id")
        address, handle = self._address(cells, notes), visible(words["handle"]).removeprefix("@")
        if "@" in handle:
            address, handle = address or _fit(handle), ""
        if not (own or handle or address):
            raise BadRecord("; ".join([*notes, "there is neither an id nor a handle nor an e-mail address"]))
        if (" " in own or _OF_ALL.fullmatch(own)) and not (handle or address or any(words.values())):
            raise BadRecord(f"{own[:60]!r} alone is nobody")
        name = full_name(words["name"], words["first"], words["infix"], words["last"])
        return PersonRecord(
            number=number,
            who=SourcePerson(own or handle, name, address),
            handle=handle,
            bio=words["bio"],
            words={name: words[name] for name in profile_words.NAMES} | {"unit": _last_step(words["unit"])},
            manager=bare_address(words["manager"]),
            languages=self._languages(cells),
            joined=self._joined(cells, notes),
            is_program=words["bot"].lower() in ("true", "1", "yes", "ja", "x")
            or SourcePerson(own or handle, name, address).is_program,
            has_id=bool(own),
            notes=tuple(notes),
        )

    def _given(self, field: str, cells: Sequence[Any]) -> Iterator[Any]:
        """What stands in the columns of a field, without those that are empty."""
        for at in self._places.get(field, ()):
            cell = cells[at] if at < len(cells) else None
            if isinstance(cell, str):
                seen = visible(cell)
                if not seen or _NOTHING.fullmatch(seen):
                    continue
            if cell is not None:
                yield cell

    def _words(self, field: str, cells: Sequence[Any], notes: list[str]) -> str:
        for cell in self._given(field, cells):
            if isinstance(cell, bool) and field == "bot":
                return str(cell)
            if isinstance(cell, str | int | float) and not isinstance(cell, bool):
                return clean(str(cell)).strip()
            notes.append(f"{field} is of a wrong type")
        return ""

    def _address(self, cells: Sequence[Any], notes: list[str]) -> str:
        """A postal address in a column called Address is none, and is nothing to tell of."""
        wrong = ""
        for field in ("email", "address"):
            for cell in self._given(field, cells):
                text = cell if isinstance(cell, str) else ""
                if address := _first_of(text):
                    return address
                wrong = wrong or (visible(str(cell)) if field == "email" or "@" in text else "")
        if wrong:
            notes.append(f"{wrong[:60]!r} is not an e-mail address")
        return ""

    def _joined(self, cells: Sequence[Any], notes: list[str]) -> Any:
        wrong = ""
        for cell in self._given("joined", cells):
            try:
                return days.day(cell, self._first) if isinstance(cell, str) else moment(cell)
            except (BadRecord, TypeError, AttributeError) as error:
                wrong = wrong or f"joined: {error if isinstance(error, BadRecord) else 'is of a wrong type'}"
        notes += [wrong] if wrong else []
        return None

    def _languages(self, cells: Sequence[Any]) -> tuple[str, ...]:
        spoken: list[str] = []
        for cell in self._given("languages", cells):
            spoken += (
                re.split(r"[\s,;|/]+", cell)
                if isinstance(cell, str)
                else map(str, cell)
                if isinstance(cell, list)
                else []
            )
        codes = (_LANGUAGES.get(one.casefold(), one.lower()) for one in spoken)
        return tuple(dict.fromkeys(one for one in codes if _LANGUAGE.fullmatch(one)))[:20]


def _first_of(text: str) -> str:
    """The first of one or more; a blank inside makes no address of what stands behind it."""
    words = bare_addresses(text)
    is_list = "<" in text or all("@" in word for word in words)
    return next(filter(None, map(_fit, words)), "") if is_list else ""


def _fit(text: str) -> str:
    address = bare_address(text)
    return address if _ADDRESS.fullmatch(address) and not _OF_A_GUEST.fullmatch(address) else ""


def _last_step(unit: str) -> str:
    """Of a path such as `/Works/Pumps`; else the unit as it stands."""
    return unit.rstrip("/").rpartition("/")[2] if unit.startswith("/") else unit
