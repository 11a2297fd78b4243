"""Mail handed over by a mail server of the organisation (LMTP, RFC 2033). Each gets its answer only when it is dealt with: what the
database could not take is tried again by that server, and nothing is lost."""

import asyncio
from typing import Any, Final

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

from weetwie.context import Site
from weetwie.database.pool import Database
from weetwie.database.unavailable import DatabaseAway
from weetwie.errors import Unavailable
from weetwie.flows import mail_in as flow
from weetwie.flows.mail_in import Taken
from weetwie.mail_in import reading
from weetwie.runtime.log import logger

log = logger(__name__)

MOST_CONNECTIONS: Final = 20
IDLE_SECONDS: Final = 60.0
LONGEST_SECONDS: Final = 300.0
"""For so long a client may take for everything."""
_UNKNOWN: Final = "550 5.1.1 No such address here"
_LATER: Final = "451 4.3.0 Not now, try again later"
_UNREADABLE: Final = "554 5.6.0 This mail can't be read"
_DONE: Final = "250 2.0.0 Done"


class Receiver:
    """What the protocol asks, one receiver at a time."""

    def __init__(self, database: Database, site: Site) -> None:
        self._database = database
        self._site = site

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._site.mail_in is None or not self._site.mail_in.token_in(address):
            return _UNKNOWN
        if envelope.rcpt_tos:
            return "452 4.5.3 One receiver at a time"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        """Of the protocol itself: whatever it was, the mail is not lost."""
        log.warning("a mail server was not understood", why=type(error).__name__)
        return _LATER

    async def handle_DATA(self, _server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        if not isinstance(content, bytes) or self._site.mail_in is None:
            return _UNKNOWN
        try:
            token = self._site.mail_in.token_in(envelope.rcpt_tos[0])
            became = await take(self._database, self._site, content, token, _sender(envelope))
        except (Unavailable, DatabaseAway) as error:
            log.warning("a mail is not taken now", why=type(error).__name__)
            return _LATER
        except Exception:
            log.exception("a mail could not be taken")
            return _LATER
        return {Taken.unknown: _UNKNOWN, Taken.unreadable: _UNREADABLE}.get(became, _DONE)


def _sender(envelope: Envelope) -> str:
    """Empty of what has no sender, by which mail servers report."""
    given = envelope.mail_from or ""
    return "" if given == "<>" else given


async def take(
    database: Database, site: Site, content: bytes, token: str, envelope_from: str | None
) -> Taken:
    assert site.mail_in is not None, "else nothing comes"
    try:
        mail = await asyncio.to_thread(reading.read, content, site.mail_in, token, envelope_from)
    except Exception:
        log.exception("a mail cannot be read")  # nor could it next time
        return Taken.unreadable
    became = await flow.receive(database, site, mail)
    log.info("a mail came in", became=became.value)
    return became


class Protocol(LMTP):
    """With an end to everything, and patience for lines that mail programs should have folded."""

    line_length_limit = 65_536

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._end = self.loop.call_later(LONGEST_SECONDS, transport.close)

    def connection_lost(self, error: Exception | None) -> None:
        self._end.cancel()
        super().connection_lost(error)


class Refusing(asyncio.Protocol):
    """One connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"421 4.3.2 Too many connections, try again later\r\n")
        transport.close()


class Listening:
    """Listens from its first turn until it is closed; several processes share the port."""

    def __init__(self, database: Database, site: Site) -> None:
        self._database = database
        self._site = site
        self._server: asyncio.Server | None = None
        self._open: set[Protocol] = set()

    async def begin(self) -> bool:
        if self._server is None and self._site.mail_in is not None and (at := self._site.mail_in.lmtp_at):
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._protocol, *at, reuse_port=True)
        return False

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _protocol(self) -> asyncio.Protocol:
        self._open = {one for one in self._open if one.transport is not None}
        if len(self._open) >= MOST_CONNECTIONS:
            return Refusing()
        made = Protocol(
            Receiver(self._database, self._site),
            data_size_limit=reading.LARGEST,
            timeout=IDLE_SECONDS,
            hostname="weetwie",
            ident="Weetwie",
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        self._open.add(made)
        return made
