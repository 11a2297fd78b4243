"""What somebody wrote in a reply, without what their mail program put around it: quotes, who wrote them, signatures. Pure, and
in a time that grows with the text alone: each line is looked at once, and no expression reaches far.

English, Dutch and German; Gmail, Outlook (desktop, web, phone), Apple Mail, Thunderbird and K-9.
"""

import re
from collections.abc import Sequence
from typing import Final

MOST_LINES: Final = 5000
_LONGEST_LINE: Final = 400
"""More of one is not looked at: what mail programs write is shorter."""
_WRAPPED: Final = 3
"""Over so many lines who wrote what is quoted may reach."""

_BEGINS: Final = ("On ", "Op ", "Am ", *"0123456789")
_WROTE: Final = (" wrote", " schreef", " schrieb")
_TIME: Final = re.compile(r"\d[:.]\d\d")
_SEPARATOR: Final = re.compile(
    r"\s*(?:-{2,}\s*(?:Original Message|Original Appointment|Forwarded message|Oorspronkelijk bericht|Origineel bericht|"
    r"Doorgestuurd bericht|Ursprüngliche Nachricht|Originalnachricht|Weitergeleitete Nachricht)\s*-{2,}"
    r"|_{20,}|Begin forwarded message:|Begin doorgestuurd bericht:|Anfang der weitergeleiteten Nachricht:)\s*",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"[\s*]{0,4}(?:From|Van|Von)[\s*]{0,4}:")
_HEADS: Final = re.compile(
    r"[\s*]{0,4}(?:Sent|Date|To|Subject|Verzonden|Datum|Aan|Onderwerp|Gesendet|An|Betreff)[\s*]{0,4}:"
)
_SIGNATURE: Final = re.compile(r"--[ \u00a0]?")
_OF_DEVICE: Final = re.compile(
    r"(?:Sent (?:from|with|using|via) .{1,60}|Get Outlook for .{1,60}"
    r"|(?:Verstuurd|Verzonden) (?:vanaf|vanuit|met|via) .{1,60}|Outlook voor .{1,20} downloaden.{0,60}|Download Outlook voor .{1,60}"
    r"|Von (?:meinem|meiner) .{1,40} gesendet.{0,20}|Gesendet (?:von|mit|aus) .{1,60}|Holen Sie sich Outlook für .{1,60}|Outlook für .{1,20} beziehen.{0,60}"
    r"|Diese Nachricht wurde von .{1,80} gesendet\.?|Dit bericht is verzonden vanaf .{1,60})",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """Of a reply as plain text; empty where there is nothing but quotes."""
    lines = [line.rstrip() for line in _plain(text).split("\n")[:MOST_LINES]]
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.lstrip().startswith(">"):
            at += 1
        elif _SIGNATURE.fullmatch(line):
            break
        elif length := _said_by(lines, at):
            if not _is_quoted(lines, at + length):
                break  # everything below is what is answered
            at += length
        elif _ends(lines, at):
            break
        else:
            kept.append(line)
            at += 1
    return _without_device(kept)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").replace("\u200b", "")


def _said_by(lines: Sequence[str], at: int) -> int:
    """How many lines from here say who wrote what is quoted; 0 where they do not."""
    if not lines[at].startswith(_BEGINS):
        return 0
    for length in range(1, _WRAPPED + 1):
        part = lines[at : at + length]
        if any(line.lstrip().startswith(">") for line in part):
            return 0
        if _is_said_by(" ".join(line.strip()[:_LONGEST_LINE] for line in part)):
            return length
    return 0


def _is_said_by(said: str) -> bool:
    """With a time or an address, which programs write and people seldom do."""
    if not said.endswith(":") or len(said) > 2 * _LONGEST_LINE:
        return False
    has_address = "@" in said and said.endswith(">:")
    if said[0].isdigit():
        return has_address
    return any(word in said for word in _WROTE) and (has_address or _TIME.search(said) is not None)


def _is_quoted(lines: Sequence[str], at: int) -> bool:
    """Whether what comes next is marked as quoted; between such lines somebody may have answered."""
    for line in lines[at : at + 3]:
        if line.strip():
            return line.lstrip().startswith(">")
    return False


def _ends(lines: Sequence[str], at: int) -> bool:
    """Whether from here on all is what is answered, with its heads."""
    line = lines[at][:_LONGEST_LINE]
    if _SEPARATOR.fullmatch(line):
        return True
    if not _FROM.match(line):
        return False
    return sum(1 for one in lines[at + 1 : at + 6] if _HEADS.match(one[:_LONGEST_LINE])) >= 2


def _without_device(lines: list[str]) -> str:
    """What telephones and programs write below goes."""
    while lines and (not lines[-1].strip() or _OF_DEVICE.fullmatch(lines[-1].strip()[:_LONGEST_LINE])):
        lines.pop()
    found: list[str] = []
    for line in lines:
        if line.strip() or (found and found[-1]):
            found.append(line)
    return "\n".join(found).strip()
