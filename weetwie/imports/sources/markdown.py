"""What is written in Markdown as plain text: links with their address, code as it stands between its backticks, no other marks."""

import re
from collections.abc import Callable
from typing import Final

_CODE: Final = re.compile(r"(```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]+`)", re.DOTALL)
_ADDRESS: Final = r"<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?"
_LINK: Final = re.compile(rf"(!?)\[([^\[\]\n]{{0,1000}})\]\({_ADDRESS}(?:\s[^()\n]{{0,300}})?\)")
_BARE: Final = re.compile(r"<(https?://[^\s<>]+)>")
_HEADING: Final = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*)$", re.MULTILINE)
_STRONG: Final = re.compile(r"(?<![\w\\])(\*\*|__|~~)(?=\S)([^\n*_~]{1,2000})(?<=\S)\1(?!\w)")
_SLANTED: Final = re.compile(r"(?<![\w*\\])([*_])(?=[^\s*_])([^\n*_]{1,2000})(?<=[^\s*_])\1(?![\w*])")
_ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]()#+.!|~>-])")
_MOST: Final = 400_000
"""Characters that are looked at; a text is cut to far less."""


def plain(text: str, named: Callable[[str], str]) -> str:
    """`named` gives people and channels in a text by their names; it sees no code."""
    parts = _CODE.split(text[:_MOST])
    return "".join(part if at % 2 else _prose(named(part)) for at, part in enumerate(parts))


def _prose(text: str) -> str:
    text = _HEADING.sub(lambda found: found[1].rstrip(" \t#"), _BARE.sub(r"\1", _LINK.sub(_linked, text)))
    return _ESCAPED.sub(r"\1", _SLANTED.sub(r"\2", _STRONG.sub(r"\2", text)))


def _linked(found: re.Match[str]) -> str:
    is_picture, label, address = found[1], found[2].strip(), found[3]
    if is_picture or not address.startswith(("http://", "https://")):
        return label
    bare = address.partition("://")[2]
    is_same = not label or label in (address, bare, bare.rstrip("/"))
    return address if is_same else f"{label} ({address})"
