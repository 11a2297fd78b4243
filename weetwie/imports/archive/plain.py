"""HTML of other servers into plain text: paragraphs, line breaks, links with their whole address, names with their host."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

_BLOCKS: Final = {"p", "div", "ul", "ol", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
_SILENT: Final = {"script", "style", "template", "title"}
_MANY_LINES: Final = re.compile(r"\n{3,}")
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_AT_BREAK: Final = re.compile(r"[ \t]+\n")


def plain(html: str, names: Mapping[str, str] | None = None) -> str:
    """`names` gives for the address of a person how they are written (`@ada@their.host`)."""
    reader = _Reader(names or {})
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self._names = names
        self._out: list[str] = []
        self._silent = 0
        self._kept = 0
        """Inside `pre`, where line breaks are line breaks."""
        self._link: tuple[str, str, int] | None = None
        """Address and classes of the link that is open, and where its text begins."""

    def text(self) -> str:
        self._close_link()
        joined = _AT_BREAK.sub("\n", "".join(self._out))
        return _MANY_LINES.sub("\n\n", joined).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self._out.append("\n")
        elif tag == "li":
            self._out.append("\n- ")
        elif tag in _BLOCKS:
            self._out.append("\n\n")
            self._kept += tag == "pre"
        elif tag == "a":
            self._close_link()
            given = {name: value or "" for name, value in attrs}
            self._link = (given.get("href", ""), given.get("class", ""), len(self._out))
        elif tag == "img":
            self._out.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag == "a":
            self._close_link()
        elif tag in _BLOCKS:
            self._out.append("\n\n")
            self._kept = max(self._kept - (tag == "pre"), 0)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._out.append(data if self._kept else self._on_one_line(data))

    def _on_one_line(self, data: str) -> str:
        text = _BLANKS.sub(" ", data)
        begins_a_line = not self._out or self._out[-1].endswith(("\n", "\n- "))
        return text.lstrip(" ") if begins_a_line else text

    def _close_link(self) -> None:
        if self._link is None:
            return
        address, classes, begin = self._link
        self._link = None
        shown = "".join(self._out[begin:])
        self._out[begin:] = [self._linked(address, classes.split(), shown.strip()) or shown]

    def _linked(self, address: str, classes: list[str], shown: str) -> str:
        if "hashtag" in classes or shown.startswith("#"):
            return shown
        if "mention" in classes or address in self._names:
            whole = with_host(shown, address)
            return self._names.get(address) or self._names.get(whole) or whole
        if not address.startswith(("http://", "https://")):
            return shown
        return address if not shown or _is_address(shown, address) else f"{shown} ({address})"


def _is_address(shown: str, address: str) -> bool:
    """Whether what is shown is the address itself, be it without its beginning or cut at its end."""
    bare = address.partition("://")[2].removeprefix("www.")
    text = shown.partition("://")[2] if "://" in shown else shown
    return bare.startswith(text.removeprefix("www.").rstrip("\u2026.").rstrip("/"))


def with_host(name: str, address: str) -> str:
    """`@ada` with the host of an address; as it is where it has one, or is no name."""
    host = host_of(address)
    return f"{name}@{host}" if host and name.startswith("@") and "@" not in name[1:] else name


def host_of(address: str) -> str:
    """Empty for what is no address."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""
