"""Texts of Atlassian's own document format (JSON) into plain text. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from weetwie.imports.sources.checked import dict_of, dicts_of, text_of

_DEEPEST: Final = 60
_LINES: Final = frozenset(
    (
        "paragraph",
        "heading",
        "tableRow",
        "taskItem",
        "decisionItem",
        "caption",
        "rule",
        "blockCard",
        "embedCard",
    )
)
_BLOCKS: Final = frozenset(
    (
        "bulletList",
        "orderedList",
        "codeBlock",
        "panel",
        "table",
        "expand",
        "nestedExpand",
        "taskList",
        "layoutSection",
    )
)
_QUOTED: Final = "blockquote"

Json = Mapping[str, Any]


def text_of_document(document: Json) -> str:
    """Without what is quoted."""
    return "".join(_pieces(document, 0)).strip()


def _pieces(node: Json, depth: int) -> Iterator[str]:
    kind, given = text_of(node.get("type")), dict_of(node.get("attrs"))
    if depth > _DEEPEST or kind == _QUOTED:
        return
    if kind == "text":
        yield _marked(node)
    elif kind == "codeBlock":
        yield f"\n```\n{_inside(node, depth).strip(chr(10))}\n```\n\n"
    elif kind == "listItem":
        yield f"- {_inside(node, depth).strip()}\n"
    elif kind in ("tableCell", "tableHeader"):
        yield f"{' '.join(_inside(node, depth).split())} "
    elif kind == "hardBreak":
        yield "\n"
    elif kind in ("mention", "emoji", "status", "placeholder"):
        yield text_of(given.get("text") or given.get("shortName"))
    elif kind in ("inlineCard", "blockCard", "embedCard"):
        yield text_of(given.get("url"))
    else:
        inside = _inside(node, depth)
        yield (
            f"{inside.rstrip()}\n\n"
            if kind in _BLOCKS
            else f"{inside}\n\n"
            if kind in _LINES - {"tableRow"}
            else f"{inside}\n"
            if kind == "tableRow"
            else inside
        )


def _inside(node: Json, depth: int) -> str:
    return "".join(piece for one in dicts_of(node.get("content")) for piece in _pieces(one, depth + 1))


def _marked(node: Json) -> str:
    text = text_of(node.get("text"))
    for mark in dicts_of(node.get("marks")):
        if mark.get("type") == "code":
            text = f"`{text}`"
        elif mark.get("type") == "link":
            address = text_of(dict_of(mark.get("attrs")).get("href"))
            text = text if address in ("", text) or not address.startswith("http") else f"{text} ({address})"
    return text


def files_of(document: Json, depth: int = 0) -> Iterator[str]:
    """The names of pictures and files that stand in it, where they have one."""
    if depth <= _DEEPEST:
        if document.get("type") in ("media", "mediaInline") and (
            name := text_of(dict_of(document.get("attrs")).get("alt"))
        ):
            yield name
        for one in dicts_of(document.get("content")):
            yield from files_of(one, depth + 1)
