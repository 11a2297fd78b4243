"""A Confluence space as it exports itself for reading: a folder of HTML pages. Pure.

Such an export says neither which pages are restricted nor when a page was made; it holds what whoever made it could see.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from weetwie.imports.plain import plain
from weetwie.imports.sources.clock_times import clock_time
from weetwie.imports.sources.confluence_pages import WikiPage
from weetwie.imports.sources.mail_text import of_bytes
from weetwie.text.signs import visible

LARGEST: Final = 32 << 20
_TITLE: Final = re.compile(r'<span id="title-text">(.{0,2000}?)</span>', re.DOTALL)
_ABOUT: Final = re.compile(r'<div class="page-metadata">(.{0,8000}?)</div>', re.DOTALL)
_AUTHOR: Final = re.compile(r"""<span class=["']author["']>(.{0,500}?)</span>""", re.DOTALL)
_EDITOR: Final = re.compile(r"""<span class=["']editor["']>(.{0,500}?)</span>""", re.DOTALL)
_WHEN: Final = re.compile(r"\b(?:on|am|op|le|el)\s+([^,]{4,24}(?:,\s*\d{4})?)\s*$")
_BODY: Final = re.compile(r'<div id="main-content"[^<>]*>')
_END: Final = re.compile(r'<div class="pageSection group">|<div id="footer"|</body>')
_COMMENT: Final = re.compile(r'<a name="comment-(\d{1,20})">\s*</a>')
_POSTED: Final = re.compile(
    r"(?:Posted by|Geschrieben von|Verfasst von|Geplaatst door)\s+(.{1,200}?)\s+(?:at|um|am|op|om)\s+(.{5,60})$"
)
_NUMBER: Final = re.compile(r"(?:^|[_/])(\d{3,20})\.html?$")
_FILES: Final = re.compile(r'<a href="attachments/\d+/[^"<>]{1,300}">([^<>]{1,300})</a>')


class HtmlPage(msgspec.Struct, frozen=True):
    page: WikiPage
    text: str
    files: list[str]
    comments: list[tuple[WikiPage, str]]


def is_page(begin: bytes) -> bool:
    return b"title-text" in begin or b'id="main-content"' in begin


def html_page(name: str, content: bytes, space: str) -> HtmlPage | None:
    """None for what is no page (an index)."""
    written = of_bytes(content, "utf-8")
    body = _BODY.search(written)
    about = _ABOUT.search(written)
    if body is None or about is None:
        return None
    end = _END.search(written, body.end())
    number = _NUMBER.search(name)
    title = _TITLE.search(written)
    shown = visible(plain(title[1])) if title else ""
    author, said = _AUTHOR.search(about[1]), visible(plain(about[1]))
    when = _WHEN.search(said)
    page = WikiPage(
        id=number[1] if number else name,
        space=space,
        title=shown.partition(" : ")[2] or shown,
        creator=visible(plain(author[1])) if author else _created_by(said),
        created_at=clock_time(when[1]) if when else None,
    )
    text = plain(written[body.end() : end.start() if end else len(written)], code=True)
    rest = written[end.start() :] if end else ""
    return HtmlPage(page, text, _FILES.findall(rest), list(_comments(rest, page)))


def _created_by(said: str) -> str:
    found = re.match(
        r"(?:Created by|Added by|Erstellt von|Angelegt von|Gemaakt door|Aangemaakt door)\s+([^,]{1,200})",
        said,
    )
    return found[1].strip() if found else ""


def _comments(written: str, page: WikiPage) -> Iterator[tuple[WikiPage, str]]:
    begun = list(_COMMENT.finditer(written))
    for found, following in zip(begun, [*begun[1:], None], strict=True):
        lines = plain(
            written[found.end() : following.start() if following else len(written)], code=True
        ).split("\n")
        for at, line in enumerate(lines):
            if posted := _POSTED.search(line[:500]):
                comment = WikiPage(id=found[1], space=page.space, comments_on=page.id, is_comment=True, creator=posted[1],
                               created_at=clock_time(posted[2]))  # fmt: skip
                yield comment, "\n".join(lines[:at]).strip()
                break
