"""Mail fetched from a mailbox (IMAP): each is dealt with, and only then moved or deleted; what could not be is there next time."""

import asyncio
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final
from urllib.parse import unquote, urlsplit

from weetwie.context import Site, of_system
from weetwie.database.pool import Database
from weetwie.database.unavailable import DatabaseAway
from weetwie.errors import Unavailable, _
from weetwie.flows import mail_in as flow
from weetwie.mail_in import reading
from weetwie.mail_in.lmtp import take
from weetwie.runtime.log import logger
from weetwie.settings import MailIn

log = logger(__name__)

SECONDS: Final = 30.0
_AT_ONCE: Final = 50
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d{1,12})")


class MailboxAway(Unavailable):
    """The mailbox cannot be reached, or does not let us in."""

    default = _("The mailbox can't be reached.")


class Mailbox:
    """One connection; what it does waits, so it is called in threads."""

    def __init__(self, mail_in: MailIn, tls: ssl.SSLContext | None = None) -> None:
        self._at = urlsplit(mail_in.imap)
        self._done_folder = mail_in.done_folder
        self._tls = tls
        self._server: imaplib.IMAP4 | None = None

    @property
    def server(self) -> imaplib.IMAP4:
        assert self._server is not None, "opened before"
        return self._server

    def open(self) -> None:
        """Raises MailboxAway."""
        with _away():
            host = self._at.hostname or ""
            if self._at.scheme == "imaps":
                tls = self._tls or ssl.create_default_context()
                self._server = imaplib.IMAP4_SSL(host, self._at.port or 993, ssl_context=tls, timeout=SECONDS)
            else:
                self._server = imaplib.IMAP4(host, self._at.port or 143, timeout=SECONDS)
            self.server.login(unquote(self._at.username or ""), unquote(self._at.password or ""))
            folder = unquote(self._at.path.strip("/")) or "INBOX"
            state, said = self.server.select(_quoted(folder))
            if state != "OK":
                raise imaplib.IMAP4.error(str(said))

    def waiting(self) -> list[str]:
        """The numbers of the oldest mails."""
        with _away():
            _state, found = self.server.uid("SEARCH", "UNDELETED")
            return [one.decode() for one in (found[0] or b"").split()][:_AT_ONCE]

    def content(self, number: str) -> bytes | None:
        """None where it is too large to be read."""
        with _away():
            _state, said = self.server.uid("FETCH", number, "(RFC822.SIZE)")
            size = _SIZE.search(b" ".join(one if isinstance(one, bytes) else one[0] for one in said if one))
            if size is None or int(size[1]) > reading.LARGEST:
                return None
            _state, said = self.server.uid("FETCH", number, "(BODY.PEEK[])")
            return next((one[1] for one in said if isinstance(one, tuple)), None)

    def done(self, number: str) -> None:
        """Moved to its folder, or gone."""
        with _away():
            if self._done_folder:
                state, said = self.server.uid("COPY", number, _quoted(self._done_folder))
                if state != "OK":
                    raise imaplib.IMAP4.error(str(said))
            self.server.uid("STORE", number, "+FLAGS.SILENT", "(\\Deleted \\Seen)")
            self.server.expunge()

    def close(self) -> None:
        if self._server is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                self._server.logout()


async def fetch(database: Database, site: Site, tls: ssl.SSLContext | None = None) -> int:
    """How many were dealt with. Raises MailboxAway; what is left waits there."""
    assert site.mail_in is not None, "else there is no mailbox"
    async with database.reading() as db:
        if not flow.is_on(await of_system(db, site)):
            return 0
    box = Mailbox(site.mail_in, tls)
    number = 0
    try:
        await asyncio.to_thread(box.open)
        for one in await asyncio.to_thread(box.waiting):
            if await _deal_with(database, site, box, one):
                await asyncio.to_thread(box.done, one)
                number += 1
    finally:
        await asyncio.to_thread(box.close)
    return number


async def _deal_with(database: Database, site: Site, box: Mailbox, number: str) -> bool:
    """Whether it need not be looked at again: a mail that fails holds up none that came after it."""
    assert site.mail_in is not None, "else there is no mailbox"
    content = await asyncio.to_thread(box.content, number)
    if content is None:
        log.warning("a mail is too large to be read", number=number)
        return True
    token = reading.token_of(content, site.mail_in)
    if not token:
        return True
    try:
        await take(database, site, content, token, None)
    except (Unavailable, DatabaseAway):
        raise
    except Exception:
        log.exception("a mail could not be taken", number=number)
        return False
    return True


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("the mailbox cannot be reached", why=type(error).__name__)
        raise MailboxAway from error


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
