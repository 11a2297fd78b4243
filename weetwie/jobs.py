"""What is done beside answering requests and reacting to facts: files, mail, pushes, links, exports, questions, retention. All of it on one page.

What waits lies in rows of its own domain, each claimed by one process at a time. One look for all jobs says which of them have
something to do; each works in a task of its own, so that a slow mail server or a large film holds nothing else up.
"""

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import or_

from weetwie.context import Site, of_system
from weetwie.database.job import DAY, HOUR, MINUTE, Job, Sending, Sweep
from weetwie.database.pool import Database
from weetwie.domain.cards import fetch as cards
from weetwie.domain.exports import exports
from weetwie.domain.imports import working
from weetwie.domain.mail import emails, sending
from weetwie.domain.mail.sending import WrittenLater
from weetwie.domain.media import process, remove
from weetwie.domain.notifications import push_out
from weetwie.domain.people import verify
from weetwie.domain.questions import steps, telling
from weetwie.domain.webhooks import deliveries
from weetwie.domain.webhooks.deliveries import ClaimedDelivery
from weetwie.flows import asking, deliver, mail_in, read_feeds, retain, unread_mail, week
from weetwie.flows.exports.make import make_next
from weetwie.flows.imports import requested
from weetwie.http.fetch import Fetcher
from weetwie.http.send import WebhookSender
from weetwie.http.webpush import Sender
from weetwie.media.blob import Store

if TYPE_CHECKING:
    from weetwie.smtp.client import SmtpClient


def jobs(
    database: Database,
    site: Site,
    store: Store,
    fetcher: Fetcher,
    sender: Sender,
    webhook_sender: WebhookSender,
    post: "SmtpClient | None",
) -> list[Job]:
    """`post` is the mail server, if there is one."""
    reading_directory = [] if site.directory is None else [_reading_directory(database, site)]
    pushes = sending_pushes(database, site, sender)
    webhooks = sending_webhooks(database, site, webhook_sender)
    return [
        Job(
            "media",
            lambda: media_once(database, store),
            (
                Sweep(HOUR, lambda: remove.sweep(database, store)),
                Sweep(DAY, lambda: remove.sweep_strays(database, store)),
            ),
            waits=or_(remove.WAITS, process.WAITS),
        ),
        Job(
            "links",
            lambda: links_once(database, store, fetcher, site.base_url),
            (Sweep(DAY, lambda: cards.sweep(database, store)),),
            waits=or_(cards.WAITS, verify.WAITS),
        ),
        _sending_mail(database, site, post),
        Job("feeds", sweeps=(Sweep(MINUTE, lambda: read_feeds.read_due(database, site, fetcher)),)),
        Job("pushes", pushes.begin, close=pushes.close, waits=push_out.WAITS),
        Job("webhooks", webhooks.begin, close=webhooks.close, waits=deliveries.WAITS),
        Job(
            "exports",
            lambda: make_next(database, site, store),
            (Sweep(HOUR, lambda: exports.sweep(database, store)),),
            waits=exports.WAITS,
        ),
        Job(
            "imports",
            lambda: requested.work(database, site, store),
            (Sweep(HOUR, lambda: working.sweep(database, store)),),
            waits=working.WAITS,
        ),
        Job("questions", lambda: asking.work(database, site), waits=or_(steps.WAITS, telling.WAITS)),
        *reading_directory,
        *_taking_mail(database, site),
        Job("retention", sweeps=(Sweep(HOUR, lambda: let_go(database, site), first=0.0),)),
    ]


def _sending_mail(database: Database, site: Site, post: "SmtpClient | None") -> Job:
    returns = mail_in.returns(site)
    later = {
        emails.WEEKLY: WrittenLater(week.writer(database, site)),
        emails.UNREAD: unread_mail.written_later(database, site),
    }
    if post is None:
        return Job("mail")
    return Job("mail", lambda: sending.work(database, post, later, returns), waits=sending.WAITS)


def _reading_directory(database: Database, site: Site) -> Job:
    """Loaded where there is one to be read."""
    from weetwie.flows import directory_sync

    return Job(
        "directory", sweeps=(Sweep(MINUTE, lambda: directory_sync.keep_up(database, site), first=10.0),)
    )


def _taking_mail(database: Database, site: Site) -> list[Job]:
    """Loaded where there is somewhere that it comes from."""
    if site.mail_in is None:
        return []
    from weetwie.mail_in.lmtp import Listening
    from weetwie.mail_in.mailbox import fetch

    listening = Listening(database, site)
    found = []
    if site.mail_in.lmtp:
        found.append(Job("mail by LMTP", listening.begin, close=listening.close))
    if site.mail_in.imap:
        work = Sweep(MINUTE, lambda: fetch(database, site), first=10.0)
        found.append(Job("mail by IMAP", sweeps=(work,)))
    return found


async def media_once(database: Database, store: Store) -> None:
    """Removes the files of what is gone, and makes ready what was uploaded."""
    await remove.clear(database, store)
    while await process.work(database, store):
        pass


async def links_once(database: Database, store: Store, fetcher: Fetcher, base_url: str) -> None:
    """Fetches the pages that posts and profiles link to, where the organisation wants that."""
    while await cards.work(database, store, fetcher):
        pass
    while await verify.work(database, fetcher, base_url):
        pass


async def let_go(database: Database, site: Site) -> None:
    """What has been kept long enough goes, a part in each transaction."""
    for let in (retain.let_go, retain.let_passages_go):
        after = -1
        while after:
            async with database.transaction() as db:
                after = await let(await of_system(db, site), max(after, 0))


def sending_pushes(database: Database, site: Site, sender: Sender) -> Sending[push_out.Claimed]:
    return Sending(
        lambda: push_out.claim(database, site.memory, sender, site.base_url),
        lambda claimed: push_out.deliver(database, sender, claimed),
        sender.close,
    )


def sending_webhooks(
    database: Database, site: Site, sender: WebhookSender
) -> Sending[tuple[ClaimedDelivery, bytes]]:
    return Sending(
        partial(deliver.claim, database, site), partial(deliver.deliver, database, site, sender), sender.close
    )
