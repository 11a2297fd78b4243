"""Making people on the command line: one by what was typed, or everyone in a file, all in one transaction."""

import csv
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from weetwie.errors import Conflict, Forbidden, Invalid, NotFound, Refusal

if TYPE_CHECKING:
    from weetwie.cli.installation import Installation
    from weetwie.database.pool import Db

NEEDED: Final = ("handle", "email")
OPTIONAL: Final = ("name", "unit", "place", "standing", "sponsor", "until", "admin")
_YES: Final = frozenset(("yes", "true", "1"))
_NO: Final = frozenset(("", "no", "false", "0"))


async def create_one(
    installation: "Installation", db: "Db", given: Mapping[str, str], password_hash: str | None = None
) -> int:
    """By the names of the columns of a file."""
    from msgspec import UNSET

    from weetwie.access.enums import Standing
    from weetwie.domain.people.rules import Changes, Newcomer
    from weetwie.flows import arrive

    standing, sponsor = given.get("standing") or "member", given.get("sponsor")
    if standing not in Standing.__members__:
        raise Invalid("There is no standing {standing}; write member, alumnus or guest.", standing=standing)
    newcomer = Newcomer(
        handle=given["handle"],
        name=given.get("name", ""),
        standing=Standing[standing],
        sponsor_id=await _found(installation, db, sponsor) if sponsor else None,
        until=_end_of(given.get("until", "")),
        is_admin=_is_yes(given.get("admin", "")),
    )
    told = Changes(unit=given.get("unit") or UNSET, place=given.get("place") or UNSET)
    return await arrive.add(installation.context(db), newcomer, given["email"], password_hash, told)


async def _found(installation: "Installation", db: "Db", handle: str) -> int:
    from weetwie.domain.people.lookup import lookup

    return await lookup(db, installation.viewer, handle)


async def create_all(installation: "Installation", file: Path) -> list[tuple[int, str]]:
    """Ids and handles. Raises a refusal that names the line; then nobody is created."""
    made = []
    async with installation.database.transaction() as db:
        for line, given in _lines(file):
            try:
                made.append((await create_one(installation, db, given), given["handle"]))
            except (Conflict, Forbidden, Invalid, NotFound) as refusal:
                raise _in_line(refusal, line) from refusal
    return made


def _lines(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            columns = reader.fieldnames or ()
            if missing := [name for name in NEEDED if name not in columns]:
                raise Invalid("The file has no column {name}.", name=missing[0])
            if unknown := [name for name in columns if name not in NEEDED + OPTIONAL]:
                raise Invalid("The column {name} is not known.", name=unknown[0] or "without a name")
            for row in reader:
                if None in row or None in row.values():
                    raise Invalid(
                        "Line {line} does not have as many values as the header.", line=reader.line_num
                    )
                yield reader.line_num, {name: value.strip() for name, value in row.items()}
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid("The file can't be read as CSV in UTF-8: {why}.", why=str(error)) from error


def _end_of(day: str) -> datetime | None:
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=1) if day else None
    except (ValueError, OverflowError):
        raise Invalid("Write the last day like 2026-12-31, not {day}.", day=day) from None


def _is_yes(word: str) -> bool:
    if word.lower() not in _YES | _NO:
        raise Invalid("Write yes or no for admin, not {word}.", word=word)
    return word.lower() in _YES


def _in_line(refusal: Refusal, line: int) -> Refusal:
    """The same refusal with the line before its sentence. Nobody has been created."""
    return type(refusal)("Line {line}: {why} Nobody was created.", line=line, why=refusal)
