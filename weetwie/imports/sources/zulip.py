"""An export of Zulip: `realm.json` with its people and channels, and `messages-000001.json` and so on with what they wrote."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from weetwie.errors import Invalid, _
from weetwie.imports.box import OpenArchive
from weetwie.imports.plain import plain as plain_html
from weetwie.imports.sources import beside
from weetwie.imports.sources.checked import NO_RECORD, no_time, passed, text_of, time_of
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import (
    Asked,
    Author,
    Channel,
    Export,
    LeftOut,
    Message,
    Reason,
    Record,
    Trouble,
)
from weetwie.imports.sources.markdown import plain
from weetwie.imports.sources.pieces import pieces

NO_EXPORT: Final = _(
    "This isn't a Zulip export: there's no realm.json with people and channels in it. Use the file that Zulip gave you, unchanged."
)
_MESSAGES: Final = re.compile(r"messages-\d+\.json")
_PEOPLE: Final = ("zerver_userprofile", "zerver_userprofile_mirrordummy", "zerver_userprofile_crossrealm")
_OF_ZULIP: Final = "zerver_userprofile_crossrealm"
"""The programs that Zulip itself brings: notification-bot and its like."""
_OF_A_CHANNEL: Final = 2
"""The type of recipient; 1 is a person, 3 a few."""
_UNNAMED: Final = "#private"
_ADDRESSED: Final = re.compile(
    r"@_?\*\*([^*|\n]+)(?:\|\d+)?\*\*|@_?\*([^*\n]+)\*|#\*\*([^*>\n]+)(?:>([^*@\n]*))?(?:@\d+)?\*\*|<time:([^<>\n]+)>"
)
_QUOTE: Final = re.compile(
    r"(?:^@_?\*\*[^*\n]+\*\* \[[^\[\]\n]*\]\([^()\n]*\):[ \t]*\n)?^(`{3,}|~{3,})[ \t]*quote[ \t]*\n.*?(?:^\1`*[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""What somebody else said, with the line above it that says who and where."""
_SPOILER: Final = re.compile(
    r"^(`{3,}|~{3,})[ \t]*spoiler\b[ \t]*([^\n]*)\n(.*?)(?:^\1`*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_UPLOAD: Final = re.compile(r"\[([^\[\]\n]{0,300})\]\(/user_uploads/([^()\s]{1,600})\)")
_RESOLVED: Final = re.compile(r"^\u2714 ")
_NO_TOPIC: Final = frozenset(("", "(no topic)", "general chat"))


def read(box: OpenArchive, asked: Asked) -> Export:
    names = beside.readable(box)
    realms = [name for name in box.ending("realm.json") if name in names]
    folder = realms[0].rpartition("/")[0] if realms else ""
    wanted = [name for name in names if name.rpartition("/")[0] == folder]
    days = sorted(name for name in wanted if _MESSAGES.fullmatch(name.rpartition("/")[2]))
    files = Files(box, [*realms[:1], *days])
    reader = _Reader(files, asked)
    if not realms or not reader.is_one(realms[0]):
        raise Invalid(beside.instead(box) or NO_EXPORT, field="file")
    return Export(reader.name or "zulip", reader.records(days), files.position, files.size)


class _Reader:
    def __init__(self, files: Files, asked: Asked) -> None:
        self._files = files
        self._asked = asked
        self._troubles: list[Trouble] = list(beside.troubles(files.box))
        self.name = ""
        self._people: dict[str, Author] = {}
        self._channels: dict[str, tuple[str, bool]] = {}
        """By id: how it is called, and whether it is open."""
        self._open_by_name: dict[str, bool] = {}
        self._recipients: dict[str, tuple[int, str]] = {}
        """By id: the type, and the id of the channel."""
        self._topics: dict[tuple[str, str], str] = {}
        """The key of the message that began each."""
        self._address = asked.address.rstrip("/")

    def is_one(self, file: str) -> bool:
        """Reads the lists; false where none is in it."""
        found = False
        for piece in pieces(self._files, file):
            table = piece.path[0] if piece.path else ""
            if piece.damage:
                self._troubles.append(piece.trouble(file))
            elif table in (*_PEOPLE, "zerver_stream", "zerver_recipient", "zerver_realm"):
                found = True
                if isinstance(piece.value, dict):
                    self._note(table, piece.value)
                else:
                    self._troubles.append(Trouble(file, piece.place, NO_RECORD))
        return found

    def _note(self, table: str, row: Mapping[str, Any]) -> None:
        key = text_of(row.get("id"))
        if table in _PEOPLE:
            self._people[key] = _author(key, row, table == _OF_ZULIP)
        elif table == "zerver_stream":
            name = text_of(row.get("name")).removeprefix("!DEACTIVATED:")
            is_open = row.get("invite_only") is False
            self._channels[key] = (name, is_open)
            self._open_by_name[name] = is_open
        elif table == "zerver_recipient":
            kind = row.get("type")
            self._recipients[key] = (kind if isinstance(kind, int) else 0, text_of(row.get("type_id")))
        else:
            self.name = text_of(row.get("string_id")) or text_of(row.get("uuid")) or text_of(row.get("name"))

    def records(self, files: list[str]) -> Iterator[Record]:
        yield from self._troubles
        for key, (name, is_open) in self._channels.items():
            link = f"{self._address}/#narrow/channel/{_in_address(key)}" if self._address and is_open else ""
            yield Channel(key, name if is_open else "", is_open, link)
        for file in files:
            for piece in pieces(self._files, file):
                if piece.damage:
                    yield piece.trouble(file)
                elif piece.path == ("zerver_message",):
                    is_row = isinstance(piece.value, dict)
                    place = f"message {piece.number}"
                    yield self._one(piece.value, file, place) if is_row else Trouble(file, place, NO_RECORD)

    def _one(self, row: Mapping[str, Any], file: str, place: str) -> Record:
        kind, channel = self._recipients.get(text_of(row.get("recipient")), (0, ""))
        name, is_open = self._channels.get(channel, ("", False))
        if kind != _OF_A_CHANNEL or not is_open:
            reason: Reason = "direct" if kind in (1, 3) else "private"
            return LeftOut(reason)
        moment = time_of(row.get("date_sent") or row.get("pub_date"))
        if moment is None:
            return no_time(file, place, row.get("date_sent"))
        sender = text_of(row.get("sender"))
        author = self._people.get(sender) or Author(sender)
        if author.is_program:
            return LeftOut("program")
        key = text_of(row.get("id"))
        if not key:
            return Trouble(file, place, NO_RECORD)
        topic = text_of(row.get("subject")).strip()
        text = self._text_of(row)
        began = self._topics.setdefault((channel, _RESOLVED.sub("", topic).casefold()), key) if text else key
        found = Message(
            key=key,
            channel=channel,
            author=author,
            at=moment,
            text=text,
            title="" if topic in _NO_TOPIC or began != key else _RESOLVED.sub("", topic),
            thread="" if began == key else began,
            link=self._link(channel, name, topic, key),
            files=tuple(
                found[1] or found[2].rpartition("/")[2]
                for found in _UPLOAD.finditer(text_of(row.get("content")))
            ),
            edited_at=time_of(row.get("last_edit_time")),
            file=file,
            place=place,
        )
        return passed(found, self._asked)

    def _text_of(self, row: Mapping[str, Any]) -> str:
        """What was written, else what Zulip made of it; without what others are quoted with."""
        written = text_of(row.get("content")).removeprefix("/me ")
        if not written.strip():
            return plain_html(text_of(row.get("rendered_content")), code=True, without=("blockquote",))
        return plain(_SPOILER.sub(r"\2\n\3", _QUOTE.sub("", written)), self._named)

    def _named(self, text: str) -> str:
        return _ADDRESSED.sub(self._called, text) if "**" in text or "@" in text or "<time" in text else text

    def _called(self, found: re.Match[str]) -> str:
        """People and channels without the stars; a channel that not everybody can see has no name."""
        person, group, channel, topic, time = found.groups()
        if channel is not None:
            is_open = self._open_by_name.get(channel, False)
            return f"#{channel}{f' > {topic}' if topic else ''}" if is_open else _UNNAMED
        return time if time is not None else f"@{person or group}"

    def _link(self, channel: str, name: str, topic: str, key: str) -> str:
        if not self._address:
            return ""
        slug = _in_address(f"{channel}-{name.replace(' ', '-')}")
        return f"{self._address}/#narrow/channel/{slug}/topic/{_in_address(topic)}/near/{_in_address(key)}"


def _author(key: str, row: Mapping[str, Any], is_of_zulip: bool) -> Author:
    address = text_of(row.get("delivery_email")) or text_of(row.get("email"))
    return Author(
        key=key,
        name=text_of(row.get("full_name")) or text_of(row.get("short_name")),
        address="" if address.endswith((".invalid", "@zulip.com")) and is_of_zulip else address,
        handle="",
        is_program=is_of_zulip or row.get("is_bot") not in (None, False, 0, "") or bool(row.get("bot_type")),
    )


def _in_address(text: str) -> str:
    """As Zulip writes what stands behind the `#` of an address."""
    return quote(text, safe="").replace(".", "%2E").replace("%", ".")
