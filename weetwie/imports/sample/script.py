"""Reads the posts of the sample company: plain text that one writes by hand.

    ## 41w tu 09:12 till de key:seal ? network      41 weeks ago, on Tuesday; `3d 09:12` working days ago; `40m` minutes ago
    What was written, over as many lines as it takes.
    ![seal] What the picture shows.
    > 25m henk nl *                                 a reply, 25 minutes later; `*` the answer that the asker accepted
    What was answered.
    >> 1d 09:05 till de                             a reply to the reply, on the next working day

Further words of a heading: `key:`, `quote:` and `reply:` with a key, `boost:a,b`, `fav:12`, `poll:3d`, `pin`, `private`,
`unlisted`, `direct`. A text may begin with a line `CW: ...`; options of a poll are lines `( ) ... = votes`, or `[ ] ...` where
several may be chosen.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

_HEADING: Final = re.compile(
    r"(?:## (?P<week>\d+w [a-z]{2} \d\d:\d\d|\d+d \d\d:\d\d|\d+m)"
    r"|(?P<depth>>+) (?P<delay>\d+[mh]|\d+d \d\d:\d\d)) (?P<author>\w+) (?P<language>[a-z]{2})(?P<words>(?: \S+)*)"
)
_PICTURE: Final = re.compile(r"!\[([\w-]+)\] (.+)")
_OPTION: Final = re.compile(r"([(\[]) [)\]] (.+?) = (\d+)")
_RINGS: Final = ("colleagues", "network", "world")
_VISIBILITIES: Final = ("unlisted", "private", "direct")


class UnreadableScript(Exception):
    """A line of the sample company is not written as it should be."""


class ScriptOption(msgspec.Struct, frozen=True):
    text: str
    votes: int


class ScriptEntry(msgspec.Struct, kw_only=True):
    """One post as it stands in its file. Posts go by their number."""

    number: int
    place: str
    """File and line."""
    when: str
    author: str
    language: str
    parent: int | None = None
    before: int | None = None
    """The post that its time counts from."""
    text: str = ""
    warning: str = ""
    key: str = ""
    reply: str = ""
    quote: str = ""
    ring: str = ""
    """Where nothing is said, that of what is replied to, else colleagues; so with the visibility."""
    visibility: str = ""
    is_question: bool = False
    is_answer: bool = False
    is_pinned: bool = False
    boosters: tuple[str, ...] = ()
    favourites: int | None = None
    pictures: list[tuple[str, str]] = msgspec.field(default_factory=list)
    """Name and description."""
    options: list[ScriptOption] = msgspec.field(default_factory=list)
    is_multiple: bool = False
    poll_days: int = 0


def entries(files: Iterable[tuple[str, str]]) -> list[ScriptEntry]:
    """`files` are names and contents. Raises UnreadableScript."""
    found: list[ScriptEntry] = []
    for name, content in files:
        found += _of_file(name, content, len(found))
    by_key = {entry.key: entry for entry in found if entry.key}
    for entry in found:
        for key in filter(None, (entry.quote, entry.reply)):
            if key not in by_key:
                raise UnreadableScript(f"{entry.place}: there is no post with the key {key}")
        if entry.reply:
            entry.parent = by_key[entry.reply].number
        above = found[entry.parent] if entry.parent is not None else None
        entry.ring = entry.ring or (above.ring if above else _RINGS[0])
        entry.visibility = entry.visibility or (above.visibility if above else "public")
    return found


def _of_file(name: str, content: str, first: int) -> list[ScriptEntry]:
    found: list[ScriptEntry] = []
    above: list[int] = []
    for place, heading, body in _pieces(name, content):
        number = first + len(found)
        entry = ScriptEntry(
            number=number,
            place=place,
            when=heading["week"] or heading["delay"],
            author=heading["author"],
            language=heading["language"],
        )
        depth = len(heading["depth"] or "")
        if depth > len(above):
            raise UnreadableScript(f"{place}: there is nothing that this replies to")
        if depth:
            entry.parent, entry.before = above[depth - 1], number - 1
        above = [*above[:depth], number]
        _take_words(entry, heading["words"].split())
        _take_body(entry, body)
        found.append(entry)
    return found


def _pieces(name: str, content: str) -> Iterator[tuple[str, re.Match[str], list[str]]]:
    """Headings with the lines below them. What stands above the first is a note to the reader."""
    place, heading, body = "", None, list[str]()
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.startswith(("## ", ">")):
            body.append(line)
            continue
        if heading is not None:
            yield place, heading, body
        place, heading, body = f"{name}:{number}", _HEADING.fullmatch(line), []
        if heading is None:
            raise UnreadableScript(f"{place}: not a heading of a post: {line}")
    if heading is not None:
        yield place, heading, body


def _take_words(entry: ScriptEntry, words: list[str]) -> None:
    for word in words:
        name, _colon, value = word.partition(":")
        if word in _RINGS:
            entry.ring = word
        elif word in _VISIBILITIES:
            entry.visibility = word
        elif word in ("?", "*", "pin"):
            setattr(entry, {"?": "is_question", "*": "is_answer", "pin": "is_pinned"}[word], True)
        elif name in ("key", "quote", "reply"):
            setattr(entry, name, value)
        elif name == "boost":
            entry.boosters = tuple(value.split(","))
        elif name == "fav":
            entry.favourites = int(value)
        elif name == "poll":
            entry.poll_days = int(value.removesuffix("d"))
        else:
            raise UnreadableScript(f"{entry.place}: {word} means nothing")


def _take_body(entry: ScriptEntry, body: list[str]) -> None:
    text: list[str] = []
    for line in body:
        if not text and line.startswith("CW: "):
            entry.warning = line.removeprefix("CW: ")
        elif picture := _PICTURE.fullmatch(line):
            entry.pictures.append((picture[1], picture[2]))
        elif option := _OPTION.fullmatch(line):
            entry.is_multiple = option[1] == "["
            entry.options.append(ScriptOption(option[2], int(option[3])))
        else:
            text.append(line)
    entry.text = "\n".join(text).strip()
    if not entry.text:
        raise UnreadableScript(f"{entry.place}: this post says nothing")
