"""Whether replies would come in: our own address is understood, and whoever hands them over is there."""

import asyncio

from weetwie.context import Site
from weetwie.database.pool import Database
from weetwie.domain.identity.keys import key
from weetwie.domain.mail import tokens
from weetwie.errors import Unavailable, _
from weetwie.mail_in.mailbox import Mailbox
from weetwie.runtime import clock


async def check(database: Database, site: Site) -> str:
    """What works, as a sentence. Raises Unavailable with what does not; nothing is read of the mailbox."""
    if site.mail_in is None:
        raise Unavailable(_("Replies by e-mail aren't set up on this server yet."))
    if not site.sends_mail:
        raise Unavailable(_("No e-mail is sent from here, so nobody can reply to one."))
    async with database.transaction() as db:
        own = await key(db, tokens.KEY)
    made = tokens.make(own, "reply", 1, 1, clock.now())
    if tokens.read(own, site.mail_in.token_in(site.mail_in.at(made))) is None:
        raise Unavailable(_("Addresses for replies would not be understood."))
    if at := site.mail_in.lmtp_at:
        await _greeted(*at)
    if site.mail_in.imap:
        box = Mailbox(site.mail_in)
        try:
            await asyncio.to_thread(box.open)
        finally:
            await asyncio.to_thread(box.close)
    return _("Works: replies to e-mails would be posted.")


async def _greeted(host: str, port: int) -> None:
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                greeting = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError) as error:
        raise Unavailable(_("Nothing listens for your mail server at the moment.")) from error
    if not greeting.startswith(b"220"):
        raise Unavailable(_("Nothing listens for your mail server at the moment."))
