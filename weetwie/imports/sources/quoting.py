"""What somebody wrote in a mail, without what they quoted, their signature, the footer of the list, patches and seals. Pure.

Lines are looked at one by one, by patterns that cannot go astray on what was made to be slow. In doubt a line stays.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from weetwie.imports.sources.patches import without_diffs
from weetwie.imports.sources.signatures import (
    LOOKED_AT,
    start_of,
    without_end,
    without_footer,
    without_signature,
)

_QUOTE: Final = re.compile(r"\s{0,3}(?:[A-Z]{1,2})?>|\s{0,2}\|\s?>")
_BY_NAME: Final = re.compile(r"\s{0,8}([A-Za-z]{1,9})> ?")
"""`Ann> ` before each line, as some readers of mail quote."""
_WROTE: Final = re.compile(
    r"\b(?:wrote|writes|schreef|schrijft|geschreven|schrieb|schreibt|écrit|escribió|scritto|skrev|napisał\(?a?\)?)\b[^\n]{0,60}:$"
)
_DATED: Final = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b")
_SAID_WHEN: Final = re.compile(
    r"[ *_]{0,3}(?:On|Op|Am|Le|El|Il|Em|Den|Dnia) .{6,400}?"
    r"(?:wrote|schreef|geschreven|schrieb|écrit|escribió|scritto|escreveu|skrev|napisał\(?a?\)?)[^\n]{0,60}?:[ *_]{0,3}$"
)
_BEGINS: Final = ("On ", "Op ", "Am ", "Le ", "El ", "Il ", "Em ", "Den ", "Dnia ")
_FORWARDED: Final = re.compile(
    r"[ *:#|]{0,4}(?:-{2,}\s{0,2}(?:Original(?:nachricht)?|Original Message|Original Appointment|Forwarded message|Forwarded by.{0,80}"
    r"|Oorspronkelijk bericht|Doorgestuurd bericht|Ursprüngliche Nachricht|Weitergeleitete Nachricht"
    r"|Message d'origine|Mensaje original)\s{0,2}-{2,}"
    r"|Begin forwarded message:|Begin doorgestuurd bericht:|Anfang der weitergeleiteten Nachricht:"
    r"|-{3,} ?(?:Reply|Antwort|Antwoord) ?(?:above|oberhalb|boven).{0,60})",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"[ *_]{0,4}(?:From|Van|Von|De|Da|Från|Fra)\s?:[*_]{0,2}\s.{1,300}")
_FIELD: Final = re.compile(
    r"[ *_]{0,4}(?:Sent|Date|To|Cc|Subject|Importance|Reply-To|Verzonden|Datum|Aan|CC|Onderwerp|Gesendet|An|Betreff|Wichtigkeit"
    r"|Envoyé|À|Objet|Enviado|Para|Asunto)\s?:[*_]{0,2}(?:\s|$)"
)
_SEALED: Final = re.compile(r"-----BEGIN PGP (?:SIGNATURE|PUBLIC KEY BLOCK|MESSAGE)-----")
_SEAL_ENDS: Final = re.compile(r"-----END PGP ")
_ENCODED: Final = re.compile(r"begin [0-7]{3} (\S.{0,200})")
_SCRUBBED: Final = "-------------- next part --------------"
_TAKEN_OUT: Final = ("text was scrubbed...", "attachment was scrubbed...")
_NAMED: Final = re.compile(r"Name: (.{1,300})")


def said(text: str) -> tuple[str, list[str]]:
    """What they wrote themselves, and the names of files that an archive or a mailer put into the text."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines, files = _without_packed(lines)
    lines = _without_quotes(_before_forwarded(lines))
    lines = without_diffs(lines)
    lines = without_footer(lines)
    lines = without_signature(lines)
    return "\n".join(without_end(lines)).strip("\n"), files


def _without_packed(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Without seals, without files written as text, and without what an archive says of files that it took out."""
    kept: list[str] = []
    files: list[str] = []
    last_end = max((at for at, line in enumerate(lines) if line == "end"), default=-1)
    at = 0
    while at < len(lines):
        line = lines[at]
        if _SEALED.match(line):
            at = _past(lines, at, lambda one: _SEAL_ENDS.match(one) is not None)
        elif line == "-----BEGIN PGP SIGNED MESSAGE-----":
            at = _past(lines, at, lambda one: not one.strip())
        elif at < last_end and (found := _ENCODED.fullmatch(start_of(line))):
            files.append(found[1])
            at = _past(lines, at, lambda one: one == "end")
        elif line.strip() == _SCRUBBED or line.rstrip().endswith(_TAKEN_OUT):
            names = [found[1].strip() for one in lines[at : at + 8] if (found := _NAMED.match(start_of(one)))]
            files += [name for name in names if name != "not available"]
            at = _past_scrubbed(lines, at)
        else:
            kept.append(line)
            at += 1
    return kept, files


def _past(lines: Sequence[str], at: int, ends: Callable[[str], bool]) -> int:
    """Behind the first line on which it ends; behind everything where it does not."""
    return next((place + 1 for place in range(at + 1, len(lines)) if ends(lines[place])), len(lines))


def _past_scrubbed(lines: Sequence[str], at: int) -> int:
    """Behind the notice of a file that was taken out; a second text goes on behind the line alone."""
    place = at + 1
    is_notice = any(
        "scrubbed" in one or one.startswith(("Name:", "URL:")) for one in lines[place : place + 4]
    )
    while is_notice and place < len(lines) and lines[place].strip():
        place += 1
    return place


def _before_forwarded(lines: list[str]) -> list[str]:
    """What stands above the first mail below it; where its lines are marked as quoted, what is between them too."""
    kept: list[str] = []
    at = 0
    while at < len(lines):
        short = start_of(lines[at])
        if _FORWARDED.match(short) or (_FROM.fullmatch(short) and _is_head(lines[at + 1 : at + 7])):
            begin = at + 1
            while begin < min(at + 12, len(lines)) and _is_of_head(lines[begin]):
                begin += 1
            if begin == len(lines) or not _QUOTE.match(lines[begin]):
                return kept
            at = begin
        else:
            kept.append(lines[at])
            at += 1
    return kept


def _is_of_head(line: str) -> bool:
    short = start_of(line)
    return not short.strip() or _FROM.fullmatch(short) is not None or _FIELD.match(short) is not None


def _is_head(lines: Sequence[str]) -> bool:
    return sum(_FIELD.match(start_of(line)) is not None for line in lines) >= 2


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    was_quoted = False
    by_name = _quoted_by_name(lines)
    last_quoted = max(
        (at for at, line in enumerate(lines) if _QUOTE.match(line) or at in by_name), default=-1
    )
    at = 0
    while at < len(lines):
        line = lines[at]
        if _QUOTE.match(line) or at in by_name:
            if not was_quoted:
                _drop_attribution(kept)
                kept.append("")
            was_quoted = True
        elif line.strip() or not was_quoted:
            was_quoted = False
            end = _attribution(lines, at)
            if end and at > last_quoted and any(one.strip() for one in kept):
                break  # some mailers put what is answered below such a line, without any mark
            if end:
                at = end
                continue
            kept.append(line)
        else:
            kept.append("")
        at += 1
    return kept


def _quoted_by_name(lines: list[str]) -> set[int]:
    """Where a name stands before at least three lines, each line that has it, and what is quoted within."""
    found: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        if match := _BY_NAME.match(line):
            found.setdefault(match[1], []).append(at)
    places = {at for named in found.values() if len(named) >= 3 for at in named}
    return (
        places | {at for at, line in enumerate(lines) if line.lstrip().startswith(">>")} if places else places
    )


def _drop_attribution(kept: list[str]) -> None:
    """`On ... wrote:`, on up to four lines, before a quote."""
    end = len(kept)
    while end and not kept[end - 1].strip():
        end -= 1
    if not end or not kept[end - 1].rstrip(" *_").endswith(":"):
        return
    joined = ""
    for begin in range(end - 1, max(end - 5, -1), -1):
        line = kept[begin].strip()
        if not line:
            return
        joined = f"{line} {joined}".strip(" *_")[-2 * LOOKED_AT :]
        if _SAID_WHEN.match(joined) or ((begin == 0 or not kept[begin - 1].strip()) and _attributes(joined)):
            del kept[begin:]
            return


def _attributes(joined: str) -> bool:
    if len(joined) > LOOKED_AT:
        return False
    return _WROTE.search(joined) is not None or (_DATED.search(joined) is not None and "@" in joined)


def _attribution(lines: Sequence[str], at: int) -> int:
    """Behind `On ... wrote:`, on up to four lines, where one begins here; else 0."""
    if not lines[at].lstrip(" *_").startswith(_BEGINS):
        return 0
    joined = ""
    for place in range(at, min(at + 4, len(lines))):
        joined = f"{joined} {lines[place].strip()}".strip()
        if len(joined) > LOOKED_AT or not lines[place].strip():
            return 0
        if _SAID_WHEN.match(joined):
            return place + 1
    return 0
