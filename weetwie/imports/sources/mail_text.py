"""The text of a mail: its parts, whatever they are packed and written in. Pure.

Whatever a mail claims, something is read of it: a charset that nobody knows is UTF-8 or Windows-1252.
"""

import re
from email.header import decode_header
from email.message import Message as Mail
from typing import Final

from weetwie.imports.plain import plain
from weetwie.imports.sources.quoting import said
from weetwie.imports.table import line_of
from weetwie.text.signs import visible

_LONGEST: Final = 500_000
"""Characters of one part that are looked at."""
_LONGEST_HEADER: Final = 20_000
_MOST_PARTS: Final = 200
_KNOWN: Final = re.compile(
    r"(?:iso|utf|windows|cp|ibm|koi8|gb|hz|big5|euc|shift|sjis|ks|us-?ascii|ascii|latin|mac|tis|johab)[\w.:-]{0,30}",
    re.IGNORECASE,
)
_ALSO: Final = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "utf-8",
                "ascii": "utf-8", "iso-8859-8-i": "iso-8859-8", "ks_c_5601-1987": "cp949", "shift_jis": "cp932"}  # fmt: skip
"""What is written where these are claimed."""
_WORD: Final = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?")
_END_OF_QUOTE: Final = re.compile(r"</blockquote\s*>", re.IGNORECASE)
_CITED: Final = re.compile(r"<blockquote[^<>]*>", re.IGNORECASE)


def header(mail: Mail, name: str) -> str:
    """A header as one reads it, on one line; empty where there is none."""
    value = mail.get(name)
    return heard(value) if value is not None else ""


def heard(value: object) -> str:
    text = str(value)[:_LONGEST_HEADER]
    if _WORD.search(text):
        text = _decoded(text)
    elif not text.isascii() or "\udc80" <= max(text, default="") <= "\udcff":
        text = line_of(text.encode("utf-8", "surrogateescape"))
    return visible(text)


def _decoded(text: str) -> str:
    """By RFC 2047, as far as it goes."""
    try:
        parts = decode_header(text)
    except Exception:  # noqa: BLE001  it fails in several ways on what is no base64
        return text
    return "".join(
        of_bytes(part, charset or "") if isinstance(part, bytes) else part for part, charset in parts
    )


def of_bytes(content: bytes, charset: str) -> str:
    claimed = charset.strip().strip("\"'").lower()
    for encoding in (_ALSO.get(claimed, claimed), "utf-8"):
        if _KNOWN.fullmatch(encoding):
            try:
                return content.decode(encoding)
            except (LookupError, UnicodeError, ValueError):
                continue
    return "\n".join(map(line_of, content.split(b"\n")))


def written(mail: Mail) -> tuple[str, list[str]]:
    """What its author wrote, and the names of the files on it."""
    texts: list[str] = []
    files: list[str] = []
    for part in _parts(mail):
        name = _file_name(part)
        kind = part.get_content_type()
        if name or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            files += [name] if name and kind != "application/pgp-signature" else []
            continue
        text, named = said(_text(part, kind))
        files += named
        if text.strip():
            texts.append(text)
    return "\n\n".join(texts), files


def _parts(mail: Mail) -> list[Mail]:
    """The leaves, of alternatives the plainest that says something. What was forwarded as a whole is a file."""
    found: list[Mail] = []
    waiting = [mail]
    while waiting and len(found) < _MOST_PARTS:
        part = waiting.pop()
        inner = part.get_payload()
        if not isinstance(inner, list) or part.get_content_maintype() == "message":
            found.append(part)
        elif part.get_content_subtype() == "alternative":
            waiting += _plainest([one for one in inner if isinstance(one, type(mail))])
        else:
            waiting += [one for one in reversed(inner) if isinstance(one, type(mail))]
    return found


def _plainest(parts: list[Mail]) -> list[Mail]:
    """The plain text, else what comes first."""
    for part in parts:
        content = part.get_payload(decode=True) if part.get_content_type() == "text/plain" else None
        if isinstance(content, bytes) and content.strip():
            return [part]
    return [part for part in parts if part.get_content_type() != "text/plain"][:1]


def _file_name(part: Mail) -> str:
    name = part.get_filename()
    return heard(name).rpartition("/")[2].rpartition("\\")[2] if name else ""


def _text(part: Mail, kind: str) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    text = of_bytes(content[: 4 * _LONGEST], str(part.get_content_charset() or ""))[:_LONGEST]
    if kind == "text/html":
        return of_html(text)
    if str(part.get_param("format", "")).lower() == "flowed":
        return _flowed(text, str(part.get_param("delsp", "")).lower() == "yes")
    return text if kind in ("text/plain", "text/enriched") else ""


def of_html(text: str) -> str:
    """Quotes leave a line that says that there was one."""
    marked = _END_OF_QUOTE.sub(lambda found: f"{found[0]}<p>&gt;</p>", text) if _CITED.search(text) else text
    return plain(marked, code=True, without=("blockquote",))


def _flowed(text: str, joins: bool) -> str:
    """Lines that end with a blank go on (RFC 3676)."""
    lines: list[str] = []
    is_open = False
    for given in text.replace("\r\n", "\n").split("\n"):
        is_quoted = given.startswith(">")
        line = given.removeprefix(" ")
        if is_open and not is_quoted and line != "-- ":
            lines[-1] = f"{lines[-1][:-1] if joins else lines[-1]}{line}"
        else:
            lines.append(line)
        is_open = line.endswith(" ") and line != "-- " and not is_quoted
    return "\n".join(lines)
