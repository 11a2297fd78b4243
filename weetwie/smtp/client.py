"""One email to one address, handed to a mail server by SMTP."""

import asyncio
import re
import smtplib
import socket
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import formatdate, make_msgid
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote, urlsplit

from weetwie.smtp.answers import Step, fault
from weetwie.smtp.failed import SendFailed

SECONDS: Final = 30.0
_LONGEST_ANSWER: Final = 300
_ADDRESS: Final = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")


class _Whole(EmailPolicy):
    """An address in pointed brackets is one word, which this library would put into encoded words where it is longer than a line;
    no mail program looks for an address in those (RFC 2369, 2)."""

    def fold(self, name: str, value: str) -> str:
        return f"{name}: {value}{self.linesep}" if name == _STOP else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii") if name == _STOP else super().fold_binary(name, value)


_STOP: Final = "List-Unsubscribe"
_POLICY: Final = _Whole(linesep=SMTP.linesep)


class SmtpClient:
    """The mail server. `smtp://` insists on STARTTLS, `smtps://` speaks TLS from the start, `smtp+plain://` never does."""

    def __init__(
        self, url: str, sender: str, name: str = "", *, host: str = "", tls: ssl.SSLContext | None = None
    ) -> None:
        """`host` is how this installation calls itself to the server (EHLO)."""
        parts = urlsplit(url)
        self._scheme = parts.scheme
        self._host = parts.hostname or ""
        self._port = parts.port or {"smtps": 465, "smtp": 587}.get(parts.scheme, 25)
        self._login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        self._sender, self._name = sender, name
        self._tls = tls
        self._called = _called(host)

    async def send(
        self,
        to: str,
        subject: str,
        text: str,
        html: str,
        stop: str = "",
        *,
        reply_to: str = "",
        returns_to: str = "",
    ) -> None:
        """`stop` is where one ends emails of this kind with one click (RFC 8058); `returns_to` is whom mail servers tell
        that it cannot be delivered, where that is not the sender. Raises SendFailed."""
        message = self._message(to, subject, text, html, stop)
        if reply_to:
            message["Reply-To"] = reply_to
        await asyncio.to_thread(self._send, message, to, returns_to or self._sender)

    def _message(self, to: str, subject: str, text: str, html: str, stop: str) -> EmailMessage:
        message = EmailMessage(_POLICY)
        message["From"] = Address(self._name, addr_spec=self._sender)
        message["To"] = to
        message["Subject"] = " ".join(subject.split())
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        if stop:
            message[_STOP] = f"<{stop}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        return message

    def _send(self, message: EmailMessage, to: str, returns_to: str) -> None:
        try:
            with self._open() as server:
                server.send_message(message, returns_to, [to])
        except smtplib.SMTPRecipientsRefused as error:
            answers = [*error.recipients.values(), (550, b"")]
            raise _unsent("the address was refused", *answers[0], "receiver") from None
        except smtplib.SMTPSenderRefused as error:
            raise _unsent("the sender was refused", error.smtp_code, error.smtp_error, "sender") from None
        except smtplib.SMTPDataError as error:
            raise _unsent("the email was refused", error.smtp_code, error.smtp_error, "email") from None
        except smtplib.SMTPResponseException as error:
            raise _unsent(type(error).__name__, error.smtp_code, error.smtp_error, "before") from None
        except (ssl.SSLError, socket.gaierror, smtplib.SMTPNotSupportedError) as error:
            raise SendFailed(f"{type(error).__name__}: {_line(str(error))}", is_ours=True) from None
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise SendFailed(type(error).__name__) from None

    def _open(self) -> smtplib.SMTP:
        tls = self._tls or ssl.create_default_context()
        if self._scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, self._called, timeout=SECONDS, context=tls
            )
        else:
            server = smtplib.SMTP(self._host, self._port, self._called, timeout=SECONDS)
        try:
            if self._scheme == "smtp":
                server.starttls(context=tls)
            if self._login:
                server.login(*self._login)
        except BaseException:
            server.close()
            raise
        return server


def _unsent(what: str, code: int, answer: bytes | str, step: Step) -> SendFailed:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    whose = fault(code, words, step)
    # What a server says of an address may hold the address; of us it says what is to be mended.
    said = f": {_line(words)}" if whose == "ours" else ""
    return SendFailed(f"{what} ({code}){said}", is_final=whose == "theirs", is_ours=whose == "ours")


def _line(words: str) -> str:
    plain = " ".join(words.split())
    return _ADDRESS.sub("<…>", "".join(sign for sign in plain if sign.isprintable()))[:_LONGEST_ANSWER]


def _called(host: str) -> str | None:
    """As EHLO wants it: a name in ASCII, or an address in brackets (RFC 5321, 4.1.3); None: as the machine calls itself."""
    if not host:
        return None
    try:
        number = ip_address(host)
    except ValueError:
        try:
            return host.encode("idna").decode()
        except UnicodeError:
            return None
    return f"[IPv6:{number}]" if number.version == 6 else f"[{number}]"
