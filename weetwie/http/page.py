"""What a web page says of itself in its head: title, description, picture, site, author; and which pages it calls its own."""

from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec

from weetwie.runtime.log import logger

log = logger(__name__)

_LONGEST: Final = {"title": 300, "description": 1000, "site": 200, "author": 200}


class WebPage(msgspec.Struct, frozen=True):
    title: str
    description: str
    image: str
    """An absolute address; empty where there is none."""
    site: str
    author: str
    me: list[str]
    """Absolute addresses that the page links to with `rel="me"`."""


def read(content: bytes, url: str, charset: str | None = None) -> WebPage:
    """The Open Graph's words go before those of old (https://ogp.me)."""
    reader = _Reader()
    try:
        reader.feed(content.decode(_known(charset or _charset_in(content)), "replace"))
    except Exception:  # no page that cannot be read to its end stops us; what was read so far is told
        log.info("a page cannot be read to its end", exc_info=True)
    said = reader.said
    return WebPage(
        title=_first(said, "title", "og:title", "twitter:title", "title"),
        description=_first(said, "description", "og:description", "twitter:description", "description"),
        image=_address(
            url, said.get("og:image:secure_url") or said.get("og:image") or said.get("twitter:image") or ""
        ),
        site=_first(said, "site", "og:site_name", "application-name") or (urlsplit(url).hostname or ""),
        author=_first(said, "author", "author"),
        me=[address for link in reader.me if (address := _address(url, link))],
    )


def _first(said: dict[str, str], kind: str, *names: str) -> str:
    text = next((said[name] for name in names if said.get(name)), "")
    return " ".join(text.split())[: _LONGEST[kind]]


def _address(base: str, link: str) -> str:
    try:
        address = urljoin(base, link.strip()) if link.strip() else ""
        return address if urlsplit(address).scheme in ("http", "https") and len(address) <= 2048 else ""
    except ValueError:
        return ""


def _charset_in(content: bytes) -> str:
    head = content[:2048].lower()
    at = head.find(b"charset=")
    if at < 0:
        return "utf-8"
    rest = head[at + 8 : at + 48].strip(b"\"' ")
    return (
        bytes(sign for sign in rest.split(b'"')[0].split(b"'")[0].split(b">")[0].split(b";")[0] if sign < 128)
        .decode()
        .strip()
    )


def _known(charset: str) -> str:
    try:
        "".encode(charset)
    except (LookupError, UnicodeError, ValueError):
        return "utf-8"
    return charset


class _Reader(HTMLParser):
    """Takes whatever it is given: pages are seldom right."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: dict[str, str] = {}
        self.me: list[str] = []
        self._is_in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta":
            name = (given.get("property") or given.get("name") or "").strip().lower()
            self.said.setdefault(name, given.get("content", ""))
        elif tag == "title" and "title" not in self.said:
            self._is_in_title = True
        elif tag in ("a", "link") and "me" in given.get("rel", "").lower().split():
            self.me.append(given.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._is_in_title = False

    def handle_data(self, data: str) -> None:
        if self._is_in_title:
            self.said["title"] = self.said.get("title", "") + data
