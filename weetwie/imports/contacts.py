"""Contacts that somebody brings along: LinkedIn's `Connections.csv`, vCards, whom one follows on Mastodon. Read, matched to who is
here, and forgotten: nothing is kept of anybody who is not."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from weetwie.errors import Invalid, _

LARGEST: Final = 5 * 1024 * 1024
MOST: Final = 10_000
_UNKNOWN: Final = _(
    "We do not understand this file. Bring Connections.csv of LinkedIn, a vCard (.vcf), or the list of whom you follow on Mastodon (.csv)."
)
_FOLD: Final = re.compile(r"\r?\n[ \t]")


class Contact(msgspec.Struct, frozen=True):
    """As far as the file says: empty is what it does not."""

    name: str = ""
    address: str = ""
    handle: str = ""
    """`handle@host`, of Mastodon."""


def read(content: bytes) -> list[Contact]:
    """Raises Invalid for what is none of these files."""
    text = content.decode("utf-8-sig", "replace").replace("\x00", "")
    found = _cards(text) if "BEGIN:VCARD" in text.upper()[:2000] else _table(text)
    return [one for one, _number in zip(found, range(MOST), strict=False) if one != Contact()]


def _table(text: str) -> Iterator[Contact]:
    """LinkedIn puts notes above its headings."""
    lines = text.splitlines()
    for number, line in enumerate(lines[:20]):
        names = [name.strip().lower() for name in next(csv.reader([line]), [])]
        if "first name" in names and "last name" in names:
            return _connections(lines[number:])
        if "account address" in names:
            return _follows(lines[number:])
    raise Invalid(_UNKNOWN, field="contacts")


def _connections(lines: list[str]) -> Iterator[Contact]:
    for row in csv.DictReader(lines):
        given = {
            (name or "").strip().lower(): value or "" for name, value in row.items() if isinstance(value, str)
        }
        name = f"{given.get('first name', '').strip()} {given.get('last name', '').strip()}".strip()
        yield Contact(name, given.get("email address", "").strip())


def _follows(lines: list[str]) -> Iterator[Contact]:
    for row in csv.DictReader(lines):
        given = {
            (name or "").strip().lower(): value or "" for name, value in row.items() if isinstance(value, str)
        }
        yield Contact(handle=given.get("account address", "").strip().removeprefix("@"))


def _cards(text: str) -> Iterator[Contact]:
    """RFC 6350 and its forerunners: the formatted name, and each address of its own."""
    for card in re.split(r"(?i)BEGIN:VCARD", _FOLD.sub("", text))[1:]:
        name, addresses = "", []
        for line in io.StringIO(card):
            key, _colon, value = line.strip().partition(":")
            kind = key.partition(";")[0].rpartition(".")[2].upper()
            if kind == "FN":
                name = re.sub(r"\\([,;\\])", r"\1", value).strip()
            elif kind == "EMAIL":
                addresses.append(value.removeprefix("mailto:").strip())
        yield from [Contact(name, address) for address in addresses] or [Contact(name)]
