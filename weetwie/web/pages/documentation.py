"""For administrators: the documentation that comes with this version, such as how a connection is set up."""

import asyncio
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from starlette.responses import Response

from weetwie.errors import NotFound
from weetwie.web import reading
from weetwie.web.visit import Visit

_PACKAGE: Final = Path(__file__).parents[2]
_FOLDERS: Final = (_PACKAGE / "documentation", _PACKAGE.parent / "docs")
"""As it is installed, and as it lies beside the code."""
_AT: Final = "/admin/documentation"
_PAGE: Final = re.compile(r"([a-z0-9-]+)\.md(#.*)?")


class DocumentationPage(msgspec.Struct, frozen=True):
    title: str
    body: Markup


async def show(visit: Visit) -> Response:
    page = await asyncio.to_thread(read, visit.request.path_params["page"])  # read once
    if page is None:
        raise NotFound
    async with visit.site.database.reading() as db:
        return await reading.show(visit, db, "documentation.html", page=page)


@cache
def read(name: str) -> DocumentationPage | None:
    """None where there is no such page."""
    file = next((one for folder in _FOLDERS if (one := folder / f"{name}.md").is_file()), None)
    if file is None:
        return None
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(file.read_text())
    title = tokens[1].content if tokens and tokens[0].type == "heading_open" else name
    _finish(tokens)
    return DocumentationPage(title, Markup(reader.renderer.render(tokens[3:], reader.options, {})))  # noqa: S704  HTML in the source is off


def _finish(tokens: Sequence[Token]) -> None:
    """Headings get the ids that links in the pages use, links lead to pages of ours, tables and code can be scrolled."""
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            words = re.sub(r"[^\w\s-]", "", tokens[at + 1].content.lower())
            token.attrSet("id", re.sub(r"\s", "-", words.strip()))
        if token.type in ("table_open", "fence"):
            token.attrSet("tabindex", "0")
        if token.type == "th_open" and not tokens[at + 1].content:
            token.tag = tokens[at + 2].tag = "td"  # a corner that heads nothing
        for child in token.children or ():
            if child.type == "link_open":
                _lead(child)


def _lead(link: Token) -> None:
    address = str(link.attrGet("href") or "")
    if found := _PAGE.fullmatch(address):
        link.attrSet("href", f"{_AT}/{found[1]}{found[2] or ''}")
    elif not address.startswith(("https://", "http://", "#")):
        del link.attrs["href"]
