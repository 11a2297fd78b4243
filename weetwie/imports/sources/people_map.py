"""Who is meant by whom: a table that an administrator gives, or that `import names` wrote and a person filled in."""

import csv
import io
from collections import Counter
from pathlib import Path
from typing import Final

import msgspec

from weetwie.errors import Invalid, _
from weetwie.imports.sources.form import Author

_MOST: Final = 64 << 20
_COLUMNS: Final = {
    "key": ("key", "id", "user_id", "userid"),
    "handle": ("handle", "username", "login", "user"),
    "name": ("name", "display_name", "full_name", "realname", "real_name"),
    "address": ("address", "email", "e-mail", "mail"),
    "person": ("person", "colleague", "is"),
}


class MappedPerson(msgspec.Struct, frozen=True):
    """A row: what the source calls somebody, and the address or the username of who that is."""

    line: int
    person: str
    """Empty: nobody, it stays a name."""
    key: str = ""
    handle: str = ""
    name: str = ""
    address: str = ""


class PeopleMap:
    """Finds the row that means an author; only what is certain counts."""

    def __init__(self, rows: list[MappedPerson]) -> None:
        self.rows = rows
        self._by: dict[tuple[str, str], MappedPerson] = {}
        names = Counter(row.name.casefold() for row in rows if row.name)
        for row in rows:
            for kind in ("key", "address", "handle"):
                if value := getattr(row, kind):
                    self._by.setdefault((kind, value.casefold()), row)
            if row.name and names[row.name.casefold()] == 1:
                self._by.setdefault(("name", row.name.casefold()), row)

    def find(self, author: Author, token: str = "") -> MappedPerson | None:
        """By what the source knows them by, their address or their username there; by their name where there is nothing else."""
        asked = [("key", token), ("key", author.key), ("address", author.address), ("handle", author.handle)]
        if not (author.key or author.address or author.handle):
            asked.append(("name", author.name))
        found = (self._by.get((kind, value.casefold())) for kind, value in asked if value)
        return next((row for row in found if row is not None), None)


def read(path: Path) -> PeopleMap:
    """Raises Invalid for a table without the columns that are needed."""
    if path.stat().st_size > _MOST:
        raise Invalid(_("This table is too large."), field="map")
    return parsed(path.read_bytes())


def parsed(content: bytes) -> PeopleMap:
    """Raises Invalid."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=separator)
    header = [cell.strip().casefold() for cell in next(rows, [])]
    places = {
        name: next(header.index(one) for one in known if one in header)
        for name, known in _COLUMNS.items()
        if set(known) & set(header)
    }
    if not {"person", "address"} & set(places) or len(places) < 2:
        raise Invalid(
            _(
                "The table needs a header row with a column person or email, and one of key, username, name or email."
            ),
            field="map",
        )
    found = []
    for line, cells in enumerate(rows, 2):
        given = {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()}
        person = given.pop("person", "") or ("" if "person" in places else given.get("address", ""))
        if person and any(given.values()):
            found.append(MappedPerson(line, person, **given))
    return PeopleMap(found)
