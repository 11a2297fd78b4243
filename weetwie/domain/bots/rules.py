"""What a bot posts of what it was sent or has read. Pure."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from weetwie.errors import Invalid, _
from weetwie.runtime.json import Json
from weetwie.text.shorten import shorten

LARGEST: Final = 64 * 1024
"""Of what is sent at once, in bytes."""
_JOINER: Final = "\N{WORD JOINER}"
"""A sign that nobody sees: it keeps a word from being a command or a name."""
_LINK: Final = re.compile(r"<([^<>|\s]+)(?:\|([^<>]*))?>")
_MOST_BLOCKS: Final = 100


class Payload(msgspec.Struct, frozen=True):
    """As incoming webhooks of Slack take it; what else stands in it is passed over."""

    text: str = ""
    blocks: list[Any] = []
    attachments: list[Any] = []


def said(payload: Payload) -> str:
    """Text, and where there is none, that of the blocks; then the attachments."""
    parts = (
        [payload.text] if payload.text.strip() else [_of_block(one) for one in payload.blocks[:_MOST_BLOCKS]]
    )
    parts += [_of_attachment(one) for one in payload.attachments[:_MOST_BLOCKS]]
    return "\n\n".join(plain(part).strip() for part in parts if part.strip())


def plain(text: str) -> str:
    """Without the marks of Slack: `<https://a.example|label>`, `<!here>`, and what was escaped."""
    text = _LINK.sub(_link, text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _link(match: re.Match[str]) -> str:
    target, label = match[1], (match[2] or "").strip()
    if target.startswith("!"):
        return label
    if target.startswith(("@", "#")):
        return label
    return f"{label} {target}" if label and label != target else target


def _of_block(block: Json) -> str:
    """Of the kinds that hold text: header, section, context, rich text."""
    if not isinstance(block, dict):
        return ""
    own = [block.get("text"), *_list(block.get("fields")), *_list(block.get("elements"))]
    return "\n".join(text for one in own if (text := _text(one)))


def _text(one: Json, depth: int = 0) -> str:
    if isinstance(one, str):
        return one
    if not isinstance(one, dict) or depth > 4:
        return ""
    if isinstance(one.get("elements"), list):
        return "".join(_text(each, depth + 1) for each in one["elements"][:_MOST_BLOCKS])
    if one.get("type") == "link":
        return f"<{one.get('url', '')}|{one.get('text', '')}>"
    return _text(one.get("text"), depth + 1)


def _of_attachment(attachment: Json) -> str:
    if not isinstance(attachment, dict):
        return ""
    lines = [_text(attachment.get(name)) for name in ("pretext", "title", "title_link", "text")]
    lines += [_of_block(one) for one in _list(attachment.get("blocks"))]
    told = "\n".join(line for line in lines if line)
    return told or _text(attachment.get("fallback"))


def _list(value: Json) -> list[Json]:
    return value[:_MOST_BLOCKS] if isinstance(value, list) else []


def draft(text: str, most: int) -> str:
    """As it may be posted: no longer than is allowed; and for whom it is, only who made the bot has said."""
    text = text.strip()
    if text.startswith("!"):
        text = f"{_JOINER}{text}"
    return shorten(text, most)


def entry(title: str, link: str, most: int) -> str:
    """What somebody elsewhere wrote names nobody here."""
    title = " ".join(title.split()).replace("@", f"@{_JOINER}")
    room = most - len(link) - 2
    return "\n\n".join(part for part in (draft(title, room) if title and room > 1 else "", link) if part)


def check_url(url: str) -> str:
    """Raises Invalid."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        is_good = False
    if not is_good or len(url) > 2048 or any(ord(sign) < 33 for sign in url):
        raise Invalid(_("Enter the address of a feed: https://…"), field="url")
    return url
