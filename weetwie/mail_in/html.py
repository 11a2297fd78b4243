"""An email that is nothing but HTML, as text; what its program marked as quoted is left out. Pure, and each sign is read once."""

import html
import re
from typing import Final

LONGEST: Final = 500_000
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20}+)([^<>]{0,4000}+)>|<!--|<[!?][^<>]{0,4000}+>")
_BREAKS: Final = frozenset(
    {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "ul", "ol", "table", "hr", "pre"}
)
_UNSEEN: Final = frozenset({"style", "script", "head", "title"})
_VOID: Final = frozenset({"br", "hr", "img", "meta", "link", "input", "col", "wbr"})
_QUOTED: Final = re.compile(
    r"gmail_quote|gmail_attr|yahoo_quoted|moz-cite-prefix|protonmail_quote|type=[\"']?cite", re.IGNORECASE
)
_ENDS: Final = re.compile(
    r"id=[\"']?(?:x_)?(?:appendonsend|divRplyFwdMsg|mail-editor-reference-message-container|ms-outlook-mobile-reference)|"
    r"border-top:\s?solid #E1E1E1",
    re.IGNORECASE,
)
_SIGNS: Final = re.compile(r"gmail_signature|moz-signature|id=[\"']?(?:x_)?Signature", re.IGNORECASE)
_PICTURE: Final = re.compile(r"src=[\"']?cid:([^\"'\s>]{1,200})", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\r\n]+")


def as_text(given: str) -> str:
    return _read(given)[0]


def pictures(given: str) -> list[str]:
    """The Content-IDs of those that stand in what its writer wrote: not in what is quoted, nor in a signature."""
    return _read(given)[1]


def _read(given: str) -> tuple[str, list[str]]:
    given = given[:LONGEST]
    found: list[str] = []
    shown: list[str] = []
    at, hidden, depth, is_signed = 0, "", 0, False
    while (tag := _TAG.search(given, at)) is not None:
        if not hidden:
            found.append(_words(given[at : tag.start()]))
        at = tag.end()
        if tag[2] is None:
            at = _after_comment(given, at) if tag[0] == "<!--" else at
            continue
        name = tag[2].lower()
        if not hidden and _ENDS.search(tag[3]):
            break
        is_signed = is_signed or _SIGNS.search(tag[3]) is not None
        if name == "img" and not hidden and not is_signed:
            shown += _PICTURE.findall(tag[3])
        if hidden:
            depth += 0 if name != hidden else -1 if tag[1] else 1
            hidden = hidden if depth > 0 else ""
        elif not tag[1] and name not in _VOID and (name in _UNSEEN or _QUOTED.search(tag[3])):
            hidden, depth = name, 1
        elif name in _BREAKS:
            found.append("\n")
    else:
        if not hidden:
            found.append(_words(given[at:]))
    lines = [line.strip() for line in "".join(found).split("\n")]
    return "\n".join(line for at, line in enumerate(lines) if line or (at and lines[at - 1])), shown


def _words(given: str) -> str:
    return html.unescape(_BLANKS.sub(" ", given))


def _after_comment(given: str, at: int) -> int:
    end = given.find("-->", at)
    return len(given) if end < 0 else end + 3
