"""A bulk export of Mattermost: one line a team, channel, person and post, in a ZIP with the files that were sent, or alone."""

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from weetwie.errors import Invalid, _
from weetwie.imports.box import OpenArchive
from weetwie.imports.sources import beside
from weetwie.imports.sources.checked import (
    LONGEST_KEY,
    NO_RECORD,
    dict_of,
    dicts_of,
    list_of,
    no_time,
    passed,
    text_of,
    time_of,
)
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
from weetwie.imports.sources.lines import lines
from weetwie.imports.sources.markdown import plain
from weetwie.imports.sources.pieces import JsonPiece

NO_EXPORT: Final = _(
    "This isn't a Mattermost bulk export: its first line should be {line}. Make one with mmctl export create."
)
UNLISTED: Final = _(
    "The channel {channel} isn't listed in this export, so it may be private. Its messages weren't imported."
)
_BEGINS: Final = '{"type":"version","version":1}'
_KINDS: Final = frozenset(
    "version info emoji role scheme team channel user bot post direct_channel direct_post".split()
)
_WRITTEN: Final = frozenset(("", "me"))
"""Types of posts that somebody wrote; `system_..` tell that something happened, the rest come from plugins."""
_OF_PROGRAMS: Final = ("from_webhook", "from_bot", "from_plugin", "from_oauth_app")
_PERSON: Final = re.compile(r"(?<![\w@./])@([a-z0-9][a-z0-9._-]*)", re.IGNORECASE)
_CHANNEL: Final = re.compile(r"(?<![\w~])~([a-z0-9][a-z0-9_-]*)")
_UNNAMED: Final = "#private"
_MOST_TOLD: Final = 1000


def read(box: OpenArchive, asked: Asked) -> Export:
    files = Files(box)
    names = [name for name in beside.readable(box) if name.endswith((".jsonl", ".json", ".ndjson"))]
    found = sorted(name for name in names if _is_one(files.begin(name, 1 << 16)))
    if not found:
        raise Invalid(beside.instead(box) or NO_EXPORT, field="file", line=_BEGINS)
    files = Files(box, found)
    reader = _Reader(files, asked)
    host = urlsplit(asked.address).netloc if asked.address else ""
    return Export(host or "mattermost", reader.records(found), files.position, files.size)


def _is_one(begin: bytes) -> bool:
    line = begin.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n").partition(b"\n")[0]
    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and first.get("type") == "version"


class _Reader:
    def __init__(self, files: Files, asked: Asked) -> None:
        self._files = files
        self._asked = asked
        self._teams: dict[str, bool] = {}
        """Whether anybody may join it."""
        self._people: dict[str, Author] = {}
        self._members: dict[str, int] = {}
        """How many people a team has; programs and people who left aren't counted."""
        self._count = 0
        self._channels: dict[tuple[str, str], tuple[str, bool]] = {}
        """By team and name: how it is called, and whether it is open."""
        self._unlisted: set[tuple[str, str]] = set()

    def records(self, names: list[str]) -> Iterator[Record]:
        yield from beside.troubles(self._files.box)
        for name in names:
            yield from self._file(name)

    def _file(self, name: str) -> Iterator[Record]:
        """Channels stand before people, and tell only with these whether everybody could read them."""
        are_told = False
        for piece in lines(self._files, name):
            if piece.damage:
                yield self._trouble(piece, name)
                continue
            line = dict_of(piece.value)
            kind = text_of(line.get("type"))
            about = line.get(kind)
            if kind not in _KINDS or (kind != "version" and not isinstance(about, dict)):
                yield Trouble(name, _place(piece), NO_RECORD)
            elif kind in ("post", "direct_post"):
                if not are_told:
                    yield from self._told()
                    are_told = True
                yield from self._posts(dict_of(about), kind, name, _place(piece))
            else:
                self._note(kind, dict_of(about))
        if not are_told:
            yield from self._told()

    def _trouble(self, piece: JsonPiece, name: str) -> Trouble:
        return Trouble(name, _place(piece), piece.damage)

    def _note(self, kind: str, about: Mapping[str, Any]) -> None:
        name = text_of(about.get("name"))
        if kind == "team":
            self._teams[name] = text_of(about.get("type")) != "I" or about.get("allow_open_invite") is True
        elif kind == "channel":
            called = text_of(about.get("display_name")) or name
            self._channels[text_of(about.get("team")), name] = (called, about.get("type") == "O")
        elif kind in ("user", "bot"):
            username = text_of(about.get("username"))
            self._people[username] = author = _author(username, about, kind == "bot")
            is_guest = "guest" in text_of(about.get("roles"))
            if username and not (author.is_program or is_guest or about.get("delete_at")):
                self._count += 1
                for team in {text_of(one.get("name")) for one in dicts_of(about.get("teams"))}:
                    self._members[team] = self._members.get(team, 0) + 1

    def _told(self) -> Iterator[Record]:
        """A channel of a team that one must be invited to is open where everybody is in that team."""
        for (team, name), (called, is_listed_open) in self._channels.items():
            is_for_all = self._teams.get(team, True) or 0 < self._count <= self._members.get(team, 0)
            is_open = is_listed_open and is_for_all
            self._channels[team, name] = (called, is_open)
            address = self._asked.address.rstrip("/")
            link = f"{address}/{team}/channels/{name}" if address and is_open else ""
            yield Channel(_key(team, name), called if is_open else "", is_open, link)

    def _posts(self, post: Mapping[str, Any], kind: str, file: str, place: str) -> Iterator[Record]:
        replies = list_of(post.get("replies"))
        if kind == "direct_post":
            yield LeftOut("direct", 1 + len(replies))
            return
        where = text_of(post.get("team")), text_of(post.get("channel"))
        if where not in self._channels and where not in self._unlisted and len(self._unlisted) < _MOST_TOLD:
            self._unlisted.add(where)
            yield Trouble(file, place, UNLISTED, {"channel": "/".join(where)})
        if not self._channels.get(where, ("", False))[1]:
            yield LeftOut("private", 1 + len(replies))
            return
        root = _key(*where, text_of(post.get("create_at")), text_of(post.get("user")))
        yield self._one(post, where, root, "", file, place)
        for number, reply in enumerate(replies, 1):
            at = f"{place}, reply {number}"
            if not isinstance(reply, dict):
                yield Trouble(file, at, NO_RECORD)
                continue
            times = f"{text_of(post.get('create_at'))}-{text_of(reply.get('create_at'))}"
            key = _key(*where, times, text_of(post.get("user")), text_of(reply.get("user")))
            yield self._one(reply, where, key, root, file, at)

    def _one(
        self, post: Mapping[str, Any], where: tuple[str, str], key: str, root: str, file: str, place: str
    ) -> Record:
        moment = time_of(post.get("create_at"))
        if moment is None:
            return no_time(file, place, post.get("create_at"))
        if post.get("delete_at"):
            return Removed(key)
        kind = text_of(post.get("type"))
        props = dict_of(post.get("props"))
        username = text_of(post.get("user"))
        author = self._people.get(username) or _author(username, {}, False)
        if kind.startswith("system_"):
            return LeftOut("notice")
        is_of_program = any(
            text_of(props.get(mark)) == "true" or props.get(mark) is True for mark in _OF_PROGRAMS
        )
        if author.is_program or is_of_program or kind not in _WRITTEN:
            return LeftOut("program")
        found = Message(
            key=key,
            channel=_key(*where),
            author=author,
            at=moment,
            text=plain(text_of(post.get("message")), lambda text: self._named(text, where[0])),
            reply_to=root,
            thread=root,
            files=tuple(_last(one.get("path")) for one in dicts_of(post.get("attachments"))),
            edited_at=time_of(post.get("edit_at") or None),
            file=file,
            place=place,
        )
        return passed(found, self._asked)

    def _named(self, text: str, team: str) -> str:
        """People and channels by what they are called; a channel that not everybody can see has no name."""
        if "@" in text:
            text = _PERSON.sub(self._called, text)
        if "~" in text:
            text = _CHANNEL.sub(lambda found: self._channel(found, team), text)
        return text

    def _called(self, found: re.Match[str]) -> str:
        bare = found[1].rstrip("._-")
        for username in (found[1].lower(), bare.lower()):
            if known := self._people.get(username):
                return f"@{known.name}{found[1][len(username) :]}"
        return found[0]

    def _channel(self, found: re.Match[str], team: str) -> str:
        known = self._channels.get((team, found[1]))
        return found[0] if known is None else f"#{known[0]}" if known[1] else _UNNAMED


def _place(piece: JsonPiece) -> str:
    return f"line {piece.number}"


def _author(username: str, about: Mapping[str, Any], is_program: bool) -> Author:
    full = f"{text_of(about.get('first_name'))} {text_of(about.get('last_name'))}".strip()
    names = (full, text_of(about.get("nickname")), text_of(about.get("display_name")), username)
    return Author(
        key=username,
        name=next(filter(None, names), ""),
        address=text_of(about.get("email")),
        handle=username,
        is_program=is_program or about.get("is_bot") is True or bool(about.get("bot_owner")),
    )


def _key(*parts: str) -> str:
    """Mattermost exports no ids; a post is known by its channel, its time and who wrote it."""
    key = "/".join(parts)
    return key if len(key) <= LONGEST_KEY else sha256(key.encode(errors="replace")).hexdigest()


def _last(path: object) -> str:
    return text_of(path).replace("\\", "/").rpartition("/")[2]
