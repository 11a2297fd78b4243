"""A feed as it goes over the wire: Atom (RFC 4287) and JSON Feed 1.1. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from xml.etree import ElementTree as ET

import msgspec
import regex

from weetwie.feeds.entries import FeedAuthor, FeedEntry
from weetwie.runtime.json import Json

ATOM: Final = "application/atom+xml"
JSON: Final = "application/feed+json"
_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_NOT_IN_XML: Final = regex.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no document in XML 1.0 may hold."""


class Feed(msgspec.Struct, frozen=True):
    id: str
    title: str
    place: str
    """The name of the organisation."""
    page: str
    """The address of what a browser shows of it."""
    url: str
    """Its own address."""
    language: str
    updated_at: datetime
    entries: Sequence[FeedEntry]


def atom(feed: Feed) -> bytes:
    root = ET.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": feed.language})
    _text(root, "id", feed.id)
    _text(root, "title", f"{feed.title} · {feed.place}")
    _text(root, "updated", _time(feed.updated_at))
    _link(root, "self", feed.url, ATOM)
    _link(root, "alternate", feed.page, "text/html")
    # An entry has an author of its own; a feed without entries needs one here.
    _text(ET.SubElement(root, "author"), "name", feed.place)
    for entry in feed.entries:
        root.append(_entry(entry))
    written: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{written}'.encode()


def _entry(entry: FeedEntry) -> ET.Element:
    element = ET.Element("entry", {"xml:lang": entry.language} if entry.language else {})
    _text(element, "id", entry.id)
    _text(element, "title", entry.title)
    _text(element, "published", _time(entry.written_at))
    _text(element, "updated", _time(entry.edited_at))
    _link(element, "alternate", entry.url, "text/html")
    author = ET.SubElement(element, "author")
    _text(author, "name", entry.author.name)
    _text(author, "uri", entry.author.url)
    for tag in dict.fromkeys(entry.tags):
        ET.SubElement(element, "category", {"term": _plain(tag)})
    for one in entry.attachments:
        ET.SubElement(
            element,
            "link",
            {"rel": "enclosure", "href": one.url, "type": one.content_type, "length": str(one.size)},
        )
    _text(element, "content", entry.content, type="html")
    return element


def json(feed: Feed) -> bytes:
    return msgspec.json.encode(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": f"{feed.title} · {feed.place}",
            "home_page_url": feed.page,
            "feed_url": feed.url,
            "language": feed.language,
            "items": [_item(entry) for entry in feed.entries],
        }
    )


def _item(entry: FeedEntry) -> dict[str, Json]:
    item: dict[str, Json] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.content,
        "date_published": _time(entry.written_at),
        "date_modified": _time(entry.edited_at),
        "authors": [_author(entry.author)],
    }
    if entry.tags:
        item["tags"] = list(entry.tags)
    if entry.language:
        item["language"] = entry.language
    if entry.attachments:
        item["attachments"] = [
            {"url": one.url, "mime_type": one.content_type, "size_in_bytes": one.size}
            for one in entry.attachments
        ]
    return item


def _author(author: FeedAuthor) -> Mapping[str, str]:
    told = {"name": author.name, "url": author.url}
    return told | {"avatar": author.face} if author.face else told


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = _plain(text)


def _link(parent: ET.Element, rel: str, address: str, content_type: str) -> None:
    ET.SubElement(parent, "link", {"rel": rel, "href": address, "type": content_type})


def _plain(text: str) -> str:
    return str(_NOT_IN_XML.sub("", text))


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
