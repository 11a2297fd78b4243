"""Signs that nobody sees, taken out of what is compared later: addresses, handles, ids, names of tags. Pure."""

import re
import unicodedata
from typing import Final, Literal
from urllib.parse import unquote

from weetwie.runtime.later import pattern

_UNSEEN: Final = pattern(
    r"(?V1)[[\p{Cf}\p{Cc}--\s]\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef\ufffe\uffff]+"
)
"""Zero-width blanks, soft hyphens, marks of direction, a byte order mark inside, variation selectors, fillers."""
_MARKS: Final = pattern(r"(\p{M}{30})\p{M}++")
_LONGEST: Final = 10_000
"""Nothing that is compared is as long; what lies beyond is not read."""
_BLANKS: Final = pattern(r"\s+")
_IN_BRACKETS: Final = re.compile(r"<([^<>]*)>")
_BETWEEN: Final = pattern(r"[,;\n]|:::")
_COMMENT: Final = re.compile(r"\([^()]*\)\Z")
_SCHEME: Final = re.compile(r"(?:(?:mailto|smtp|e-?mail|mail):\s*)+", re.IGNORECASE)
_DOTS: Final = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
_AROUND: Final = " \t\"'`,;:.<>()[]{}\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"


def visible(text: str) -> str:
    """What one sees of a text, in one spelling: without unseen signs, with plain blanks, none at the ends."""
    text = text[:_LONGEST]
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    seen: str = _BLANKS.sub(" ", _UNSEEN.sub("", text))
    return normal("NFC", seen).strip()


def normal(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """In one of the normal forms of Unicode, without marks beyond thirty on one letter (UAX #15, stream-safe text): to bring
    them in order takes as long as the square of their number."""
    if text.isascii():
        return text
    return unicodedata.normalize(form, _MARKS.sub(r"\1", text))


def bare_address(text: str) -> str:
    """The e-mail address in what was typed or copied: `mailto:`, `Ann <ann@x>`, and signs around it are not part of it.

    A text without an address stays as one sees it, for others to refuse.
    """
    seen = _without_scheme(normal("NFKC", visible(text).translate(_DOTS)))
    if "@" not in seen:
        return visible(text)
    if found := [one for one in _IN_BRACKETS.findall(seen) if "@" in one]:
        seen = _without_scheme(found[-1].strip())
    without_comment: str = _COMMENT.sub("", seen.strip())
    return without_comment.strip(_AROUND)


def _without_scheme(text: str) -> str:
    scheme = _SCHEME.match(text)
    rest = text[scheme.end() :] if scheme else text
    return unquote(rest.partition("?")[0]) if scheme and "mailto" in scheme[0].lower() else rest


def bare_addresses(text: str) -> list[str]:
    """Those in a list, as it was typed or copied out of an email: `Ann <ann@x>; bo@x`. A word that is no address stays one."""
    found: list[str] = []
    for given in _BETWEEN.split(text):
        part: str = _COMMENT.sub("", given.strip()) or given
        named = [one for one in _IN_BRACKETS.findall(part) if "@" in one]
        words = named or ([] if "<" in text and "@" not in part else part.split())
        found += [address for word in words if (address := bare_address(word))]
    return list(dict.fromkeys(found))


def whole_number(text: str | None, digits: int = 18) -> int | None:
    """The number in a text that somebody sent; None where it is none, or has more digits than that (18 are those of an id)."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None
