"""Whose fault it is that a mail server does not take an email, by what it answers (RFC 5321, RFC 3463, RFC 7293, RFC 7504). Pure.

The number alone does not say: 550 is an unknown mailbox as well as a relay that does not know us. The enhanced code does; where
there is none, the number together with the words.
"""

import re
from typing import Final, Literal

Fault = Literal["theirs", "ours", "nobody's"]
"""Of the address, which will never take this email; of this installation, whose administrators can mend it; or of the moment."""
Step = Literal["sender", "receiver", "email", "before"]
"""What the answer is to: who writes, to whom, the email itself, or what comes before all of these."""

_ENHANCED: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_SENDERS: Final = frozenset({(1, 7), (1, 8)})
"""Of the codes about addresses those that mean who writes."""
_FULL: Final = (2, 2)
_IS_FULL: Final = re.compile(
    r"quota|(?:mail)?box (?:is )?full|insufficient (?:disk |system )?(?:space|storage)", re.IGNORECASE
)
_NAMED: Final = re.compile(r"<[^<>]*>|[^\s<>]+@[^\s<>]+")
_NEXT_OWNERS: Final = frozenset({(7, 17), (7, 18)})
"""The mailbox, or the domain, is somebody else's by now."""
_ADDRESS: Final = frozenset({501, 550, 551, 552, 553, 556})
"""What a server says to an address that it does not take."""
_ABOUT_US: Final = re.compile(
    r"relay|\bhelo\b|\behlo\b|hostname|authenticat|credential|\btls\b|encrypt|\bspf\b|dkim|dmarc|\bsender\b|black ?list|block ?list|"
    r"blocked|reputation|spam|polic(?:y|ies)|prohibit|banned|not authori[sz]ed|client host|reverse dns|\bptr\b|\brbl\b|dnsbl|too many",
    re.IGNORECASE,
)


def fault(code: int, words: str, step: Step) -> Fault:
    if code < 500:
        return "nobody's"
    words = _NAMED.sub(" ", words)  # what an address is called says nothing
    found = _ENHANCED.search(words)
    if found is not None and found[1] == "5":
        return _by_enhanced(int(found[2]), int(found[3]), step)
    if code == 552 and _IS_FULL.search(words):
        return "nobody's"
    if step == "receiver" and code in _ADDRESS and not _ABOUT_US.search(words):
        return "theirs"
    return "ours"


def _by_enhanced(subject: int, detail: int, step: Step) -> Fault:
    if step in ("sender", "before"):
        return "ours"
    if (subject, detail) in _NEXT_OWNERS:
        return "theirs"
    if (subject, detail) == _FULL:
        return "nobody's"
    if subject in (1, 2):
        return "ours" if (subject, detail) in _SENDERS else "theirs"
    return "nobody's" if subject == 4 else "ours"
