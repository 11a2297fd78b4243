"""Issues and comments of Jira: pages of its REST API as JSON (whatever the form of texts), and tables as CSV.

A project is a channel, an issue and its comments are a thread. Issues with a security level and comments for a role or a group never
come in. Where an issue was resolved, the last comment by whom it was assigned to is its answer.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from itertools import chain
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from weetwie.errors import Invalid, _
from weetwie.imports.box import OpenArchive
from weetwie.imports.days import First, first_of
from weetwie.imports.plain import plain
from weetwie.imports.sources import beside
from weetwie.imports.sources.adf import files_of, text_of_document
from weetwie.imports.sources.checked import dict_of, dicts_of, list_of, no_time, passed, text_of, time_of
from weetwie.imports.sources.clock_times import clock_time
from weetwie.imports.sources.csv_rows import CsvRow, csv_rows
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Asked, Author, Channel, Export, LeftOut, Message, Record, Trouble
from weetwie.imports.sources.json_objects import objects
from weetwie.imports.sources.wiki_markup import text_of_wiki
from weetwie.text.signs import bare_address, visible

NO_ISSUES: Final = _("There are no Jira issues in it, neither as JSON nor as CSV.")
_LISTS: Final = ("issues",)
_COMMENT: Final = re.compile(r"([^;\n]{6,60});([^;\n]{0,200});(.*)", re.DOTALL)
_PEOPLE: Final = ("reporter", "creator", "assignee")
_NOBODY: Final = Author()

Json = Mapping[str, Any]


class Comment(msgspec.Struct, frozen=True):
    key: str
    author: Author
    at: datetime | None
    text: str
    files: tuple[str, ...] = ()
    edited_at: datetime | None = None
    is_restricted: bool = False


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """As either form gives it."""

    key: str
    shown: str
    """`PUMP-12`."""
    project: str
    project_name: str
    title: str
    text: str
    author: Author
    assignee: Author
    at: datetime | None
    resolved_at: datetime | None
    comments: list[Comment]
    tags: tuple[str, ...]
    files: tuple[str, ...]
    link: str
    is_restricted: bool
    is_closed: bool
    """Its project is not for everybody."""
    edited_at: datetime | None = None


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
        chain(beside.troubles(box), _Tracker(files, asked).records(names)),
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


class _Tracker:
    def __init__(self, files: Files, asked: Asked) -> None:
        self._files = files
        self._asked = asked
        self._names: dict[str, str] = {}
        """How people are called, by what the source knows them by."""
        self._first: First = None
        self._opened: set[str] = set()
        self._seen: set[str] = set()

    def records(self, names: list[str]) -> Iterator[Record]:
        for name in names:
            self._learn(name)
        for name in names:
            for one in self._issues(name):
                if isinstance(one, Trouble):
                    yield one
                else:
                    yield from self._given(one[1], name, one[0])

    def _learn(self, name: str) -> None:
        days: list[str] = []
        if _is_table(name):
            for row in csv_rows(self._files, name):
                if isinstance(row, CsvRow):
                    days += [row.first("created")] if len(days) < 10_000 else []
                    for role in (*_PEOPLE, "watchers"):
                        self._names.update(zip(row.all(f"{role} id"), row.all(role), strict=False))
            self._first = first_of(cell.split(" ")[0] for cell in days) or self._first
            return
        for found in objects(self._files, name, _LISTS):
            if not isinstance(found, Trouble):
                fields = dict_of(found.value.get("fields"))
                comments = dicts_of(dict_of(fields.get("comment")).get("comments"))
                for person in (*map(fields.get, _PEOPLE), *(one.get("author") for one in comments)):
                    about = dict_of(person)
                    self._names.update(
                        {
                            text_of(about.get(key)): text_of(about.get("displayName"))
                            for key in ("accountId", "key", "name")
                        }
                    )

    def _issues(self, name: str) -> Iterator[tuple[str, Issue] | Trouble]:
        if _is_table(name):
            for row in csv_rows(self._files, name):
                yield row if isinstance(row, Trouble) else (f"line {row.line}", self._of_row(row))
        else:
            for found in objects(self._files, name, _LISTS):
                if isinstance(found, Trouble):
                    yield found
                elif isinstance(found.value.get("fields"), dict):
                    yield found.place, self._of_json(found.value)

    def _given(self, issue: Issue, name: str, place: str) -> Iterator[Record]:
        if issue.is_restricted or issue.is_closed:
            yield LeftOut("private", 1 + len(issue.comments))
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
            elif comment.author.is_program:
                yield LeftOut("program")
            elif comment.at is None:
                yield no_time(name, place, comment.text[:40])
            else:
                link = (
                    f"{issue.link}?focusedCommentId={comment.key.rpartition('/')[2]}"
                    if issue.link and comment.key[-1:].isdigit()
                    else issue.link
                )
                yield passed(
                    Message(
                        key=comment.key,
                        channel=issue.project,
                        author=comment.author,
                        at=comment.at,
                        text=comment.text,
                        reply_to=issue.key,
                        thread=issue.key,
                        is_question=False if comment.key == answer else None,
                        link=link,
                        files=comment.files,
                        edited_at=comment.edited_at,
                        file=name,
                        place=place,
                    ),
                    self._asked,
                )

    def _of_json(self, value: Json) -> Issue:
        fields, rendered = dict_of(value.get("fields")), dict_of(value.get("renderedFields"))
        shown, project = text_of(value.get("key")), dict_of(fields.get("project"))
        key = text_of(value.get("id")) or shown
        text, files = self._text(fields.get("description"), rendered.get("description"))
        comments = dicts_of(dict_of(fields.get("comment")).get("comments")) or dicts_of(value.get("comments"))
        html = {
            text_of(one.get("id")): one.get("body")
            for one in dicts_of(dict_of(rendered.get("comment")).get("comments"))
        }
        return Issue(
            key=key,
            shown=shown,
            project=text_of(project.get("key")) or shown.rpartition("-")[0],
            project_name=visible(text_of(project.get("name"))),
            title=visible(text_of(fields.get("summary"))),
            text=text,
            author=self._person(fields.get("reporter") or fields.get("creator")),
            assignee=self._person(fields.get("assignee")),
            at=time_of(fields.get("created")),
            resolved_at=time_of(fields.get("resolutiondate")),
            comments=[self._comment(one, key, html.get(text_of(one.get("id")))) for one in comments],
            tags=_tags(fields.get("labels"), fields.get("components")),
            files=(*files, *(text_of(one.get("filename")) for one in dicts_of(fields.get("attachment")))),
            link=self._link(shown, text_of(value.get("self"))),
            is_restricted=bool(fields.get("security")) or bool(value.get("security")),
            is_closed=project.get("isPrivate") is True,
        )

    def _comment(self, value: Json, issue: str, rendered: object) -> Comment:
        text, files = self._text(value.get("body"), rendered or value.get("renderedBody"))
        at, changed = time_of(value.get("created")), time_of(value.get("updated"))
        return Comment(
            key=f"{issue}/{text_of(value.get('id'))}",
            author=self._person(value.get("author")),
            at=at,
            text=text,
            files=tuple(files),
            edited_at=changed if changed != at else None,
            is_restricted=bool(value.get("visibility")) or value.get("jsdPublic") is False,
        )

    def _text(self, written: object, rendered: object) -> tuple[str, list[str]]:
        if isinstance(written, dict):
            return text_of_document(written), list(files_of(written))
        if isinstance(rendered, str) and rendered.strip():
            return plain(rendered, code=True, without=("blockquote",)), []
        return text_of_wiki(text_of(written), self._names)

    def _person(self, value: object) -> Author:
        about = dict_of(value)
        key = text_of(about.get("accountId") or about.get("key") or about.get("name"))
        address = text_of(about.get("emailAddress"))
        return Author(
            key=key,
            name=visible(text_of(about.get("displayName"))),
            address=bare_address(address) if "@" in address else "",
            handle=text_of(about.get("name")),
            is_program=about.get("accountType") == "app",
        )

    def _of_row(self, row: CsvRow) -> Issue:
        shown = row.first("issue key", "key")
        key = row.first("issue id") or shown
        text, files = text_of_wiki(row.first("description"), self._names)
        attached = [cell.split(";") for cell in row.all("attachment")]
        return Issue(
            key=key,
            shown=shown,
            project=row.first("project key") or shown.rpartition("-")[0],
            project_name=visible(row.first("project name", "project")),
            title=visible(row.first("summary")),
            text=text,
            author=self._named(row, "reporter") if row.first("reporter") else self._named(row, "creator"),
            assignee=self._named(row, "assignee"),
            at=clock_time(row.first("created"), self._first),
            resolved_at=clock_time(row.first("resolved"), self._first),
            comments=[self._of_cell(cell, key) for cell in row.all("comment")],
            tags=(*row.all("labels"), *row.all("component/s"), *row.all("components")),
            files=(*files, *(parts[2] for parts in attached if len(parts) > 2)),
            link=self._link(shown, ""),
            is_restricted=bool(row.first("security level")),
            is_closed=False,
        )

    def _named(self, row: CsvRow, role: str) -> Author:
        name, key = visible(row.first(role)), row.first(f"{role} id")
        address = bare_address(row.first(f"{role} email"))
        return (
            Author(
                key=key or name,
                name=name if key or " " in name else self._names.get(name, name),
                address=address,
            )
            if name or key
            else _NOBODY
        )

    def _of_cell(self, cell: str, issue: str) -> Comment:
        """`day;author;text`."""
        found = _COMMENT.fullmatch(cell)
        at = clock_time(found[1], self._first) if found else None
        if found is None or at is None:
            return Comment("", _NOBODY, None, cell)
        text, files = text_of_wiki(found[3], self._names)
        digest = blake2b(f"{found[1]};{found[2]};{found[3][:200]}".encode(), digest_size=8).hexdigest()
        author = Author(key=found[2], name=self._names.get(found[2], found[2]))
        return Comment(f"{issue}/{digest}", author, at, text, tuple(files))

    def _link(self, shown: str, itself: str) -> str:
        parts = (
            urlsplit(self._asked.address or itself) if _is_address(self._asked.address or itself) else None
        )
        if not shown or parts is None or parts.hostname == "api.atlassian.com":
            return ""
        before = parts.path.partition("/rest/")[0].rstrip("/")
        return f"{parts.scheme}://{parts.netloc}{before}/browse/{shown}"


def _is_address(text: str) -> bool:
    return re.fullmatch(r"https?://[\w.:-]+(?:/[^\s]*)?", text, re.ASCII) is not None


def _is_table(name: str) -> bool:
    return name.lower().endswith((".csv", ".csv.gz"))


def _tags(labels: object, components: object) -> tuple[str, ...]:
    return (
        *(text_of(one) for one in list_of(labels)),
        *(text_of(one.get("name")) for one in dicts_of(components)),
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
