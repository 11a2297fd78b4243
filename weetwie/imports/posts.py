"""Posts from lines of JSON: id, author, time and text, and whatever more there is."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from weetwie.imports.lines import BadLine, FileLine
from weetwie.imports.records import BadRecord, PostRecord, SourcePerson, clean, key, moment

MOST_NAMES: Final = 1000
"""Endorsers, co-authors or tags of one post."""
_LONGEST_TAG: Final = 100

Key = str | int


class _Raw(msgspec.Struct):
    """One line as it stands; fields that are not named here are read past."""

    author: Key
    time: int | float | str
    id: Key | None = None
    text: str | None = None
    title: str | None = None
    endorsers: list[Key] | None = None
    co: list[Key] | None = None
    reply_to: Key | None = None
    root: Key | None = None
    tags: list[Key] | None = None
    lang: str | None = None
    kind: str | None = None
    accepted: Key | None = None


_DECODER: Final = msgspec.json.Decoder(_Raw)


def posts(lines: Iterable[FileLine | BadLine]) -> Iterator[PostRecord | BadLine]:
    """One record a line, in the order of the file."""
    for line in lines:
        yield line if isinstance(line, BadLine) else _read(line)


def _read(line: FileLine) -> PostRecord | BadLine:
    try:
        return _record(line.number, _DECODER.decode(line.data))
    except (msgspec.MsgspecError, UnicodeError, RecursionError, BadRecord) as error:
        return BadLine(line.number, str(error))


def _record(number: int, raw: _Raw) -> PostRecord:
    text = _text(raw)
    author = key(raw.author, "author")
    if not author:
        raise BadRecord("there is no author")
    if not text:
        raise BadRecord("there is no text")
    own = key(raw.id, "id") if raw.id is not None else ""
    reply_to, root = _other(raw.reply_to, "reply_to", own), _other(raw.root, "root", own)
    return PostRecord(
        number=number,
        key=own or _made_key(author, raw.time, text),
        author=SourcePerson(author),
        at=moment(raw.time),
        text=text,
        endorsers=_people(raw.endorsers, "endorsers"),
        co=_people(raw.co, "co"),
        reply_to=reply_to,
        root=root,
        tags=_tags(raw.tags),
        language=raw.lang if raw.lang and len(raw.lang) <= 35 and "\x00" not in raw.lang else None,
        is_question=raw.kind == "question" if raw.kind else None,
        accepted=_other(raw.accepted, "accepted", own),
    )


def _text(raw: _Raw) -> str:
    """A title goes above the text, unless the text begins with it."""
    title, text = clean(raw.title or "").strip(), clean(raw.text or "").strip()
    if not title or text.startswith(title):
        return text
    return f"{title}\n\n{text}" if text else title


def _other(given: Key | None, what: str, own: str) -> str:
    """The id of another post; a post that names itself names none."""
    other = key(given, what) if given is not None else ""
    return "" if other == own else other


def _people(given: list[Key] | None, what: str) -> tuple[SourcePerson, ...]:
    names = dict.fromkeys(key(name, what) for name in _at_most(given, what))
    return tuple(SourcePerson(name) for name in names if name)


def _tags(given: list[Key] | None) -> tuple[str, ...]:
    tags = dict.fromkeys(clean(str(tag)).strip().removeprefix("#") for tag in _at_most(given, "tags"))
    return tuple(tag for tag in tags if tag and len(tag) <= _LONGEST_TAG)


def _at_most(given: list[Key] | None, what: str) -> list[Key]:
    if given is not None and len(given) > MOST_NAMES:
        raise BadRecord(f"more than {MOST_NAMES:,} {what}")
    return given or []


def _made_key(author: str, time: float | str, text: str) -> str:
    """For a post without an id: the same post has the same key whenever it is read."""
    return "#" + hashlib.sha256(f"{author}\n{time}\n{text}".encode()).hexdigest()[:32]
