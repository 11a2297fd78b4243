"""A mail as it comes over the wire, as far as it matters here: whose it is, whether a program sent it, what it says. Pure."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from typing import Final

from weetwie.domain.mail.taken import Bounce, IncomingMail, MailPicture
from weetwie.mail_in.html import as_text, pictures
from weetwie.mail_in.quotes import own_words
from weetwie.settings import MailIn
from weetwie.smtp.answers import fault

LARGEST: Final = 10 * 1024 * 1024
_MOST_PARTS: Final = 100
_LONGEST_TEXT: Final = 200_000
_LONGEST_HEAD: Final = 2000
_LONGEST_NAME: Final = 200
_OF_PROGRAMS: Final = (
    "List-Id", "List-Post", "List-Unsubscribe", "X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond",
    "X-Autoresponse", "X-Auto-Reply", "X-Mail-Autoreply", "Feedback-ID",
)  # fmt: skip
_SAYS_AWAY: Final = re.compile(
    r"\s*(?:automatic reply|auto(?:matic)? ?(?:response|reply)|auto:|out of (?:the )?office|automatisch antwoord|afwezig|"
    r"automatische antwort|abwesenheit|abwesend|nicht im (?:büro|haus)|undeliver|mail delivery|delivery status)",
    re.IGNORECASE,
)
_ROBOTS: Final = ("mailer-daemon@", "postmaster@", "noreply@", "no-reply@", "donotreply@")
_ID: Final = re.compile(r"<[^<>\s]{1,500}>")


def read(content: bytes, mail_in: MailIn, token: str, envelope_from: str | None = None) -> IncomingMail:
    """`envelope_from` is who sent it by the envelope, where that is known; empty of what no answer must go to."""
    message = message_from_bytes(content, policy=policy.compat32)
    parts = _parts(message)
    sender = _sender(message)
    return IncomingMail(
        token=token,
        sender=sender,
        message_id=(_ID.search(_head(message, "Message-ID")) or [""])[0],
        text=own_words(_text(parts)),
        pictures=tuple(_pictures(parts)),
        has_files=any(
            part.get_content_disposition() == "attachment" for part in parts if not _is_picture(part)
        ),
        is_automatic=envelope_from == "" or _is_automatic(message, sender),
        is_genuine=not mail_in.checked_by or _is_genuine(message, mail_in.checked_by, sender),
        bounce=_bounce(message, parts),
    )


def token_of(content: bytes, mail_in: MailIn) -> str:
    """Of the address of ours among its receivers; empty where there is none."""
    head = content[:200_000].partition(b"\r\n\r\n")[0].partition(b"\n\n")[0]
    message = message_from_bytes(head, policy=policy.compat32)
    for name in ("Delivered-To", "X-Original-To", "Envelope-To", "X-Forwarded-To", "To", "Cc"):
        given = [str(value)[:_LONGEST_HEAD] for value in message.get_all(name, [])]
        for address in _addresses(given[:20]):
            if token := mail_in.token_in(address):
                return token
    return ""


def _addresses(given: list[str]) -> list[str]:
    """None where it is written so that the standard library gets lost in it."""
    try:
        return [address for _name, address in getaddresses(given) if address]
    except RecursionError:
        return []


def _head(message: Message, name: str) -> str:
    """Read by ourselves: the standard library's reader of addresses takes very long for long ones. What is not well formed is empty."""
    given = str(message.get(name, ""))[:_LONGEST_HEAD]
    try:
        return str(make_header(decode_header(given)))
    except (HeaderParseError, ValueError, LookupError):
        return given


def _sender(message: Message) -> str:
    """The one address in From."""
    given = str(message.get("From", ""))
    if len(given) > _LONGEST_HEAD:
        return ""
    found = _addresses([given])
    return found[0] if len(found) == 1 and len(message.get_all("From", [])) == 1 and "@" in found[0] else ""


def _is_automatic(message: Message, sender: str) -> bool:
    """RFC 3834, and what programs that know nothing of it write."""
    if _head(message, "Auto-Submitted").strip().lower() not in ("", "no"):
        return True
    if _head(message, "Precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    if any(name in message for name in _OF_PROGRAMS) or _head(message, "Return-Path").strip() == "<>":
        return True
    if message.get_content_type() == "multipart/report" or sender.lower().startswith(_ROBOTS):
        return True
    return _SAYS_AWAY.match(_head(message, "Subject")) is not None


def _is_genuine(message: Message, checked_by: str, sender: str) -> bool:
    """By the topmost result of the mail server that is believed: those below it may be anybody's."""
    for value in message.get_all("Authentication-Results", [])[:20]:
        said = str(value)[:_LONGEST_HEAD].lower()
        checker, _semicolon, results = said.partition(";")
        if checker.split()[:1] == [checked_by.lower()]:
            domain = sender.rpartition("@")[2].lower()
            is_signed = any(
                "dkim=pass" in one and re.search(rf"header\.d={re.escape(domain)}(?![\w.-])", one)
                for one in results.split(";")
            )
            return re.search(r"(?<![\w-])dmarc=pass(?![\w-])", results) is not None or is_signed
    return False


def _parts(message: Message) -> list[Message]:
    """The leaves, in order."""
    found: list[Message] = []
    waiting: list[Message] = [message]
    while waiting and len(found) < _MOST_PARTS:
        part = waiting.pop(0)
        inner = part.get_payload() if part.is_multipart() else None
        if isinstance(inner, list) and part.get_content_maintype() != "message":
            waiting[:0] = [one for one in inner[:_MOST_PARTS] if isinstance(one, Message)]
        else:
            found.append(part)
    return found


def _text(parts: list[Message]) -> str:
    """Plain where there is any, else that of the HTML."""
    own = [part for part in parts if part.get_content_disposition() != "attachment"]
    plain = [_decoded(part) for part in own if part.get_content_type() == "text/plain"]
    if any(one.strip() for one in plain):
        return "\n".join(plain)[:_LONGEST_TEXT]
    return "\n".join(as_text(_decoded(part)) for part in own if part.get_content_type() == "text/html")[
        :_LONGEST_TEXT
    ]


def _is_picture(part: Message) -> bool:
    return part.get_content_maintype() == "image"


def _pictures(parts: list[Message]) -> Iterator[MailPicture]:
    """What hangs on it, and of what stands in its HTML what its writer put there. Whether it is one shows when it is opened."""
    own = {
        cid for part in parts if part.get_content_type() == "text/html" for cid in pictures(_decoded(part))
    }
    named = "".join(_decoded(part) for part in parts if part.get_content_type() == "text/html")
    for part in filter(_is_picture, parts):
        content, cid = part.get_payload(decode=True), _head(part, "Content-ID").strip(" <>")
        is_quoted = bool(cid) and f"cid:{cid}" in named and cid not in own
        if isinstance(content, bytes) and content and not is_quoted:
            is_inline = bool(cid) or part.get_content_disposition() != "attachment"
            yield MailPicture(_name(part), content, is_inline)


def _name(part: Message) -> str:
    try:
        return (part.get_filename() or "")[:_LONGEST_NAME]
    except (ValueError, LookupError):
        return ""


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    given = content if isinstance(content, bytes) else b""
    try:
        return given.decode(part.get_content_charset("utf-8"))
    except (LookupError, UnicodeDecodeError, ValueError):
        return given.decode("utf-8", "replace")


def _bounce(message: Message, parts: list[Message]) -> Bounce | None:
    """RFC 3464: whether the address is at fault, as far as the report says."""
    if message.get_content_type() != "multipart/report":
        return None
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            said = (
                "\n".join(str(one)[:_LONGEST_HEAD] for one in part.get_payload())
                if part.is_multipart()
                else _decoded(part)[:20_000]
            )
            failed = re.search(r"^action:\s{0,9}failed", said, re.IGNORECASE | re.MULTILINE)
            status = re.search(r"^status:\s{0,9}(5\.\d{1,3}\.\d{1,3})", said, re.IGNORECASE | re.MULTILINE)
            if failed and status:
                return Bounce(fault(550, status[1], "receiver") == "theirs")
    return Bounce(is_final=False)
