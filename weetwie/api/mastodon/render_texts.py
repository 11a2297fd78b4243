"""Texts into HTML, and what stands in them: links, names, tags, the organisation's own emoji. Pure."""

import html
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, TypedDict
from urllib.parse import quote

from weetwie.access.policy import Emoji, Policy
from weetwie.text import text as texts


class WireEmoji(TypedDict):
    shortcode: str
    url: str
    static_url: str
    visible_in_picker: bool
    category: str | None


class TextRenderer:
    """For one installation, with the emoji that its policy has now."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._policy_version = -1
        self._emojis: dict[str, WireEmoji] = {}

    def follow(self, policy: Policy) -> bool:
        """Whether the emoji are others than before."""
        if policy.version == self._policy_version:
            return False
        self._policy_version = policy.version
        before, self._emojis = self._emojis, {one.shortcode: self._emoji(one) for one in policy.emojis}
        return self._emojis != before

    def content(self, text: str, mentions: Iterable[Sequence[str | int]] = ()) -> str:
        """A text as HTML; names link to the people who were named when it was written."""
        named = {str(handle).lower(): str(handle) for _id, handle in mentions}

        def link_to(piece: texts.Piece) -> str | None:
            if piece.kind == "link":
                return texts.link_html(piece.target)
            if piece.kind == "tag":
                return _TAG % (
                    html.escape(self.tag_url(texts.tag_key(piece.target))),
                    html.escape(piece.target),
                )
            handle = named.get(piece.target.lower())
            return (
                None
                if handle is None
                else _MENTION % (html.escape(f"{self._base_url}/@{handle}"), html.escape(handle))
            )

        return texts.as_html(text, link_to)

    def emojis_in(self, *texts: str) -> list[WireEmoji]:
        """The organisation's own emoji that stand in these texts, by their names between colons."""
        if not self._emojis:
            return []
        names = dict.fromkeys(name for text in texts if text for name in _SHORTCODES.findall(text))
        return [self._emojis[name] for name in names if name in self._emojis]

    def emojis(self) -> list[WireEmoji]:
        return list(self._emojis.values())

    def emoji(self, shortcode: str) -> WireEmoji | None:
        return self._emojis.get(shortcode)

    def _emoji(self, emoji: Emoji) -> WireEmoji:
        address = f"{self._base_url}/emoji/{emoji.name}"
        return {
            "shortcode": emoji.shortcode,
            "url": address,
            "static_url": f"{address}-still" if emoji.is_moving else address,
            "visible_in_picker": True,
            "category": emoji.category or None,
        }

    def tag_url(self, key: str) -> str:
        return f"{self._base_url}/tags/{_in_an_address(key)}"


@lru_cache(maxsize=4096)
def _in_an_address(key: str) -> str:
    """The same few tags stand in many posts."""
    return quote(key, safe="")


_SHORTCODES: Final = re.compile(r"(?<![A-Za-z0-9:]):([A-Za-z0-9_]{2,64}):(?![A-Za-z0-9:])")
_TAG: Final = '<a href="%s" class="mention hashtag" rel="tag">#<span>%s</span></a>'
_MENTION: Final = (
    '<span class="h-card" translate="no"><a href="%s" class="u-url mention">@<span>%s</span></a></span>'
)
