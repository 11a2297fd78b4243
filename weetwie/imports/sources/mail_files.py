"""Mails as they lie in files: mbox in its variants, one a file (maildir, .eml), gzip or not. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import IO, Final

import msgspec

from weetwie.errors import Invalid, _
from weetwie.imports.sources.checked import NOT_READABLE
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import LeftOut, Trouble

LARGEST: Final = 8 << 20
"""Bytes of one mail that are read: what it says comes before what hangs on it."""
NO_MAIL: Final = _("There's no e-mail in this file.")
_LONGEST_LINE: Final = 1 << 20
_POSTMARK: Final = re.compile(
    rb"From \S.{0,300}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .{0,40}\b\d\d?:\d\d.{0,40}\b\d{4}\b"
)
"""With a day: a text may have lines that begin with `From `."""
_ESCAPED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADER: Final = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,70}:(?:[ \t\r\n]|$)")
_COUNTED: Final = re.compile(rb"(\d{1,10})[ \t]*\r?\n")
"""Mail of macOS writes the size above a mail, and a list of properties below it."""
_NO_MAIL: Final = re.compile(
    r"(?:^|/)(?:\.[^/]*|dovecot[^/]*|maildirfolder|maildirsize|subscriptions|courier[^/]*|tmp/[^/]*)$"
    r"|\.(?:msf|dat|html?|css|js|png|gif|jpe?g|sqlite3?|db|lock|json|pck|idx)$",
    re.IGNORECASE,
)
"""What lies beside mails in the folders of servers and programs."""
_MONTHS: Final = (
    "january february march april may june july august september october november december".split()
)
_OF_A_MONTH: Final = re.compile(r"(.*?)(\d{4})[-_]?([A-Za-z]{3,9})\b(.*)")
_FLAGS: Final = re.compile(r"(?:^|/)(?:cur|new)/[^/]*[:;!\u2013-]2,([A-Za-z]*)$")


class RawMail(msgspec.Struct, frozen=True):
    file: str
    place: str
    """`message 12`, `line 40` of its file."""
    data: bytes
    postmark: str = ""
    """The line above it in an mbox."""


def names_of(names: Iterable[str]) -> list[str]:
    """The files that may hold mails, by their months where they are called so."""
    return sorted((name for name in names if not _NO_MAIL.search(name)), key=_in_order)


def _in_order(name: str) -> tuple[str, int, str]:
    found = _OF_A_MONTH.fullmatch(name.rpartition("/")[2])
    month = found[3].lower() if found else ""
    at = next((at for at, whole in enumerate(_MONTHS, 1) if whole.startswith(month)), 0) if month else 0
    return (
        (f"{name.rpartition('/')[0]}/{found[1]}{found[2]}", at, found[4]) if found and at else (name, 0, "")
    )


def mails(files: Files, name: str) -> Iterator[RawMail | LeftOut | Trouble]:
    flags = _FLAGS.search(name)
    if flags and set("TD") & set(flags[1]):
        yield LeftOut("deleted" if "T" in flags[1] else "private")
        return
    count = 0
    try:
        with files.open(name) as file:
            begin = file.peek(4096).lstrip()  # type: ignore[attr-defined]
            if begin.startswith(b"From "):
                for mail in _of_mbox(file, name):
                    count += 1
                    yield mail
            elif _HEADER.match(begin):
                yield RawMail(name, "", file.read(LARGEST))
            elif (counted := _COUNTED.match(begin)) and _HEADER.match(begin[counted.end() :]):
                file.readline()
                yield RawMail(name, "", file.read(min(int(counted[1]), LARGEST)))
            elif begin:
                yield Trouble(name, "", NO_MAIL)
    except Invalid as refused:
        yield Trouble(name, _place(count + 1), refused.sentence, refused.values)
    except Exception as error:  # noqa: BLE001  what is packed wrongly fails in ways that no list of errors names
        yield Trouble(name, _place(count + 1), NOT_READABLE, {"reason": str(error) or type(error).__name__})


def _place(number: int) -> str:
    return f"message {number}"


def _of_mbox(file: IO[bytes], name: str) -> Iterator[RawMail]:
    """Between lines `From somebody, a day`, each after a blank line, or before a header where a program forgot it."""
    lines: list[bytes] = []
    size, number, postmark, was_blank = 0, 0, b"", True
    waiting = b""
    while line := waiting or file.readline(_LONGEST_LINE):
        waiting = b""
        if line.startswith(b"From ") and _POSTMARK.match(line):
            if not was_blank:
                waiting = file.readline(_LONGEST_LINE)
            if was_blank or _HEADER.match(waiting):
                if number:
                    yield _mail(name, number, lines, postmark)
                lines, size, number, postmark = [], 0, number + 1, line
                was_blank = False
                continue
        if not number:
            number = 1  # a first line that is no postmark belongs to the first mail
        was_blank = line in (b"\n", b"\r\n")
        if size < LARGEST:
            lines.append(line)
            size += len(line)
    if number:
        yield _mail(name, number, lines, postmark)


def _mail(name: str, number: int, lines: list[bytes], postmark: bytes) -> RawMail:
    data = b"".join(lines)
    if b">From " in data:
        data = _ESCAPED.sub(rb"\1", data)
    return RawMail(name, _place(number), data, postmark[:400].decode("latin-1").strip())
