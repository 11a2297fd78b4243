"""What every reader does with a passage before it gives it: no NULs, nothing longer than may be, nothing empty, nothing older."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from weetwie.errors import _
from weetwie.imports.records import BadRecord, moment
from weetwie.imports.sources.form import LONGEST, Asked, Author, LeftOut, Message, Trouble

LONGEST_KEY: Final = 200
LONGEST_NAME: Final = 500
MOST_NAMED: Final = 100
"""Tags, files, endorsers of one message."""
NO_TIME: Final = _("The time can't be read: {time}")
NO_RECORD: Final = _("This record doesn't have the form of this export.")
NOT_READABLE: Final = _("This can't be read: {reason}")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_TOO_MANY_LINES: Final = re.compile(r"\n{3,}")


def passed(message: Message, asked: Asked) -> Message | LeftOut:
    """As it may come in, or why it does not."""
    text = words(message.text)
    if not text and not (message.title and message.is_question):
        return LeftOut("empty")
    if asked.since is not None and message.at < asked.since:
        return LeftOut("older")
    return msgspec.structs.replace(
        message,
        key=message.key[:LONGEST_KEY],
        author=_author(message.author),
        text=text,
        title=words(message.title, LONGEST_NAME),
        endorsers=tuple(_author(one) for one in message.endorsers[:MOST_NAMED]),
        tags=tuple(filter(None, (words(tag, LONGEST_KEY) for tag in message.tags[:MOST_NAMED]))),
        files=tuple(filter(None, (words(file, LONGEST_NAME) for file in message.files[:MOST_NAMED]))),
        link=web_link(message.link),
    )


def words(text: str, most: int = LONGEST) -> str:
    """A text as the database takes it, without blank lines in heaps."""
    lines = _UNSTORABLE.sub("", text[: 2 * most]).replace("\r\n", "\n").replace("\r", "\n")
    return _TOO_MANY_LINES.sub("\n\n", lines).strip()[:most].rstrip()


def web_link(link: str) -> str:
    """Empty for what is no address of the web."""
    is_one = (
        link.startswith(("https://", "http://")) and len(link) <= 2000 and not re.search(r"[\s\x00]", link)
    )
    return link if is_one else ""


def _author(author: Author) -> Author:
    return Author(
        key=words(author.key, LONGEST_KEY),
        name=words(author.name, LONGEST_NAME),
        address=words(author.address, LONGEST_NAME),
        handle=words(author.handle, LONGEST_KEY),
        is_program=author.is_program,
    )


def text_of(value: object) -> str:
    """A text or a number out of JSON as text; empty for anything else."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else ""


def dict_of(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def dicts_of(value: object) -> list[Mapping[str, Any]]:
    return [one for one in list_of(value) if isinstance(one, dict)]


def time_of(value: object) -> datetime | None:
    """Unix seconds (or milliseconds) or ISO 8601; None for what is neither, or out of range."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        is_milliseconds = isinstance(value, int | float) and value > 100_000_000_000
        return moment(value / 1000 if is_milliseconds else value)  # type: ignore[operator]
    except BadRecord:
        return None


def no_time(file: str, place: str, value: object) -> Trouble:
    return Trouble(file, place, NO_TIME, {"time": text_of(value)[:40]})
