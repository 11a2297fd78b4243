"""One letter to one address, handed to a mail server by SMTP."""

import asyncio
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

SECONDS: Final = 30.0


class Unsent(Exception):
    """The server did not take it. Final: this address will never take it; else it may be tried again."""

    def __init__(self, why: str, *, is_final: bool = False) -> None:
        super().__init__(why)
        self.is_final = is_final


class Post:
    """The mail server. `smtp://` insists on STARTTLS, `smtps://` speaks TLS from the start, `smtp+plain://` never does."""

    def __init__(self, url: str, sender: str, name: str = "", *, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._scheme = parts.scheme
        self._host = parts.hostname or ""
        self._port = parts.port or {"smtps": 465, "smtp": 587}.get(parts.scheme, 25)
        self._login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        self._sender, self._name = sender, name
        self._tls = tls

    async def send(self, to: str, subject: str, text: str, html: str, stop: str = "") -> None:
        """`stop` is where one ends letters of this kind with one click (RFC 8058). Raises Unsent."""
        await asyncio.to_thread(self._send, self._message(to, subject, text, html, stop), to)

    def _message(self, to: str, subject: str, text: str, html: str, stop: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = Address(self._name, addr_spec=self._sender)
        message["To"] = to
        message["Subject"] = " ".join(subject.split())
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        if stop:
            message["List-Unsubscribe"] = f"<{stop}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        return message

    def _send(self, message: EmailMessage, to: str) -> None:
        try:
            with self._open() as server:
                server.send_message(message, self._sender, [to])
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _text in error.recipients.values()), default=550)
            raise Unsent(f"the address was refused ({code})", is_final=code >= 500) from None
        except smtplib.SMTPDataError as error:
            raise Unsent(
                f"the letter was refused ({error.smtp_code})", is_final=error.smtp_code >= 500
            ) from None
        except smtplib.SMTPResponseException as error:
            raise Unsent(f"{type(error).__name__} ({error.smtp_code})") from None
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise Unsent(type(error).__name__) from None

    def _open(self) -> smtplib.SMTP:
        tls = self._tls or ssl.create_default_context()
        if self._scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=tls)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
        try:
            if self._scheme == "smtp":
                server.starttls(context=tls)
            if self._login:
                server.login(*self._login)
        except BaseException:
            server.close()
            raise
        return server
