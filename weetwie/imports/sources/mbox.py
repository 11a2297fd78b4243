"""Mail of lists: mbox, maildir, folders of .eml, archives of Mailman, and the git repositories of public-inbox.

Only what went to a list that was named comes in. A mail without a zone is of UTC.
"""

import email
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message as Mail
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from itertools import chain, islice
from typing import Final
from urllib.parse import quote

import msgspec

from weetwie.errors import Invalid, _
from weetwie.imports.box import OpenArchive
from weetwie.imports.git import told
from weetwie.imports.sources import beside, public_inbox
from weetwie.imports.sources.checked import LONGEST_KEY, NOT_READABLE, no_time, passed, time_of, web_link
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
from weetwie.imports.sources.mail_files import NO_MAIL, RawMail, mails, names_of
from weetwie.imports.sources.mail_lists import Lists, author_of, is_from_program, list_of, wants_no_archive
from weetwie.imports.sources.mail_text import header, heard, written
from weetwie.text.signs import visible

NAME_A_LIST: Final = _(
    "These e-mails went to several lists, or to people. Name the addresses of the lists that may be imported."
)
UNPACK_GIT: Final = _("Unpack the repository first and use its folder.")
_LOOKED_AT: Final = 400
"""Mails whose list is looked at where none was named."""
_ID: Final = re.compile(r"<([^<>\s]{1,998})>")
_ANSWER: Final = re.compile(
    r"(?:\s*(?:re|aw|antw|sv|vs|fwd?|wg|tr|rif|odp)(?:\[\d+\])?\s*:|\s*\[[^\[\]]{1,60}\])+\s*", re.IGNORECASE
)
_IS_ANSWER: Final = re.compile(
    r"\s*(?:\[[^\[\]]{1,60}\]\s*)*(?:re|aw|antw|sv|vs|odp)(?:\[\d+\])?\s*:", re.IGNORECASE
)
_BY: Final = re.compile(r"From: ([^<>\n]{1,200})<([^<>\s@]{1,100}@[^<>\s@]{1,100})>\n")
_STAMPED: Final = re.compile(r"From \S+(?: at \S+)?\s+(.+)")


def read(box: OpenArchive, asked: Asked) -> Export:
    """Raises Invalid."""
    inboxes = public_inbox.repositories(box.sizes)
    if inboxes:
        return _of_git(box, asked, inboxes)
    names = [name for name in names_of(beside.readable(box)) if not name.lower().endswith(beside.PACKED)]
    files = Files(box, names)
    sample = _sample(files, names)
    if not sample and beside.instead(box):
        raise Invalid(beside.instead(box), field="file")
    lists = _lists(asked, sample)
    raw = (one for name in names for one in mails(files, name))
    return Export(
        lists.name,
        chain(beside.troubles(box), _Reading(lists, asked).records(raw)),
        files.position,
        max(files.size, 1),
    )


def _of_git(box: OpenArchive, asked: Asked, inboxes: list[str]) -> Export:
    if box.folder is None:
        raise Invalid(UNPACK_GIT, field="file")
    folders = {name: box.folder / name for name in inboxes}
    done = [0]

    def note() -> None:
        done[0] += 1

    def raw() -> Iterator[tuple[RawMail, bool] | Trouble]:
        for name, folder in folders.items():
            yield from public_inbox.mails(folder, name, note)

    sample = [one[0] for one in islice(raw(), _LOOKED_AT) if isinstance(one, tuple)]
    lists = _lists(asked, sample)
    done[0] = 0
    size = sum(public_inbox.count(folder) for folder in folders.values())
    return Export(lists.name, _Reading(lists, asked).records(raw()), lambda: done[0], max(size, 1))


def _sample(files: Files, names: list[str]) -> list[RawMail]:
    """Some mails of many files; looking at them counts for nothing."""
    step = max(len(names) // _LOOKED_AT, 1)
    each = max(_LOOKED_AT // max(len(names), 1), 1)
    position = files.position()
    found = [
        one for name in names[::step] for one in islice(mails(files, name), each) if isinstance(one, RawMail)
    ]
    files.note(position - files.position())
    return found


def _lists(asked: Asked, sample: list[RawMail]) -> Lists:
    if not sample:
        raise Invalid(NO_MAIL, field="file")
    if asked.lists:
        return Lists(asked.lists)
    found = {list_of(_parsed(one)) for one in sample}
    only = found.pop() if len(found) == 1 else ""
    if not only:
        raise Invalid(NAME_A_LIST, field="lists")
    return Lists((only,))


def _parsed(raw: RawMail) -> Mail:
    return email.message_from_bytes(raw.data)


class _Reading:
    """Remembers of each mail what thread it is in, in 8 bytes and a name that its thread shares."""

    def __init__(self, lists: Lists, asked: Asked) -> None:
        self._lists = lists
        self._asked = asked
        self._threads: dict[int, str] = {}
        self._channels: set[str] = set()

    def records(
        self, raw: Iterator[RawMail | LeftOut | Trouble] | Iterator[tuple[RawMail, bool] | Trouble]
    ) -> Iterator[Record]:
        for one in raw:
            if isinstance(one, LeftOut | Trouble):
                yield one
                continue
            mail, is_added = one if isinstance(one, tuple) else (one, True)
            try:
                yield from self._of_one(mail, is_added)
            except Exception as error:  # noqa: BLE001  the library fails on some mails in ways that no list of errors names
                reason = {"reason": str(error)[:200] or type(error).__name__}
                yield Trouble(mail.file, mail.place, NOT_READABLE, reason)

    def _of_one(self, raw: RawMail, is_added: bool) -> Iterator[Record]:
        mail = _parsed(raw)
        key = _key(mail, raw)
        if not is_added:
            yield Removed(key)
            return
        address = self._lists.of(mail, raw.postmark)
        author = author_of(mail, self._lists)
        if not address:
            yield LeftOut("private" if list_of(mail) else "direct")
        elif wants_no_archive(mail):
            yield LeftOut("private")
        elif is_from_program(mail, author):
            yield LeftOut("program")
        elif _digest(key) in self._threads:
            yield LeftOut("copy")
        elif (at := _time(mail, raw)) is None:
            yield no_time(raw.file, raw.place, header(mail, "Date"))
        else:
            if address not in self._channels:
                self._channels.add(address)
                link = next(iter(re.findall(r"<(https?://[^<>\s]+)>", str(mail.get("List-Archive", "")))), "")
                yield Channel(address, address.partition("@")[0], link=web_link(link))
            message = self._message(mail, key, author, at)
            yield passed(
                msgspec.structs.replace(message, channel=address, file=raw.file, place=raw.place), self._asked
            )

    def _message(self, mail: Mail, key: str, author: Author, at: datetime) -> Message:
        parent, begun = _above(mail)
        thread = self._threads.get(_digest(begun), begun) if begun else key
        self._threads[_digest(key)] = thread
        text, files = written(mail)
        endorsers: tuple[Author, ...] = ()
        if "\nSigned-off-by: " in text:
            author, text = _author_of_patch(text) or (author, text)
            text, named, _co = told(text)
            endorsers = tuple(Author(name=one.name, address=one.address) for one in named)
        subject = header(mail, "Subject")
        return Message(
            key=key,
            channel="",
            author=author,
            at=at,
            text=text,
            title="" if parent or _IS_ANSWER.match(subject) else _without_marks(subject),
            reply_to=parent,
            thread=thread if thread != key else "",
            endorsers=endorsers,
            files=tuple(files),
            link=self._link(mail, key),
        )

    def _link(self, mail: Mail, key: str) -> str:
        archived = header(mail, "Archived-At").strip("<> ")
        if archived or not self._asked.address:
            return web_link(archived)
        return web_link(f"{self._asked.address.rstrip('/')}/{quote(key, safe='@')}/")


def _without_marks(subject: str) -> str:
    found = _ANSWER.match(subject)
    return subject[found.end() :] or subject if found else subject


def _author_of_patch(text: str) -> tuple[Author, str] | None:
    """Who sends on what somebody else wrote says so in the first line."""
    found = _BY.match(text)
    if not found:
        return None
    address = found[2].lower()
    return Author(key=address, name=visible(found[1]).strip("\"' "), address=address), text[found.end() :]


def _key(mail: Mail, raw: RawMail) -> str:
    """Its Message-ID; a digest of all of it where it has none, or one that is far too long."""
    given = str(mail.get("Message-ID", "") or mail.get("Message-Id", ""))
    found = _ID.search(given)
    key = heard(found[1] if found else given).strip("<> ")
    return (
        key if 0 < len(key) <= LONGEST_KEY else blake2b(key.encode() or raw.data, digest_size=16).hexdigest()
    )


def _digest(key: str) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "replace"), digest_size=8).digest())


def _above(mail: Mail) -> tuple[str, str]:
    """What it answers, and what began the thread as far as it says."""
    references = [one[:LONGEST_KEY] for one in _ID.findall(str(mail.get("References", ""))[:20_000])]
    answered = [one[:LONGEST_KEY] for one in _ID.findall(str(mail.get("In-Reply-To", ""))[:4000])]
    parent = references[-1] if references else answered[0] if answered else ""
    return heard(parent), heard(references[0] if references else parent)


def _time(mail: Mail, raw: RawMail) -> datetime | None:
    """When it was sent; where that cannot be so, when it was received, or as the line above it says."""
    received = [str(one).rpartition(";")[2] for one in mail.get_all("Received", [])[:1]]
    stamped = _STAMPED.fullmatch(raw.postmark)
    for given in [str(mail.get("Date", "")), *received, stamped[1] if stamped else ""]:
        try:
            at = parsedate_to_datetime(given.strip()[:200])
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
            found = time_of(at.astimezone(UTC).isoformat())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if found:
            return found
    return None
