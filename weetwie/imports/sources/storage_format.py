"""Pages in the storage format of Confluence (XHTML with elements of its own) into plain text. Pure."""

import html
import re
from collections.abc import Mapping
from typing import Final

from weetwie.imports.plain import plain

# What was never closed ends where the next of its kind begins, so that nothing is looked through twice.
_CDATA: Final = re.compile(r"<!\[CDATA\[((?:(?!<!\[CDATA\[).)*?)\]\] ?>", re.DOTALL)
"""An export writes ` >` behind those that lie within another."""
_CODE: Final = re.compile(
    r"<ac:plain-text-body>((?:(?!<ac:plain-text-body>).)*?)</ac:plain-text-body>", re.DOTALL
)
_SILENT: Final = re.compile(
    r"<ac:(parameter|task-id|task-uuid|task-status|placeholder|adf-attribute|adf-content)\b[^<>]*(?<!/)>[^<]*</ac:\1>"
)
_LINK: Final = re.compile(r"<ac:link\b[^<>]*>((?:(?!<ac:link\b).)*?)</ac:link>", re.DOTALL)
_LINK_BODY: Final = re.compile(
    r"<ac:(?:plain-text-)?link-body>(.*?)</ac:(?:plain-text-)?link-body>", re.DOTALL
)
_USER: Final = re.compile(r'<ri:user\b[^<>]*?ri:(?:userkey|account-id|username)="([^"<>]*)"[^<>]*/?>')
_TITLE: Final = re.compile(r'<ri:(?:page|blog-post|content-entity)\b[^<>]*?ri:content-title="([^"<>]*)"')
_FILE: Final = re.compile(r'<ri:attachment\b[^<>]*?ri:filename="([^"<>]*)"[^<>]*/?>')
_TIME: Final = re.compile(r'<time\b[^<>]*?datetime="([^"<>]*)"[^<>]*/?>')
_EMOJI: Final = re.compile(r'<ac:emoticon\b[^<>]*?ac:emoji-fallback="([^"<>]*)"[^<>]*/?>')
_TASK: Final = re.compile(r"<(/?)ac:task-body>")
_FRAME: Final = re.compile(r"</?ac:(?:rich-text-body|layout-cell|task-list)>")


def text_of_storage(written: str, names: Mapping[str, str]) -> tuple[str, list[str]]:
    """And the names of the files that stand in it. `names` gives for who is mentioned how they are called."""
    files = [html.unescape(one) for one in _FILE.findall(written)]

    def called(found: re.Match[str]) -> str:
        return f"@{html.escape(names.get(found[1], ''))}" if names.get(found[1]) else ""

    def linked(found: re.Match[str]) -> str:
        body, title = _LINK_BODY.search(found[1]), _TITLE.search(found[1])
        file = _FILE.search(found[1])
        return body[1] if body else title[1] if title else file[1] if file else _USER.sub(called, found[1])

    text = _CODE.sub(lambda found: f"<pre>{_CDATA.sub(_escaped, found[1])}</pre>", written)
    text = _SILENT.sub("", _CDATA.sub(_escaped, text))
    text = _USER.sub(called, _LINK.sub(linked, text))
    text = _EMOJI.sub(r"\1", _TIME.sub(r"\1 ", text))
    text = _FRAME.sub("<p></p>", _TASK.sub(r"<\1li>", text))
    return plain(text, code=True), files


def _escaped(found: re.Match[str]) -> str:
    return html.escape(found[1], quote=False)
