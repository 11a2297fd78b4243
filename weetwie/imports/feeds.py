"""Reads a feed of somebody else: RSS, Atom, RDF, as they come. What cannot be read tells why."""

import io
from collections.abc import Mapping
from typing import Any, Final

from weetwie.domain.bots.feeds import FoundEntry

MOST: Final = 100
_LONGEST_TITLE: Final = 2000
_LONGEST_LINK: Final = 1000


class UnreadableFeed(Exception):
    """It is no feed."""


def read(content: bytes, content_type: str) -> list[FoundEntry]:
    """The newest first, as feeds have them. Takes a while for what is large: call it in a thread. Raises UnreadableFeed."""
    import feedparser

    try:
        found = feedparser.parse(
            io.BytesIO(content),
            response_headers={"content-type": content_type},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # whatever a document of others does to the parser
        raise UnreadableFeed from error
    if not found.get("version"):
        raise UnreadableFeed
    entries = (_entry(one) for one in found.entries[:MOST])
    return [one for one in entries if one is not None]


def _entry(entry: Mapping[str, Any]) -> FoundEntry | None:
    """None without an address on the web: what a bot posts leads to what was written."""
    link = str(entry.get("link") or "").strip()
    if (
        not link.startswith(("http://", "https://"))
        or len(link) > _LONGEST_LINK
        or any(ord(one) < 33 for one in link)
    ):
        return None
    return FoundEntry(str(entry.get("id") or link), str(entry.get("title") or "")[:_LONGEST_TITLE], link)
