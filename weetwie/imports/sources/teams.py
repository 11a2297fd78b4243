"""What Microsoft Graph gives of Teams: files of teams, channels, people and messages, in any folders and under any names.

Graph answers with `{"value": [..]}`; scripts write that down as it is, as a list, in lines, or channels with their messages in them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from weetwie.errors import Invalid, _
from weetwie.imports.box import OpenArchive
from weetwie.imports.plain import plain
from weetwie.imports.sources import beside
from weetwie.imports.sources.checked import NO_RECORD, dict_of, dicts_of, no_time, passed, text_of, time_of
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import (
    Asked,
    Author,
    Channel,
    Export,
    LeftOut,
    Message,
    Record,
    Removed,
    Trouble,
)
from weetwie.imports.sources.graph import OfGraph, found_in
from weetwie.imports.sources.lines import lines
from weetwie.imports.sources.pieces import JsonPiece, pieces

NO_EXPORT: Final = _(
    "This isn't a Teams export: there are no channels or messages in it as Microsoft Graph gives them."
)
UNLISTED: Final = _(
    "Nothing in this export says that the channel {channel} is open to everyone, so its messages weren't imported. Add its list of channels."
)
_GONE_INTO: Final = ("teams", "channels")
_LINES: Final = (".jsonl", ".ndjson")
_TENANT: Final = re.compile(r"[?&]tenantId=([0-9a-fA-F-]{36})")
_TEAM: Final = re.compile(r"[?&]groupId=([0-9a-fA-F-]{36})")
_EMOJI: Final = re.compile(r'<emoji\b[^<>]*?\balt="([^"<>]*)"[^<>]*>')
_OLD_EMOJI: Final = re.compile(r"<img\b[^<>]*schema\.skype\.com/Emoji[^<>]*>")
_AT: Final = re.compile(r"<at\b[^<>]*>")
_CODE: Final = re.compile(r"<(/?)codeblock\b[^<>]*>")
_GUEST: Final = "#EXT#"
"""In the name that a directory makes up for somebody of elsewhere; it is no address."""
_NAMELESS: Final = "orgid:"
_MOST_TOLD: Final = 1000


def read(box: OpenArchive, asked: Asked) -> Export:
    names = sorted(name for name in beside.readable(box) if name.lower().endswith((".json", *_LINES)))
    files = Files(box, names, times=2)
    reader = _Reader(files, asked, names)
    if not reader.is_one:
        raise Invalid(beside.instead(box) or NO_EXPORT, field="file")
    return Export(reader.tenant or "teams", reader.records(), files.position, files.size)


class _Reader:
    """Reads twice: which channels are open may be told after their messages."""

    def __init__(self, files: Files, asked: Asked, names: list[str]) -> None:
        self._files = files
        self._asked = asked
        self._names = names
        self._people: dict[str, Author] = {}
        self._channels: dict[str, tuple[str, str, str]] = {}
        """By id: how it is called, whom it is for, its address."""
        self._teams: dict[str, str] = {}
        """By id: who may see it, where that is told."""
        self._team_of: dict[str, str] = {}
        self._tenants: Counter[str] = Counter()
        self._unlisted: set[str] = set()
        self.is_one = False
        for name in names:
            self._look(name)

    @property
    def tenant(self) -> str:
        return self._tenants.most_common(1)[0][0] if self._tenants else ""

    def _look(self, name: str) -> None:
        of_this_team: list[str] = []
        for piece in self._pieces(name):
            for found in found_in(piece):
                self._note(found)
                if found.kind == "channel" and piece.path[-2:] == ("teams", "channels"):
                    of_this_team.append(text_of(found.value.get("id")))
                elif found.kind == "team" and piece.is_rest:
                    self._team_of.update(dict.fromkeys(of_this_team, text_of(found.value.get("id"))))
                    of_this_team = []

    def _pieces(self, name: str) -> Iterator[JsonPiece]:
        is_lines = name.lower().endswith(_LINES)
        return lines(self._files, name) if is_lines else pieces(self._files, name, _GONE_INTO)

    def _note(self, found: OfGraph) -> None:
        value = found.value
        key = text_of(value.get("id"))
        self.is_one |= found.kind in ("channel", "message")
        address = text_of(value.get("webUrl"))
        if found.kind in ("channel", "message") and (tenant := _TENANT.search(address)):
            self._tenants[tenant[1]] += 1
        if found.kind == "channel":
            membership = text_of(value.get("membershipType")).lower()
            known = self._channels.get(key)
            if known is None or not known[1] or membership not in ("", "standard"):
                self._channels[key] = (text_of(value.get("displayName")), membership, address)
            team = _TEAM.search(address)
            self._belongs(key, found.team or (team[1] if team else ""))
        elif found.kind == "message":
            identity = dict_of(value.get("channelIdentity"))
            channel = text_of(identity.get("channelId"))
            self._belongs(channel, text_of(identity.get("teamId")))
            if channel in self._asked.lists:
                self._channels.setdefault(channel, (channel, "", ""))
        elif found.kind == "team":
            if visibility := text_of(value.get("visibility")).lower():
                self._teams[key] = visibility
        elif found.kind == "person":
            person = _author(value)
            known_person = self._people.get(person.key)
            if person.key and (known_person is None or not known_person.address):
                self._people[person.key] = person

    def _belongs(self, channel: str, team: str) -> None:
        if channel and team:
            self._team_of.setdefault(channel, team)

    def _is_open(self, channel: str) -> bool:
        _name, membership, _address = self._channels.get(channel, ("", "", ""))
        is_named = not membership and channel in self._asked.lists
        team = self._team_of.get(channel, "")
        return (membership == "standard" or is_named) and self._teams.get(team, "public") == "public"

    def records(self) -> Iterator[Record]:
        yield from beside.troubles(self._files.box)
        for key, (name, _membership, address) in self._channels.items():
            is_open = self._is_open(key)
            yield Channel(key, name if is_open else "", is_open, address if is_open else "")
        for name in self._names:
            for piece in self._pieces(name):
                yield from self._piece(piece, name)

    def _piece(self, piece: JsonPiece, file: str) -> Iterator[Record]:
        if piece.damage:
            yield piece.trouble(file)
        elif not isinstance(piece.value, dict):
            if not piece.path or piece.path[-1] in ("value", "messages", "replies"):
                yield Trouble(file, piece.place, NO_RECORD)
        else:
            found = [one for one in found_in(piece) if one.kind in ("message", "wrong")]
            for number, one in enumerate(found):
                place = f"{piece.place}, reply {number}" if number else piece.place
                yield from (
                    self._one(one, file, place)
                    if one.kind == "message"
                    else (Trouble(file, place, NO_RECORD),)
                )

    def _one(self, found: OfGraph, file: str, place: str) -> Iterator[Record]:
        message = found.value
        channel = text_of(dict_of(message.get("channelIdentity")).get("channelId")) or found.channel
        if message.get("chatId"):
            yield LeftOut("direct")
            return
        if not self._is_open(channel):
            if channel not in self._channels and channel and len(self._unlisted) < _MOST_TOLD:
                if channel not in self._unlisted:
                    yield Trouble(file, place, UNLISTED, {"channel": channel})
                self._unlisted.add(channel)
            yield LeftOut("private")
            return
        moment = time_of(message.get("createdDateTime"))
        key = text_of(message.get("id"))
        if moment is None or not key:
            yield (
                no_time(file, place, message.get("createdDateTime"))
                if key
                else Trouble(file, place, NO_RECORD)
            )
        elif message.get("deletedDateTime"):
            yield Removed(f"{channel}/{key}")
        elif message.get("eventDetail") or text_of(message.get("messageType")) not in ("", "message"):
            yield LeftOut("notice")
        elif "block" in text_of(dict_of(message.get("policyViolation")).get("dlpAction")).lower():
            yield LeftOut("private")
        else:
            yield self._message(message, channel, found.root, file, place)

    def _message(
        self, message: Mapping[str, Any], channel: str, within: str, file: str, place: str
    ) -> Message | LeftOut:
        sender = dict_of(message.get("from"))
        user = dict_of(sender.get("user"))
        if not user and (sender.get("application") or sender.get("device")):
            return LeftOut("program")
        author = self._people.get(text_of(user.get("id"))) or _author(user)
        root = text_of(message.get("replyToId")) or within
        moment = time_of(message.get("createdDateTime"))
        assert moment is not None, "who asks has looked"
        files = [one for one in dicts_of(message.get("attachments")) if one.get("contentType") == "reference"]
        thread = f"{channel}/{root}" if root else ""
        found = Message(
            key=f"{channel}/{text_of(message.get('id'))}",
            channel=channel,
            author=author,
            at=moment,
            text=_text_of(dict_of(message.get("body"))),
            title=text_of(message.get("subject")),
            reply_to=thread,
            thread=thread,
            link=text_of(message.get("webUrl")),
            files=tuple(text_of(one.get("name")) for one in files),
            edited_at=time_of(message.get("lastEditedDateTime")),
            file=file,
            place=place,
        )
        return passed(found, self._asked)


def _author(value: Mapping[str, Any]) -> Author:
    name, shown = text_of(value.get("userPrincipalName")), text_of(value.get("displayName"))
    address = text_of(value.get("mail") or value.get("email")) or ("" if _GUEST in name else name)
    return Author(
        key=text_of(value.get("userId") or value.get("id")),
        name="" if shown.startswith(_NAMELESS) else shown,
        address=address if "@" in address else "",
    )


def _text_of(body: Mapping[str, Any]) -> str:
    """Without what others are quoted with."""
    content = text_of(body.get("content"))
    if text_of(body.get("contentType")).lower() == "text":
        return content
    written = _CODE.sub(r"<\1pre>", _AT.sub("@", _EMOJI.sub(r"\1", _OLD_EMOJI.sub("", content))))
    return plain(written, code=True, without=("blockquote",))
