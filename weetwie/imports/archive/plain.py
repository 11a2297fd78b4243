"""HTML of other servers into plain text: paragraphs, line breaks, links with their whole address, names with their host.

The library's own reader takes minutes for some hundred kilobytes that were made to be slow; this one looks at each sign once.
"""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

_BLOCKS: Final = {"p", "div", "ul", "ol", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
_SILENT: Final = {"script", "style", "template", "title"}
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)([^<>]*+)>|<[!?][^<>]*+>")
_GIVEN: Final = re.compile(r"""(?<![\w-])(href|class|alt)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"']++))""")
_MANY_LINES: Final = re.compile(r"\n{3,}")
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")


def plain(written: str, names: Mapping[str, str] | None = None) -> str:
    """`names` gives for the address of a person how they are written (`@ada@their.host`)."""
    reader = _Reader(names or {})
    for text, tag, given in _parts(written):
        if tag is None:
            reader.says(text)
        elif text:
            reader.ends(tag)
        else:
            reader.begins(tag, given)
    return reader.text()


def _parts(written: str) -> Iterator[tuple[str, str | None, dict[str, str]]]:
    """Either a text and None, or a tag (with a slash as the text where it closes one) and what it is given."""
    at = 0
    for found in _TAG.finditer(written := _without_comments(written)):
        if found.start() > at:
            yield html.unescape(written[at : found.start()]), None, {}
        at = found.end()
        if found[2]:
            given = {
                one[1]: html.unescape(one[2] or one[3] or one[4] or "") for one in _GIVEN.finditer(found[3])
            }
            yield found[1], found[2].lower(), given
    if at < len(written):
        yield html.unescape(written[at:]), None, {}


def _without_comments(written: str) -> str:
    kept, at = [], 0
    while (begin := written.find("<!--", at)) >= 0 and (end := written.find("-->", begin)) >= 0:
        kept.append(written[at:begin])
        at = end + 3
    return "".join([*kept, written[at:]])


class _Reader:
    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._after_address = False
        self._out: list[str] = []
        self._silent = 0
        self._kept = 0
        """Inside `pre`, where line breaks are line breaks."""
        self._link: tuple[str, str, int] | None = None
        """Address and classes of the link that is open, and where its text begins."""

    def text(self) -> str:
        self._close_link()
        lines = (line.rstrip(" \t") for line in "".join(self._out).split("\n"))
        return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()

    def begins(self, tag: str, given: Mapping[str, str]) -> None:
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
            self._link = (given.get("href", ""), given.get("class", ""), len(self._out))
        elif tag == "img":
            self._out.append(given.get("alt", ""))

    def ends(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag == "a":
            self._close_link()
        elif tag in _BLOCKS:
            self._out.append("\n\n")
            self._kept = max(self._kept - (tag == "pre"), 0)

    def says(self, text: str) -> None:
        if self._silent:
            return
        if self._after_address and text[:1].isalnum():
            self._out.append(" ")  # without it the word would become part of the address
        self._after_address = False
        self._out.append(text if self._kept else self._on_one_line(text))

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
        linked = self._linked(address, classes.split(), shown.strip()) or shown
        self._after_address = linked == address
        self._out[begin:] = [linked]

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
