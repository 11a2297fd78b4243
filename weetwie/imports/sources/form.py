"""The one form that every reader of chats, lists, boards, trackers and wikis gives.

A reader is pure: it opens files of an export and yields records in the order in which they stand. It gives what everybody in
the organisation could read there, and of the rest only that it was left out.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, Literal

import msgspec

from weetwie.imports.box import OpenArchive

Reason = Literal["private", "direct", "program", "notice", "empty", "deleted", "copy", "older"]
"""Why something does not come in: its channel is not for everybody, it went to one or a few, a program wrote it, it only tells
that something happened (somebody joined, a topic was set), it has no words, it was deleted there, it is a copy of what comes
in anyway, it is older than what was asked for."""


class Author(msgspec.Struct, frozen=True):
    """Who wrote something, as far as the source tells."""

    key: str = ""
    """What the source knows them by, the same in every export of it."""
    name: str = ""
    address: str = ""
    handle: str = ""
    is_program: bool = False
    """The source marks it as an integration or a bot. What one wrote is left out."""


class Channel(msgspec.Struct, frozen=True):
    """A channel, stream, list, category, project or space. Stands before its messages."""

    key: str
    name: str
    is_open: bool = True
    """Everybody in the organisation could read it. None of a closed channel's messages are given, nor its name, which is for those
    who are in it; its key is, so that what came in while it was open can go. Where an export does not tell, it is closed."""
    link: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A passage: plain text with line breaks; code between backticks; people and channels by their names; links as they are."""

    key: str
    """The same in every export of this source."""
    channel: str
    """The key of its channel."""
    author: Author
    at: datetime
    """With a zone."""
    text: str
    title: str = ""
    reply_to: str = ""
    thread: str = ""
    """The key of the message that began the thread; empty where this one does."""
    accepted: str = ""
    """Of a question: the key of the answer that was accepted."""
    is_question: bool | None = None
    """None: it is one when it reads like one."""
    endorsers: tuple[Author, ...] = ()
    """Who vouched for it by name (never mere likes)."""
    tags: tuple[str, ...] = ()
    link: str = ""
    """Its own address there, where the export gives one or what one is made of."""
    files: tuple[str, ...] = ()
    """The names of files that hang on it; the files stay where they are."""
    language: str | None = None
    edited_at: datetime | None = None
    file: str = ""
    """Where in the export it stands, for whoever looks it up: the file and the place in it."""
    place: str = ""


class Removed(msgspec.Struct, frozen=True):
    """The export says that this message was deleted there."""

    key: str


class LeftOut(msgspec.Struct, frozen=True):
    """Something that does not come in on purpose. Counted, and nothing of it told."""

    reason: Reason
    count: int = 1


class Trouble(msgspec.Struct, frozen=True):
    """Something that could not be read; everything else goes on."""

    file: str
    place: str
    """`line 3`, `message 12`; empty for the whole file."""
    reason: str
    """A sentence, marked for translation, with values in it as `{name}`."""
    values: Mapping[str, object] = msgspec.field(default_factory=dict)


Record = Channel | Message | Removed | LeftOut | Trouble


class Asked(msgspec.Struct, frozen=True):
    """What is wanted of an export."""

    since: datetime | None = None
    """Nothing older. A live source would begin here."""
    lists: tuple[str, ...] = ()
    """Of mail: the addresses of the lists that may come in; nothing else does. Of Teams: the ids of channels that are open to
    everybody though the export does not say so."""
    address: str = ""
    """Where the source is on the web (`https://forum.example.org`), for links that the export does not hold."""


class Export(msgspec.Struct, frozen=True):
    """An export that was recognised."""

    name: str
    """What tells this source from others of its kind in every export of it: the workspace, the host, the list."""
    records: Iterator[Record]
    position: Callable[[], int]
    """How far of `size` the reading is."""
    size: int


Reader = Callable[[OpenArchive, Asked], Export]
"""Raises Invalid, with a sentence, for files that are no export of this kind."""

LONGEST: Final = 100_000
"""Characters of one passage; a reader cuts what is longer and gives no trouble for it."""
