"""An export of Slack: `channels.json`, `users.json`, and a folder a channel with a file a day; those of Enterprise Grid too."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from weetwie.errors import Invalid, _
from weetwie.imports.box import OpenArchive
from weetwie.imports.sources import beside
from weetwie.imports.sources.checked import NO_RECORD, dict_of, no_time, passed, text_of, time_of
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Asked, Channel, Export, LeftOut, Message, Record, Removed, Trouble
from weetwie.imports.sources.pieces import pieces
from weetwie.imports.sources.slack_lists import CHANNELS, PEOPLE, SlackChannel, SlackLists, last
from weetwie.imports.sources.slack_text import files_of, said_of_a_file, words_of

NO_EXPORT: Final = _(
    "This isn't a Slack export: there's no channels.json in it. Use the ZIP file that Slack gave you, unchanged."
)
UNLISTED: Final = _(
    "This channel isn't listed in channels.json, so it may be private. Its messages weren't imported."
)

_BESIDE: Final = frozenset(
    """
    canvases canvas_in_the_conversation content_flags huddle_transcripts integration_logs lists
    __uploads attachments avatars emoji emojis
    """.split()
)
"""Files and folders that are no channels."""
_OF_A_FILE: Final = "FC:"
"""The folder of what was said of one file, as far as it was shared with some."""
_WRITTEN: Final = frozenset(
    (
        "",
        "me_message",
        "thread_broadcast",
        "reply_broadcast",
        "file_share",
        "file_comment",
        "file_mention",
        "bot_message",
    )
)
"""Kinds of messages that somebody wrote; all others tell that something happened."""
_WORKSPACE: Final = re.compile(
    rb'"permalink":\s*"https:\\?/\\?/([a-z0-9-]+(?:\.enterprise)?)\.slack\.com\\?/'
)
_MOST_REMEMBERED: Final = 50_000
_LOOKED_AT: Final = 40
"""Files that are looked at for the address of the workspace."""


def read(box: OpenArchive, asked: Asked) -> Export:
    names = beside.readable(box)
    files = Files(box, [name for name in names if name.endswith(".json")])
    lists = SlackLists(files, [name for name in names if last(name) in (*CHANNELS, *PEOPLE)])
    if not lists.is_one:
        raise Invalid(beside.instead(box) or NO_EXPORT, field="file")
    return Export(
        lists.team or "slack", _Reader(files, asked, names, lists).records(), files.position, files.size
    )


class _Reader:
    def __init__(self, files: Files, asked: Asked, names: list[str], lists: SlackLists) -> None:
        self._files = files
        self._asked = asked
        self._names = names
        self._lists = lists
        self._address = asked.address.rstrip("/") or self._found_address()

    def records(self) -> Iterator[Record]:
        yield from beside.troubles(self._files.box)
        yield from self._lists.troubles
        for place in self._lists.channels():
            link = f"{self._address}/archives/{place.key}" if self._address and place.is_open else ""
            yield Channel(place.key, place.name if place.is_open else "", place.is_open, link)
        for folder, names in self._folders().items():
            yield from self._folder(folder, names)

    def _found_address(self) -> str:
        """Where most of the files that were shared say that they are."""
        found: Counter[str] = Counter()
        for name in [name for name in self._names if "/" in name and name.endswith(".json")][:_LOOKED_AT]:
            found.update(host.decode() for host in _WORKSPACE.findall(self._files.begin(name, 1 << 18)))
        return f"https://{found.most_common(1)[0][0]}.slack.com" if found else ""

    def _folders(self) -> dict[tuple[str, str], list[str]]:
        """The files with messages, by the folder of the lists and the channel's folder in it; the days in order."""
        found: dict[tuple[str, str], list[str]] = {}
        roots = sorted(self._lists.places or {""}, key=len, reverse=True)
        for name in sorted(self._names):
            root = next((root for root in roots if not root or name.startswith(f"{root}/")), None)
            inner = name[len(root) + 1 if root else 0 :].split("/") if root is not None else []
            if not name.endswith(".json") or len(inner) not in (1, 2):
                continue
            if _BESIDE.intersection((inner[0], inner[-1][:-5])):
                continue
            if len(inner) == 2 or inner[0][:-5] in self._lists.places.get(root or "", {}):
                found.setdefault((root or "", inner[0].removesuffix(".json")), []).append(name)
        return found

    def _folder(self, folder: tuple[str, str], names: list[str]) -> Iterator[Record]:
        root, called = folder
        place = self._lists.place_of(root, called)
        if place is None and not called.startswith(_OF_A_FILE):
            yield Trouble("/".join(filter(None, folder)), "", UNLISTED)
        for name in names:
            if place is not None and place.is_open:
                yield from self._day(name, place)
            else:
                count = sum(isinstance(piece.value, dict) for piece in pieces(self._files, name))
                yield LeftOut("direct" if place and place.openness == "direct" else "private", count)

    def _day(self, file: str, channel: SlackChannel) -> Iterator[Record]:
        given = _Given()
        for piece in pieces(self._files, file):
            place = f"message {piece.number}"
            if piece.damage:
                yield Trouble(file, place, piece.damage)
            elif piece.path not in ((), ("messages",)) or (piece.is_rest and "ts" not in piece.value):
                continue
            elif not isinstance(piece.value, dict):
                yield Trouble(file, place, NO_RECORD)
            else:
                yield self._one(piece.value, file, place, channel, given)

    def _one(
        self, message: Mapping[str, Any], file: str, at: str, channel: SlackChannel, given: "_Given"
    ) -> Record:
        kind = text_of(message.get("subtype"))
        is_later = kind in ("message_changed", "message_deleted")
        if kind == "message_changed" and isinstance(message.get("message"), dict):
            message = message["message"]
            kind = text_of(message.get("subtype"))
        ts = text_of(message.get("deleted_ts" if kind == "message_deleted" else "ts"))
        moment = _time(ts)
        if moment is None:
            return no_time(file, at, message.get("ts"))
        if given.is_known(ts) and not is_later:
            return LeftOut("copy")
        if kind in ("tombstone", "message_deleted"):
            return Removed(f"{channel.key}/{ts}")
        if message.get("type", "message") != "message" or kind not in _WRITTEN:
            return LeftOut("notice")
        said = said_of_a_file(message) or message
        author = self._lists.author_of(said if said.get("user") else message)
        if author.is_program or message.get("bot_id") or kind == "bot_message":
            return LeftOut("program")
        text = words_of(said, self._lists.person, self._lists.channel)
        root = text_of(message.get("thread_ts"))
        root = "" if root == ts else root
        if root and given.is_copy((root, author.key, text), kind):
            return LeftOut("copy")
        thread = f"{channel.key}/{root}" if root else ""
        found = Message(
            key=f"{channel.key}/{ts}",
            channel=channel.key,
            author=author,
            at=moment,
            text=text,
            reply_to=thread,
            thread=thread,
            link=self._link(channel.key, ts, root),
            files=files_of(message),
            edited_at=_time(text_of(dict_of(message.get("edited")).get("ts"))),
            file=file,
            place=at,
        )
        return passed(found, self._asked)

    def _link(self, channel: str, ts: str, root: str) -> str:
        if not self._address:
            return ""
        within = f"?thread_ts={root}&cid={channel}" if root else ""
        return f"{self._address}/archives/{channel}/p{ts.replace('.', '')}{within}"


class _Given:
    """What a file has given so far, of which a copy may follow: an answer in a thread that was shown to the channel too."""

    def __init__(self) -> None:
        self._times: set[str] = set()
        self._answers: set[tuple[str, str, str]] = set()

    def is_known(self, ts: str) -> bool:
        """Copies of one message stand near to one another; what is remembered stays few."""
        is_known = ts in self._times
        if len(self._times) > _MOST_REMEMBERED:
            self._times.clear()
            self._answers.clear()
        self._times.add(ts)
        return is_known

    def is_copy(self, answer: tuple[str, str, str], kind: str) -> bool:
        is_known = answer in self._answers
        self._answers.add(answer)
        return is_known and kind.endswith("_broadcast")


def _time(ts: str) -> datetime | None:
    """`1433562823.000012`: seconds."""
    try:
        return time_of(float(ts)) if len(ts) < 40 else None
    except ValueError:
        return None
