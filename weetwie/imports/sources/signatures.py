"""What stands below a mail: the footer of the list, a signature, what a device or a lawyer adds. Pure."""

import re
from typing import Final

LOOKED_AT: Final = 600
"""Characters of a line that is compared."""
_RULE: Final = re.compile(r"\s{0,3}(?:[-=_~*#+]\s?){8,}\s*|-{1,2}")


_FOOTER: Final = re.compile(
    r"mailing[- ]?list|unsubscribe|listinfo|subscription|subscribed to the google groups?|groups\.io links|list archives?"
    r"|mailinglijst|afmelden|uitschrijven|mailingliste|abmelden|austragen|liste de diffusion",
    re.IGNORECASE,
)
_GOOGLE: Final = re.compile(r"You received this message because you are subscribed to ", re.IGNORECASE)
_CONFIDENTIAL: Final = re.compile(r"\b(?:confidential|privileged|vertraulich|vertrouwelijk)", re.IGNORECASE)
_ADDRESSED: Final = re.compile(
    r"\b(?:intended|recipient|addressee|bestemd|geadresseerde|bestimmt|Empfänger|Adressat)", re.IGNORECASE
)
_SENT_FROM: Final = re.compile(
    r"\s{0,3}(?:Sent from (?:my|Mail|Outlook|Yahoo|Samsung|Proton)|Get Outlook for|Sent (?:with|via) |Sent using "
    r"|Verstuurd vanaf mijn|Verzonden (?:vanaf|met|vanuit) |Download Outlook voor|Von meinem .{1,40} gesendet|Gesendet (?:von|mit) "
    r"|Outlook für .{1,20} (?:herunterladen|beziehen)|Diese Nachricht wurde von meinem ).{0,120}",
    re.IGNORECASE,
)
_SIGNED: Final = frozenset(("-- ", "--", "- -- ", "-- \xa0", "--\xa0"))
_LONGEST_SIGNATURE: Final = 15
_SHORT_SIGNATURE: Final = 6
"""Lines; what is longer, with nothing above it, is no signature."""


def start_of(line: str) -> str:
    return line[:LOOKED_AT]


def without_footer(lines: list[str]) -> list[str]:
    """The last lines below a rule, where they tell of the list."""
    lines = _without_blank_end(lines)
    for at in range(max(len(lines) - 30, 0), len(lines)):
        line = start_of(lines[at])
        if _GOOGLE.match(line):
            return lines[:at]
        if _RULE.fullmatch(line.rstrip()) and line.strip():
            rest = [one for one in lines[at + 1 :] if one.strip()]
            if len(rest) <= 14 and any(_FOOTER.search(start_of(one)) for one in rest[:10]):
                return lines[:at]
    return lines


def without_signature(lines: list[str]) -> list[str]:
    """From the first mark of one on that has only few lines below it."""
    lines = _without_blank_end(lines)
    below, cut = 0, len(lines)
    for at in range(len(lines) - 1, -1, -1):
        if lines[at] in _SIGNED:
            cut = at
        below += bool(lines[at].strip())
        if below > _LONGEST_SIGNATURE:
            break
    is_all = below > _SHORT_SIGNATURE and not any(line.strip() for line in lines[:cut])
    return lines if is_all else lines[:cut]


def without_end(lines: list[str]) -> list[str]:
    """Without `Sent from my telephone`, and without a last paragraph that says whom the mail is for."""
    end = len(lines)
    for _step in range(20):
        while end and (not lines[end - 1].strip() or _is_no_word(start_of(lines[end - 1]))):
            end -= 1
        begin = end
        while begin and lines[begin - 1].strip() and end - begin < 40:
            begin -= 1
        last = " ".join(lines[begin:end])[:4000]
        if not (begin and _CONFIDENTIAL.search(last) and _ADDRESSED.search(last)):
            break
        end = begin
    return lines[:end]


def _is_no_word(line: str) -> bool:
    return _SENT_FROM.fullmatch(line) is not None or _RULE.fullmatch(line.rstrip()) is not None


def _without_blank_end(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end] if end < len(lines) else lines
