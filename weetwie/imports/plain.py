"""HTML of other servers into plain text: paragraphs, line breaks, links with their whole address, names with their host; where it
is asked for, code between backticks, and without what is quoted.

The library's own reader takes minutes for some hundred kilobytes that were made to be slow; this one looks at each sign once.
"""

import html
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

_BLOCKS: Final = frozenset(
    """
    address article aside blockquote body center details dialog dir div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header
    hgroup hr html main menu nav ol p pre search section table ul
    """.split()
)
_LINES: Final = frozenset(
    "br caption dd dt figcaption legend li optgroup option summary tbody tfoot thead tr".split()
)
_CELLS: Final = frozenset(
    "audio button canvas iframe input label meter object output progress rp rt select td textarea th video".split()
)
"""Elements that end a paragraph, a line, a word."""
_SILENT: Final = frozenset(("script", "style", "template", "title"))
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)([^<>]*+)>|<[!?][^<>]*+>")
_GIVEN: Final = re.compile(r"""(?<![\w-])(href|class|alt)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"']++))""")
_CODE: Final = frozenset("code kbd samp tt".split())
_POINT: Final = "- "
_FENCE: Final = "```\n"
_GOES_ON: Final = re.compile(r"[.:-]*[^\W_]")
_MANY_LINES: Final = re.compile(r"\n{3,}")
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")


def plain(
    written: str,
    names: Mapping[str, str] | None = None,
    *,
    code: bool = False,
    without: Collection[str] = (),
) -> str:
    """`names` gives for the address of a person how they are written (`@ada@their.host`). With `code`, code is put between
    backticks. Elements in `without` (`blockquote`) are left out with all that is in them."""
    reader = _Reader(names or {}, code, _SILENT.union(without))
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
    def __init__(self, names: Mapping[str, str], code: bool, silent: Collection[str]) -> None:
        self._names = names
        self._code = code
        self._silences = silent
        self._out: list[str] = []
        self._silent = 0
        self._kept = 0
        """Inside `pre`, where line breaks are line breaks."""
        self._is_open = False
        """What was written last, an address or a name with its host, would take the next letter for its own."""
        self._link: tuple[str, str, int] | None = None
        """Address and classes of the link that is open, and where its text begins."""

    def text(self) -> str:
        self._close_link()
        lines = (line.rstrip(" \t") for line in "".join(self._out).split("\n"))
        return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()

    def _put(self, piece: str) -> None:
        if piece:
            self._out.append(piece)

    def begins(self, tag: str, given: Mapping[str, str]) -> None:
        if tag in self._silences:
            self._silent += 1
            self._put("\n\n" if tag in _BLOCKS else "")
        elif self._silent:
            return
        elif tag == "br":
            self._put("\n")
        elif tag in _BLOCKS:
            self._put("" if self._last().endswith(_POINT) and self._begins_a_line() else "\n\n")
            self._kept += tag == "pre"
            self._put(_FENCE if self._code and tag == "pre" else "")
        elif tag in _CODE:
            self._put(self._tick())
        elif tag in _LINES or tag in _CELLS:
            self._put(self._end_of(tag) + (_POINT if tag == "li" else ""))
        elif tag == "a":
            self._close_link()
            self._link = (given.get("href", ""), given.get("class", ""), len(self._out))
        elif tag == "img":
            self._put(given.get("alt", ""))

    def ends(self, tag: str) -> None:
        if tag in self._silences:
            self._silent = max(self._silent - 1, 0)
        elif self._silent:
            return
        elif tag == "a":
            self._close_link()
        elif tag in _CODE:
            self._put(self._tick())
        elif tag in _BLOCKS:
            self._put(self._fence_end() if tag == "pre" else "")
            self._put("\n\n")
            self._kept = max(self._kept - (tag == "pre"), 0)
        elif tag != "br" and (tag in _LINES or tag in _CELLS):
            self._put(self._end_of(tag))

    def _tick(self) -> str:
        return "`" if self._code and not self._kept else ""

    def _fence_end(self) -> str:
        if not (self._code and self._kept):
            return ""
        return "```" if self._last().endswith("\n") else "\n```"

    def _end_of(self, tag: str) -> str:
        """Nothing where a line, or a word, has ended already."""
        ends = "\n" if tag in _LINES else " "
        return "" if self._begins_a_line() or self._last().endswith(ends) else ends

    def _last(self) -> str:
        return self._out[-1] if self._out else "\n"

    def _begins_a_line(self) -> bool:
        return self._last().endswith(("\n", "\n- ")) or self._last() == _POINT

    def says(self, text: str) -> None:
        if not self._silent:
            if self._is_open and goes_on(text):
                self._put(self._end_of("td"))
            self._is_open = False
            self._put(text if self._kept else self._on_one_line(text))

    def _on_one_line(self, data: str) -> str:
        text = _BLANKS.sub(" ", data)
        return text.lstrip(" ") if self._begins_a_line() else text

    def _close_link(self) -> None:
        if self._link is None:
            return
        address, classes, begin = self._link
        self._link = None
        shown = "".join(self._out[begin:])
        linked = self._linked(address, classes.split(), shown.strip()) or shown
        self._out[begin:] = [linked] if linked else []
        self._is_open = linked == address or "@" in linked[1:]

    def _linked(self, address: str, classes: list[str], shown: str) -> str:
        if "hashtag" in classes or shown.startswith("#"):
            return shown
        if "mention" in classes or address in self._names:
            whole = with_host(shown, address)
            return self._names.get(address) or self._names.get(whole) or whole
        if not address.startswith(("http://", "https://")):
            return shown
        return address if not shown or _is_address(shown, address) else f"{shown} ({address})"


def goes_on(text: str, at: int = 0) -> bool:
    """Whether what stands there would be read as part of an address, or of a name with its host, right before it."""
    return _GOES_ON.match(text, at) is not None


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
