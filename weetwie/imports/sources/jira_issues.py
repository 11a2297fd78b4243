"""Issues of Jira and their comments, as its API or a table gives them. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from weetwie.imports.days import First, first_of
from weetwie.imports.plain import plain
from weetwie.imports.sources.adf import files_of, text_of_document
from weetwie.imports.sources.checked import dict_of, dicts_of, list_of, text_of, time_of
from weetwie.imports.sources.clock_times import clock_time
from weetwie.imports.sources.csv_rows import CsvRow, csv_rows
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Author, Trouble
from weetwie.imports.sources.json_objects import objects
from weetwie.imports.sources.wiki_markup import text_of_wiki
from weetwie.text.signs import bare_address, visible

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


class Issues:
    """Reads them out of files; whoever is named by a number is known after a first reading."""

    def __init__(self, files: Files, address: str) -> None:
        self._files = files
        self._address = address
        self._names: dict[str, str] = {}
        """How people are called, by what the source knows them by."""
        self._first: First = None

    def learn(self, name: str) -> None:
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

    def of(self, name: str) -> Iterator[tuple[str, Issue] | Trouble]:
        if _is_table(name):
            for row in csv_rows(self._files, name):
                yield row if isinstance(row, Trouble) else (f"line {row.line}", self._of_row(row))
        else:
            for found in objects(self._files, name, _LISTS):
                if isinstance(found, Trouble):
                    yield found
                elif isinstance(found.value.get("fields"), dict):
                    yield found.place, self._of_json(found.value)

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
        parts = urlsplit(self._address or itself) if _is_address(self._address or itself) else None
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
