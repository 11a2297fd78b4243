"""Issues and comments of Jira: pages of its REST API as JSON (whatever the form of texts), and tables as CSV.

A project is a channel, an issue and its comments are a thread. Issues with a security level and comments for a role or a group never
come in. Where an issue was resolved, the last comment by whom it was assigned to is its answer.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Final
from urllib.parse import urlsplit

from weetwie.errors import Invalid, _
from weetwie.imports.box import OpenArchive
from weetwie.imports.sources import beside
from weetwie.imports.sources.checked import no_time, passed
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Asked, Channel, Export, LeftOut, Message, Record, Removed, Trouble
from weetwie.imports.sources.jira_issues import Comment, Issue, Issues

NO_ISSUES: Final = _("There are no Jira issues in it, neither as JSON nor as CSV.")


def read(box: OpenArchive, asked: Asked) -> Export:
    """Raises Invalid."""
    names = sorted(
        name
        for name in beside.readable(box)
        if name.lower().endswith((".json", ".jsonl", ".ndjson", ".csv", ".json.gz", ".csv.gz"))
    )
    files = Files(box, names, times=2)
    begins = [files.begin(name, 1 << 16).replace(b"\x00", b"") for name in names[:1000]]
    if not any(_looks_right(begin) for begin in begins):
        raise Invalid(beside.instead(box) or NO_ISSUES, field="file")
    host = urlsplit(asked.address).hostname or next(filter(None, map(_host_in, begins)), "")
    name = host or re.sub(r"\.\w{2,5}$", "", box.name) or "jira"
    return Export(
        name,
        chain(beside.troubles(box), _Reading(files, asked).records(names)),
        files.position,
        max(files.size, 1),
    )


def _looks_right(begin: bytes) -> bool:
    is_json = b'"fields"' in begin and (
        b'"summary"' in begin or b'"issuetype"' in begin or b'"issues"' in begin
    )
    return is_json or (b"Issue key" in begin and b"Summary" in begin)


def _host_in(begin: bytes) -> str:
    found = re.search(rb'"self"\s*:\s*"https?://([A-Za-z0-9.-]{1,200})', begin)
    return found[1].decode() if found and found[1] != b"api.atlassian.com" else ""


class _Reading:
    def __init__(self, files: Files, asked: Asked) -> None:
        self._issues = Issues(files, asked.address)
        self._asked = asked
        self._opened: set[str] = set()
        self._seen: set[str] = set()

    def records(self, names: list[str]) -> Iterator[Record]:
        for name in names:
            self._issues.learn(name)
        for name in names:
            for one in self._issues.of(name):
                if isinstance(one, Trouble):
                    yield one
                else:
                    yield from self._given(one[1], name, one[0])

    def _given(self, issue: Issue, name: str, place: str) -> Iterator[Record]:
        if issue.is_restricted or issue.is_closed:
            yield LeftOut("private", 1 + len(issue.comments))
            if issue.is_closed and issue.project not in self._opened:
                self._opened.add(issue.project)
                yield Channel(issue.project, "", is_open=False)
            keys = (issue.key, *(one.key for one in issue.comments))
            yield from (Removed(key) for key in keys if key)
        elif issue.at is None or not issue.key:
            yield no_time(name, place, issue.shown)
        elif issue.key in self._seen:
            yield LeftOut("copy")
        else:
            self._seen.add(issue.key)
            if issue.project not in self._opened:
                self._opened.add(issue.project)
                yield Channel(issue.project, issue.project_name or issue.project)
            yield from self._messages(issue, issue.at, name, place)

    def _messages(self, issue: Issue, at: datetime, name: str, place: str) -> Iterator[Record]:
        answer = _answer(issue)
        begun = Message(
            key=issue.key,
            channel=issue.project,
            author=issue.author,
            at=at,
            text=issue.text or issue.title,
            title=issue.title if issue.text else "",
            accepted=answer,
            is_question=True if answer else None,
            tags=issue.tags,
            link=issue.link,
            files=issue.files,
            edited_at=issue.edited_at,
            file=name,
            place=place,
        )
        yield LeftOut("program") if issue.author.is_program else passed(begun, self._asked)
        for comment in issue.comments:
            if comment.is_restricted:
                yield LeftOut("private")
                yield Removed(comment.key)
            elif comment.author.is_program:
                yield LeftOut("program")
            elif comment.at is None:
                yield no_time(name, place, comment.text[:40])
            else:
                yield passed(_said(issue, comment, comment.at, begun), self._asked)


def _said(issue: Issue, comment: Comment, at: datetime, begun: Message) -> Message:
    number = comment.key.rpartition("/")[2]
    return Message(
        key=comment.key,
        channel=issue.project,
        author=comment.author,
        at=at,
        text=comment.text,
        reply_to=issue.key,
        thread=issue.key,
        is_question=False if comment.key == begun.accepted else None,
        link=f"{issue.link}?focusedCommentId={number}" if issue.link and number.isdecimal() else issue.link,
        files=comment.files,
        edited_at=comment.edited_at,
        file=begun.file,
        place=begun.place,
    )


def _answer(issue: Issue) -> str:
    """The last comment by whom the issue was assigned to, where it was resolved by then; not for what one did for oneself."""
    if issue.resolved_at is None or not issue.assignee.key or issue.assignee.key == issue.author.key:
        return ""
    own = [
        one
        for one in issue.comments
        if one.author.key == issue.assignee.key and one.at and not one.is_restricted and one.text
    ]
    return own[-1].key if own else ""
