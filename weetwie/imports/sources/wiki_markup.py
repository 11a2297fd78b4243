"""Texts with the marks of Jira's and old Confluence's wiki into plain text. Pure."""

import re
from collections.abc import Mapping
from typing import Final

_CODE: Final = re.compile(r"\{(code|noformat)(?::[^{}\n]{0,200})?\}(.*?)(?:\{\1\}|\Z)", re.DOTALL)
_QUOTE: Final = re.compile(r"\{quote\}.*?(?:\{quote\}|\Z)", re.DOTALL)
_QUOTED_LINE: Final = re.compile(r"^[ \t]{0,8}bq\. .*$", re.MULTILINE)
_FRAME: Final = re.compile(
    r"\{/?(?:color|panel|info|note|tip|warning|expand|anchor|toc|excerpt|section|column|adf)(?::[^{}\n]{0,300})?\}"
)
_MONO: Final = re.compile(r"\{\{([^{}\n]{1,500})\}\}")
_LINK: Final = re.compile(r"\[(?:([^\[\]|\n]{1,300})\|)?([^\[\]|\n]{1,1000})(?:\|[^\[\]\n]{0,100})?\]")
_PICTURE: Final = re.compile(r"!([^!\s|<>][^!|\n]{0,200}\.[A-Za-z0-9]{2,5})(?:\|[^!\n]{0,200})?!")
_HEADING: Final = re.compile(r"^[ \t]{0,8}h[1-6]\. ", re.MULTILINE)
_POINT: Final = re.compile(r"^[ \t]{0,8}(?:[*#]{1,6}|-) +", re.MULTILINE)
_CELLS: Final = re.compile(r"^[ \t]{0,8}\|{1,2}.*\|[ \t]*$", re.MULTILINE)
_RULE: Final = re.compile(r"^[ \t]{0,8}-{4,5}[ \t]*$", re.MULTILINE)
_BREAK: Final = re.compile(r"\\\\(?=\s|$)")


def text_of_wiki(written: str, names: Mapping[str, str]) -> tuple[str, list[str]]:
    """Without what is quoted, and the pictures in it. `names` gives for who is mentioned how they are called."""
    files: list[str] = []
    pieces: list[str] = []
    at = 0
    for found in _CODE.finditer(written):
        pieces.append(_marked(written[at : found.start()], names, files))
        pieces.append(
            f"\n```\n{found[2].strip(chr(10))}\n```\n"
            if "\n" in found[2].strip() or len(found[2]) > 80
            else f"`{found[2].strip()}`"
        )
        at = found.end()
    pieces.append(_marked(written[at:], names, files))
    return "".join(pieces).strip(), files


def _marked(text: str, names: Mapping[str, str], files: list[str]) -> str:
    def linked(found: re.Match[str]) -> str:
        shown, target = found[1], found[2]
        if target.startswith("~"):
            known = target[1:].removeprefix("accountid:")
            return f"@{names.get(known, known)}"
        if target.startswith(("http://", "https://")):
            return target if not shown or shown == target else f"{shown} ({target})"
        return shown or target.lstrip("^#") if shown or target.startswith(("^", "#")) else found[0]

    def pictured(found: re.Match[str]) -> str:
        files.append(found[1].rpartition("/")[2])
        return ""

    text = _QUOTED_LINE.sub("", _QUOTE.sub("\n", text.replace("\r\n", "\n")))
    text = _PICTURE.sub(pictured, _MONO.sub(r"`\1`", _FRAME.sub("", text)))
    text = _HEADING.sub("", _RULE.sub("", _POINT.sub("- ", text)))
    text = _LINK.sub(linked, text)
    return _BREAK.sub("\n", _CELLS.sub(lambda row: " ".join(row[0].replace("|", " ").split()), text))
