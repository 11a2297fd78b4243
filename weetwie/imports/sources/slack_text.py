"""What Slack marks in a text, and the blocks that newer texts are made of, as plain text."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from weetwie.imports.sources.checked import dict_of, dicts_of, text_of

Named = Callable[[str], str]
"""How somebody, or a channel, is called by its id; empty where nobody knows."""

_CODE: Final = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_TOKEN: Final = re.compile(r"<([^<>\n]+)>")
_EMPHASIS: Final = re.compile(r"(?<![\w*_~`])([*_~])(?=\S)([^*_~\n]*[^\s*_~])\1(?![\w*_~`])")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_MOST_DEEP: Final = 8
"""SlackLists in lists, blocks in blocks."""
_MOST: Final = 400_000
"""Characters that are looked at; a text is cut to far less."""
UNNAMED_CHANNEL: Final = "#private"
"""What is written instead of the name of a channel that not everybody can see."""


def words_of(message: Mapping[str, Any], person: Named, channel: Named) -> str:
    """What somebody wrote. Blocks and attachments are read where the text is empty; never a message of elsewhere that is shown."""
    if text := text_of(message.get("text")).strip():
        return plain(text, person, channel)
    if blocks := "\n".join(_blocks(message.get("blocks"), person, channel)).strip():
        return blocks
    return "\n\n".join(filter(None, (_attached(one, person, channel) for one in _own(message)))).strip()


def _own(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Attachments but for what was said elsewhere, perhaps in a channel that not everybody can read, and previews of links."""
    for one in dicts_of(message.get("attachments")):
        is_elsewhere = one.get("is_msg_unfurl") or one.get("is_share") or one.get("channel_id")
        if not is_elsewhere and not one.get("from_url") and not one.get("message_blocks"):
            yield one


def plain(text: str, person: Named, channel: Named) -> str:
    """Code stays as it is, between its backticks."""
    parts = _CODE.split(text[:_MOST])
    return "".join(
        _tokens(part, person, channel) if at % 2 else _prose(part, person, channel)
        for at, part in enumerate(parts)
    )


def _prose(text: str, person: Named, channel: Named) -> str:
    kept: list[str] = []
    at = 0
    for found in _TOKEN.finditer(text):
        kept += [_bare(text[at : found.start()]), _token(found[1], person, channel)]
        at = found.end()
    return "".join((*kept, _bare(text[at:])))


def _bare(text: str) -> str:
    return _unescaped(_EMPHASIS.sub(r"\2", text))


def _tokens(text: str, person: Named, channel: Named) -> str:
    return _unescaped(_TOKEN.sub(lambda found: _token(found[1], person, channel), text))


def _unescaped(text: str) -> str:
    for written, sign in _ENTITIES:
        text = text.replace(written, sign)
    return text


def _token(token: str, person: Named, channel: Named) -> str:
    """`@U123`, `#C123|general`, `!here`, `!subteam^S1|@ops`, `https://..|label`."""
    target, _bar, label = (part.strip() for part in token.partition("|"))
    kind, rest = target[:1], target[1:]
    if kind == "@":
        return f"@{person(rest) or label.removeprefix('@') or rest}"
    if kind == "#":
        name = channel(rest)
        return f"#{name}" if name else UNNAMED_CHANNEL
    if kind == "!":
        if label:
            return _unescaped(label)
        return f"@{rest}" if rest in ("here", "channel", "everyone") else "@group" if "^" in rest else ""
    return _link(_unescaped(target), _unescaped(label))


def _link(address: str, label: str) -> str:
    bare = address.removeprefix("mailto:").removeprefix("tel:")
    if bare != address or not address.startswith(("http://", "https://")):
        return label or bare
    shown = label.removeprefix("https://").removeprefix("http://").rstrip("/\u2026")
    is_same = not shown or address.partition("://")[2].removeprefix("www.").startswith(
        shown.removeprefix("www.")
    )
    return address if is_same else f"{label} ({address})"


def _blocks(blocks: object, person: Named, channel: Named, depth: int = 0) -> Iterator[str]:
    for block in dicts_of(blocks):
        if block.get("type") == "rich_text":
            yield from (_rich(one, person, channel, depth) for one in dicts_of(block.get("elements")))
            continue
        for holder in (block, *dicts_of(block.get("fields")), *dicts_of(block.get("elements"))):
            if text := _text_in(holder, person, channel):
                yield text


def _text_in(holder: Mapping[str, Any], person: Named, channel: Named) -> str:
    """`{"text": {"type": "mrkdwn", "text": ".."}}`, or that without the outer object."""
    inner = holder.get("text")
    return plain(text_of(dict_of(inner).get("text") or inner), person, channel)


def _rich(element: Mapping[str, Any], person: Named, channel: Named, depth: int) -> str:
    """A paragraph, a list, code, a quote: `rich_text_section` and its kin."""
    kind = element.get("type")
    inner = dicts_of(element.get("elements"))
    if depth > _MOST_DEEP:
        return ""
    if kind == "rich_text_list":
        indent = "  " * min(_number(element.get("indent")), _MOST_DEEP)
        return "\n".join(f"{indent}- {_rich(one, person, channel, depth + 1)}" for one in inner)
    text = "".join(_run(one, person, channel) for one in inner)
    if kind == "rich_text_preformatted":
        return f"```\n{text}\n```"
    if kind == "rich_text_quote":
        return "\n".join(f"> {line}" for line in text.split("\n"))
    return text.strip("\n")


def _run(run: Mapping[str, Any], person: Named, channel: Named) -> str:
    kind = run.get("type")
    text = text_of(run.get("text"))
    if kind == "text":
        return f"`{text}`" if dict_of(run.get("style")).get("code") else text
    if kind == "link":
        return _link(text_of(run.get("url")), text)
    if kind == "user":
        return f"@{person(text_of(run.get('user_id'))) or text_of(run.get('user_id'))}"
    if kind == "channel":
        name = channel(text_of(run.get("channel_id")))
        return f"#{name}" if name else UNNAMED_CHANNEL
    if kind == "broadcast":
        return f"@{text_of(run.get('range'))}"
    if kind == "emoji":
        return f":{text_of(run.get('name'))}:"
    return text or text_of(run.get("fallback"))


def _attached(one: Mapping[str, Any], person: Named, channel: Named) -> str:
    heads = (text_of(one.get(key)) for key in ("pretext", "title", "text"))
    fields = (
        ": ".join(filter(None, (text_of(field.get("title")), text_of(field.get("value")))))
        for field in dicts_of(one.get("fields"))
    )
    parts = [plain(part, person, channel) for part in (*heads, *fields) if part]
    parts += _blocks(one.get("blocks"), person, channel)
    return "\n".join(parts) or plain(text_of(one.get("fallback")), person, channel)


def files_of(message: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the files that hang on a message; `file` is how it was until 2018."""
    files = [*dicts_of(message.get("files")), dict_of(message.get("file"))]
    names = (
        text_of(file.get("name")) or text_of(file.get("title"))
        for file in files
        if file.get("mode") not in ("tombstone", "hidden_by_limit")
    )
    return tuple(name for name in names if name)


def said_of_a_file(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Until 2018 the text of such a message was Slack's own ("uploaded a file"): what somebody wrote of it, and who."""
    file = dict_of(message.get("file"))
    if message.get("subtype") == "file_comment":
        comment = dict_of(message.get("comment"))
        return {"user": comment.get("user"), "text": comment.get("comment")}
    if message.get("subtype") != "file_share" or not file:
        return None
    title = text_of(file.get("title"))
    comment = dict_of(file.get("initial_comment"))
    lines = (
        "" if title in (text_of(file.get("name")), "Untitled", "-") else title,
        text_of(comment.get("comment")),
    )
    return {"user": message.get("user"), "text": "\n".join(filter(None, lines))}


def _number(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
