"""How chats mark text. What people wrote stays words: it mentions nobody and ends no quote. Pure."""

import re
import unicodedata
from typing import Final

_KEPT: Final = frozenset("\u200c\u200d")
_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
_BREAK: Final = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SIGNS: Final = re.compile(r"([\\`*\[\]<>~|#]|(?<!\w)_|_(?!\w))")
_LISTED: Final = re.compile(r"^(?=[-+] |\d+[.)] )")
_APART: Final = "\u200b"
"""Beside a sign that would begin something: nobody sees it."""


class Mrkdwn:
    """Slack's own (https://docs.slack.dev/messaging/formatting-message-text)."""

    def plain(self, text: str) -> str:
        return _bare(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def link(self, address: str, label: str) -> str:
        target = address.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
        return f"<{target}|{self.plain(label)}>"

    def quote(self, text: str) -> str:
        return f"> {self.plain(text)}"


class Markdown:
    """Of Mattermost and Teams."""

    def plain(self, text: str) -> str:
        said = _LISTED.sub(_APART, _SIGNS.sub(r"\\\1", _bare(text)))
        return said.replace("@", f"@{_APART}")

    def link(self, address: str, label: str) -> str:
        target = address.replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
        return f"[{self.plain(label)}]({target})"

    def quote(self, text: str) -> str:
        return f"> {self.plain(text)}"


def _bare(text: str) -> str:
    """On one line, without signs that nobody sees."""
    seen = "".join(
        sign for sign in _BREAK.sub(" ", text) if sign in _KEPT or unicodedata.category(sign) not in _UNSEEN
    )
    return " ".join(seen.split())
