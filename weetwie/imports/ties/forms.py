"""The forms of the CSV files, one for each kind of tie: what their columns are called and what a row says. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from weetwie.errors import Invalid, Refusal, _
from weetwie.imports.ties.table import TableLine
from weetwie.text.signs import visible

Kind = Literal["follows", "lists", "blocks", "mutes", "bookmarks"]
KINDS: Final[tuple[Kind, ...]] = ("follows", "lists", "blocks", "mutes", "bookmarks")

ADDRESS, BOOSTS, BELL, LANGUAGES = "account address", "show boosts", "notify on new posts", "languages"
HIDES, LIST, URI = "hide notifications", "list name", "#uri"

HEADERS: Final[Mapping[str, Sequence[str]]] = {
    "follows": ("Account address", "Show boosts", "Notify on new posts", "Languages"),
    "lists": (),
    "blocks": (),
    "mutes": ("Account address", "Hide notifications"),
    "bookmarks": (),
    "followers": (),
}
"""As Mastodon writes them; empty where it writes none."""
HEADS: Final = (ADDRESS, BOOSTS, BELL, LANGUAGES, HIDES, LIST, URI)
_BARE: Final[Mapping[Kind, Sequence[str]]] = {
    "follows": (ADDRESS,),
    "lists": (LIST, ADDRESS),
    "blocks": (ADDRESS,),
    "mutes": (ADDRESS,),
    "bookmarks": (URI,),
}
"""The columns of a file without a header."""
_TELLING: Final[Mapping[str, Kind]] = {
    BOOSTS: "follows",
    BELL: "follows",
    LANGUAGES: "follows",
    HIDES: "mutes",
    LIST: "lists",
    URI: "bookmarks",
}
"""Columns that only one kind has."""
_POST: Final = re.compile(r"/(?:@[^/]+/|people/[^/]+/posts/|statuses/)(?P<id>[0-9]{1,18})/?")

UNREADABLE: Final = _("This isn't the address of a person.")
ELSEWHERE: Final = _("This is on another server. Only people and posts of {host} can be imported.")
NO_POST: Final = _("This isn't the address of a post.")
NO_TRUTH: Final = _("{given} is neither true nor false.")


class TieRow(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    given: str
    """The address as the file has it."""
    handle: str = ""
    post_id: int = 0
    title: str = ""
    """Of a list."""
    shows_boosts: bool | None = None
    notifies: bool | None = None
    languages: tuple[str, ...] | None = None
    hides_notifications: bool | None = None


class SkippedRow(msgspec.Struct, frozen=True):
    """A row that leads to nothing here."""

    number: int
    given: str
    why: Refusal


def rows(kind: Kind, lines: Sequence[TableLine], base_url: str) -> tuple[list[TieRow], list[SkippedRow]]:
    """Raises Invalid for a file of another kind."""
    columns, rest = _columns(kind, lines)
    good: list[TieRow] = []
    bad: list[SkippedRow] = []
    for line in rest:
        cells = dict(zip(columns, line.cells, strict=False))
        given = cells.get(URI if kind == "bookmarks" else ADDRESS, "")
        try:
            good.append(_row(kind, line.number, given, cells, base_url))
        except Refusal as why:
            bad.append(SkippedRow(line.number, given[:200], why))
    return good, bad


def address(handle: str, base_url: str) -> str:
    return f"{handle}@{urlsplit(base_url).netloc}"


def post_address(handle: str, post_id: int, base_url: str) -> str:
    return f"{base_url.rstrip('/')}/people/{handle}/posts/{post_id}"


def _columns(kind: Kind, lines: Sequence[TableLine]) -> tuple[Sequence[str], Sequence[TableLine]]:
    """The columns, and the lines below the header."""
    names = [visible(cell).lower() for cell in lines[0].cells] if lines else []
    while names and not names[-1]:
        names.pop()
    # A header names no person; the title of a list may be any word.
    if any("@" in name for name in names) or not (ADDRESS in names or names == [URI]):
        return _BARE[kind], lines
    told = {_TELLING[name] for name in names if name in _TELLING}
    if (told and told != {kind}) or (kind in ("lists", "bookmarks") and not told):
        raise Invalid(
            _("This is a different kind of file: {columns}."), field="file", columns=", ".join(lines[0].cells)
        )
    return names, lines[1:]


def _row(kind: Kind, number: int, given: str, cells: Mapping[str, str], base_url: str) -> TieRow:
    """Raises Invalid."""
    if kind == "bookmarks":
        return TieRow(number=number, given=given, post_id=_post_id(given, base_url))
    if kind == "lists" and not cells.get(LIST):
        raise Invalid(_("Give the list a title."))
    return TieRow(
        number=number,
        given=given,
        handle=_handle(given, base_url),
        title=cells.get(LIST, "") if kind == "lists" else "",
        shows_boosts=_truth(cells.get(BOOSTS)),
        notifies=_truth(cells.get(BELL)),
        languages=_languages(cells.get(LANGUAGES)),
        hides_notifications=_truth(cells.get(HIDES)),
    )


def _handle(given: str, base_url: str) -> str:
    named = visible(given).removeprefix("acct:")
    handle, at, host = named.removeprefix("@").partition("@")
    if not handle or (at and not host) or "/" in named or " " in named:
        raise Invalid(UNREADABLE)
    ours = urlsplit(base_url)
    if at and host.lower() not in (ours.netloc.lower(), (ours.hostname or "").lower()):
        raise Invalid(ELSEWHERE, host=ours.netloc)
    return handle


def _post_id(given: str, base_url: str) -> int:
    base, given = base_url.rstrip("/"), visible(given)
    if not given.startswith(("https://", "http://")):
        raise Invalid(NO_POST)
    if not given.startswith(base + "/"):
        raise Invalid(ELSEWHERE, host=urlsplit(base).netloc)
    found = _POST.fullmatch(given[len(base) :].partition("?")[0].partition("#")[0])
    if found is None:
        raise Invalid(NO_POST)
    return int(found["id"])


def _truth(given: str | None) -> bool | None:
    """None where nothing is said."""
    if given is None or not given.strip():
        return None
    word = visible(given).lower()
    if word in ("true", "t", "1", "yes"):
        return True
    if word in ("false", "f", "0", "no"):
        return False
    raise Invalid(NO_TRUTH, given=given[:20])


def _languages(given: str | None) -> tuple[str, ...] | None:
    """None where there is no such column; empty for all."""
    if given is None:
        return None
    return tuple(code for part in given.split(",") if (code := part.strip()))
