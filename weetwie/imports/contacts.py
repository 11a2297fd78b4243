"""Contacts that somebody brings along: tables of LinkedIn, Google, Outlook and Mastodon, vCards. Read, matched to who is here, and
forgotten: nothing is kept of anybody who is not."""

import binascii
import quopri
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec

from weetwie.errors import Invalid, _
from weetwie.imports import table
from weetwie.imports.heads import field_of, full_name, rank_of
from weetwie.imports.table import TableRow
from weetwie.text.signs import bare_addresses, visible

LARGEST: Final = 5 * 1024 * 1024
MOST: Final = 10_000
_MOST_ROWS: Final = 50_000
_UNKNOWN: Final = _(
    "This file can't be read. Use contacts from LinkedIn, Google or Outlook, your list of people you follow on Mastodon (.csv), or a vCard (.vcf)."
)
_BEGIN: Final = re.compile(rb"(?im)^[ \t]*BEGIN[ \t]*:[ \t]*VCARD[ \t]*\r?$")
_PROPERTY: Final = re.compile(rb'((?:[^:"]|"[^"]*")*?):(.*)', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_PART: Final = re.compile(r"(?<!\\);")


class Contact(msgspec.Struct, frozen=True):
    """As far as the file says: empty is what it does not."""

    name: str = ""
    address: str = ""
    handle: str = ""
    """`handle@host`, of Mastodon."""


def read(content: bytes) -> list[Contact]:
    """Raises Invalid for what is none of these files."""
    text, encoding = table.decoded(content)
    content = text.encode() if encoding in ("UTF-16", "UTF-32") else content.removeprefix(b"\xef\xbb\xbf")
    found = _cards(content) if _BEGIN.search(content[:4000]) else _table(content)
    return list(islice((one for one in dict.fromkeys(found) if one != Contact()), MOST))


def _table(content: bytes) -> Iterator[Contact]:
    read = table.read(content, field_of)
    if read.head is None:
        raise Invalid(_UNKNOWN, field="contacts")
    fields = list(map(field_of, read.head.cells))
    if {"contact", "email", "more", "name"}.isdisjoint(fields) and not {"first", "last"} <= set(fields):
        raise Invalid(_UNKNOWN, field="contacts")
    ranks = list(map(rank_of, read.head.cells))
    return _rows(read, fields, sorted(range(len(fields)), key=ranks.__getitem__))


def _rows(read: table.Table, fields: Sequence[str], places: Sequence[int]) -> Iterator[Contact]:
    for row in islice(read.below(), _MOST_ROWS):
        if not isinstance(row, TableRow):
            continue
        given: dict[str, list[str]] = {}
        for at in places:
            if at < len(row.cells) and row.cells[at]:
                given.setdefault(fields[at], []).append(row.cells[at])
        name = full_name(*(given.get(part, [""])[0] for part in ("name", "first", "infix", "last")))
        if handles := given.get("contact"):
            yield Contact(handle=visible(handles[0]).removeprefix("@"))
        else:
            yield from _each(name, [*given.get("email", []), *given.get("more", [])])


def _each(name: str, addresses: Sequence[str]) -> Iterator[Contact]:
    """One for each address of somebody; without any, one by the name alone."""
    found = [one for cell in addresses for one in bare_addresses(cell) if "@" in one]
    called = visible(name)
    yield from [Contact(called, address) for address in found] or [Contact(called)]


def _cards(content: bytes) -> Iterator[Contact]:
    """RFC 6350 and its forerunners down to 2.1: the formatted name, else the parts of it, and each address."""
    for card in _BEGIN.split(content)[1:]:
        formatted, parts, addresses = "", "", []
        for kind, value in _properties(card):
            if kind == "FN":
                formatted = formatted or _ESCAPED.sub(_meant, value)
            elif kind == "N":
                family, given = [*(_ESCAPED.sub(_meant, part) for part in _PART.split(value)), ""][:2]
                parts = parts or f"{given} {family}"
            elif kind == "EMAIL":
                addresses.append(_ESCAPED.sub(_meant, value))
            elif kind == "END":
                break
        yield from _each(formatted or parts, addresses)


def _meant(escaped: re.Match[str]) -> str:
    return " " if escaped[1] in "nN" else escaped[1]


def _properties(card: bytes) -> Iterator[tuple[str, str]]:
    """Each by its name without group and parameters, with its value as text."""
    for line in _unfolded(card):
        if not (found := _PROPERTY.fullmatch(line)):
            continue
        name, *parameters = (part.strip().upper() for part in found[1].decode("ascii", "replace").split(";"))
        yield name.rpartition(".")[2], _value(found[2].strip(), parameters)


def _unfolded(card: bytes) -> Iterator[bytes]:
    """A line that begins with a blank goes on with the one before, and so does one after a soft break of quoted-printable."""
    parts: list[bytes] = []
    is_quoted = False
    for line in re.split(rb"\r\n|\n|\r", card):
        if is_quoted and parts[-1].endswith(b"="):
            parts[-1] = parts[-1][:-1]
            parts.append(line.lstrip(b" \t"))
        elif parts and line[:1] in (b" ", b"\t"):
            parts.append(line[1:])
        else:
            yield b"".join(parts)
            parts, is_quoted = [line], _is_quoted(line)
    yield b"".join(parts)


def _is_quoted(line: bytes) -> bool:
    return b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper()


def _value(value: bytes, parameters: Sequence[str]) -> str:
    given = {
        name.strip(): what.strip(' "') for name, _equals, what in (one.partition("=") for one in parameters)
    }
    encoding = given.get("ENCODING", "")
    if encoding == "QUOTED-PRINTABLE" or "QUOTED-PRINTABLE" in given:
        value = quopri.decodestring(value)
    elif encoding in ("B", "BASE64") or "BASE64" in given:
        try:
            value = binascii.a2b_base64(value)
        except binascii.Error:
            return ""
    try:
        return value.decode(given.get("CHARSET", "") or "utf-8").replace("\x00", "")
    except (UnicodeError, LookupError):
        return table.line_of(value).replace("\x00", "")
