"""What the readers give: people and posts as their source tells of them, whatever the format."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from weetwie.runtime import clock
from weetwie.text.programs import is_program
from weetwie.text.signs import visible

EARLIEST: Final = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
_SLACK: Final = timedelta(days=1)
LONGEST_KEY: Final = 200


class SourcePerson(msgspec.Struct, frozen=True):
    """A person named by a source: by a key of its own, or by an address."""

    key: str = ""
    name: str = ""
    address: str = ""

    @property
    def is_program(self) -> bool:
        return is_program(self.name or self.key, self.address or self.key)


class PersonRecord(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    who: SourcePerson
    handle: str = ""
    bio: str = ""
    words: Mapping[str, str] = {}
    """By the names of `access/profile_words.py`."""
    manager: str = ""
    """The manager's key, handle or address."""
    languages: tuple[str, ...] = ()
    joined: datetime | None = None
    is_program: bool = False
    has_id: bool = False
    """The source gives a key of its own, so that another key means somebody else."""
    notes: tuple[str, ...] = ()
    """What of it could not be read and was left out."""


class PostRecord(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    key: str
    author: SourcePerson
    at: datetime
    text: str
    endorsers: tuple[SourcePerson, ...] = ()
    co: tuple[SourcePerson, ...] = ()
    reply_to: str = ""
    root: str = ""
    tags: tuple[str, ...] = ()
    language: str | None = None
    is_question: bool | None = None
    """None: it is one when it reads like one."""
    accepted: str = ""
    """The key of the answer that the asker accepted."""


class BadRecord(ValueError):
    """A record that cannot be brought in; the message says why."""


def key(given: object, what: str) -> str:
    """An id as text. Raises Wrong."""
    text = visible(str(given))
    if len(text) > LONGEST_KEY:
        raise BadRecord(f"{what} is not an id: at most {LONGEST_KEY} characters")
    return text


def clean(text: str) -> str:
    """The text without NULs, which the database does not take."""
    return text.replace("\x00", "")


def moment(given: float | str) -> datetime:
    """Unix seconds or ISO 8601 (in UTC unless it says otherwise). Raises Wrong."""
    try:
        at = _from_seconds(float(given)) if isinstance(given, int | float) else _from_text(given.strip())
    except (ValueError, OverflowError, OSError) as error:
        raise BadRecord(f"{str(given)[:40]!r} is not a time: Unix seconds or ISO 8601") from error
    if not EARLIEST <= at <= clock.now() + _SLACK:
        raise BadRecord(f"the time {at.isoformat()} is out of range: after 1970 and not in the future")
    return at


def _from_seconds(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _from_text(text: str) -> datetime:
    if text.removeprefix("-").isdecimal() and len(text) != 8:
        return _from_seconds(int(text))
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
