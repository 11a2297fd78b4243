"""Pages and comments of a Confluence wiki: its export as XML or HTML, or pages of its REST API as JSON.

A space is a channel, a page and its comments are a thread. Personal and archived spaces, spaces that not everybody may see, and pages
that only some may see, with all below them, never come in.

A page is its creator's. Where an export has the earlier versions, each line is of whoever put it in: what somebody else wrote into the
page is a passage of theirs, which answers it. Where it has none, nobody can tell, and all of the page is its creator's.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from weetwie.errors import Invalid, _
from weetwie.imports.box import OpenArchive
from weetwie.imports.sources import beside, confluence_xml
from weetwie.imports.sources.checked import NOT_READABLE, no_time, passed
from weetwie.imports.sources.confluence_html import LARGEST, html_page, is_page
from weetwie.imports.sources.confluence_json import JsonPage, json_pages, learn, text_of_page
from weetwie.imports.sources.confluence_pages import Space, Wiki, WikiPage
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
    Removed,
    Trouble,
)

NO_WIKI: Final = _(
    "There's no Confluence export in it: no entities.xml, no HTML pages, and no pages as JSON."
)
DAMAGED: Final = _(
    "Without the whole file, restricted pages can't be recognised, so nothing in it was imported. Export it again."
)
_HTML: Final = (".html", ".htm")
_JSON: Final = (".json", ".jsonl", ".ndjson")


def read(box: OpenArchive, asked: Asked) -> Export:
    """Raises Invalid."""
    there = beside.readable(box)
    entities = [name for name in there if name.rpartition("/")[2].lower() == "entities.xml"]
    pages = sorted(name for name in there if name.lower().endswith(_HTML))
    texts = sorted(name for name in there if name.lower().endswith(_JSON))
    names = entities or (
        pages if any(is_page(Files(box, ()).begin(name, 1 << 16)) for name in pages[:50]) else texts
    )
    files = Files(box, names, times=1 if names is pages else 2)
    if (
        not entities
        and names is not pages
        and not any(_looks_right(files.begin(name, 1 << 16)) for name in texts[:1000])
    ):
        raise Invalid(beside.instead(box) or NO_WIKI, field="file")
    reading = _Reading(files, asked)
    kind = reading.of_xml if entities else reading.of_html if names is pages else reading.of_json
    name = asked.address.partition("://")[2].strip("/") or re.sub(r"\.\w{2,5}$", "", box.name) or "confluence"
    return Export(name, chain(beside.troubles(box), kind(names)), files.position, max(files.size, 1))


def _looks_right(begin: bytes) -> bool:
    signs = (b'"storage"', b'"export_view"', b'"view"', b'"atlas_doc_format"', b'"styled_view"')
    return b'"body"' in begin and any(sign in begin for sign in signs)


class _Reading:
    def __init__(self, files: Files, asked: Asked) -> None:
        self._files = files
        self._asked = asked
        self._opened: set[str] = set()
        self._seen: set[str] = set()

    def of_xml(self, names: list[str]) -> Iterator[Record]:
        for name in names:
            wiki = confluence_xml.learned(self._files, name)
            if isinstance(wiki, Trouble):
                yield wiki
                yield Trouble(name, "", DAMAGED)
                continue
            yield from self._closed(wiki)
            for one in confluence_xml.texts(self._files, name, wiki):
                if isinstance(one, Trouble):
                    yield one
                else:
                    page, text, files, author, part = one
                    yield from self._given(
                        wiki, page, text, files, wiki.person(author), (name, f"line {page.line}"), part
                    )

    def of_json(self, names: list[str]) -> Iterator[Record]:
        wiki = Wiki()
        for name in names:
            for one in json_pages(self._files, name):
                if isinstance(one, Trouble):
                    wiki.is_damaged = True
                else:
                    learn(wiki, one)
        yield from self._closed(wiki)
        called = wiki.names()
        for name in names:
            for one in json_pages(self._files, name):
                if isinstance(one, Trouble):
                    yield one
                elif isinstance(one, JsonPage):
                    text, files = text_of_page(one.value, called)
                    yield from self._given(
                        wiki, one.page, text, files, wiki.person(one.page.creator), (name, one.place)
                    )

    def of_html(self, names: list[str]) -> Iterator[Record]:
        wiki = Wiki()
        for name in names:
            folder = name.rpartition("/")[0].rpartition("/")[2]
            space = folder or self._files.box.name
            wiki.spaces.setdefault(space, Space(space, space, is_open=not space.startswith("~")))
            try:
                with self._files.open(name) as file:
                    found = html_page(name, file.read(LARGEST), space)
            except Exception as error:  # noqa: BLE001  what is packed wrongly fails in ways that no list of errors names
                yield Trouble(name, "", NOT_READABLE, {"reason": str(error) or type(error).__name__})
                continue
            if found is None:
                continue
            wiki.pages[found.page.id] = found.page
            for page, text, files in (
                (found.page, found.text, found.files),
                *((one, said, []) for one, said in found.comments),
            ):
                author = Author(key=page.creator.casefold(), name=page.creator)
                yield from self._given(wiki, page, text, files, author, (name, ""))

    def _closed(self, wiki: Wiki) -> Iterator[Record]:
        for space in wiki.spaces.values():
            if not space.is_open and space.key not in self._opened:
                self._opened.add(space.key)
                yield Channel(space.key, "", is_open=False)

    def _given(
        self,
        wiki: Wiki,
        page: WikiPage,
        text: str,
        files: list[str],
        author: Author,
        at: tuple[str, str],
        part: str = "",
    ) -> Iterator[Record]:
        """`part`: whose part of the page it is, where it is not its creator's."""
        whole = wiki.page_of(page)
        key = f"{page.id}/{part}" if part else page.id
        reason = _why_not(wiki, whole, page) or ("program" if author.is_program else None)
        if reason or whole is None:
            yield LeftOut(reason or "deleted")
            yield from (Removed(key),) if page.id and reason != "program" else ()
        elif page.created_at is None or not page.id:
            yield no_time(*at, page.title)
        elif key in self._seen:
            yield LeftOut("copy")
        else:
            self._seen.add(key)
            space = wiki.spaces[whole.space]
            if space.key not in self._opened:
                self._opened.add(space.key)
                yield Channel(space.key, space.name or space.key, link=space.link)
            is_below = bool(part) or page.is_comment
            answered = page.parent if page.is_comment and page.parent in wiki.pages else whole.id
            message = Message(
                key=key,
                channel=space.key,
                author=author,
                at=page.created_at,
                text=text,
                title="" if is_below else page.title,
                reply_to=answered if is_below else "",
                thread=whole.id if is_below else "",
                is_question=None if page.is_comment else False,
                tags=() if is_below else tuple(wiki.tags.get(page.id, ())),
                link=page.link or self._link(whole),
                files=tuple(files),
                edited_at=page.modified_at if page.modified_at != page.created_at else None,
                file=at[0],
                place=at[1],
            )
            yield passed(message, self._asked)

    def _link(self, page: WikiPage) -> str:
        return (
            f"{self._asked.address.rstrip('/')}/pages/viewpage.action?pageId={page.id}"
            if self._asked.address
            else ""
        )


def _why_not(wiki: Wiki, whole: WikiPage | None, page: WikiPage) -> Reason | None:
    if whole is None or {whole.status, page.status} & {"deleted", "trashed"}:
        return "deleted"
    is_draft = page.status != "current" or whole.status != "current"
    return "private" if is_draft or page.id in wiki.restricted or wiki.is_private(whole) else None
