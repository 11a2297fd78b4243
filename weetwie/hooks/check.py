"""Whether bots would post: a message in Slack's form is taken and a feed is read, and no feed waits for long."""

from datetime import timedelta
from typing import Final

import msgspec

from weetwie.context import Site
from weetwie.database.pool import Database
from weetwie.domain.bots import feeds, rules
from weetwie.errors import Unavailable, _
from weetwie.imports import feeds as reader

_LATE: Final = timedelta(hours=1)
_FEED: Final = b'<rss version="2.0"><channel><item><title>Hello</title><link>https://example.org/</link></item></channel></rss>'


async def check(database: Database, _site: Site) -> str:
    """What works, as a sentence. Raises Unavailable."""
    sent = msgspec.json.decode(b'{"text": "Hello"}', type=rules.Payload)
    read = reader.read(_FEED, "application/rss+xml")
    async with database.reading() as db:
        is_late = await feeds.is_late(db, _LATE)
    if rules.said(sent) != "Hello" or not read:
        raise Unavailable
    if is_late:
        raise Unavailable(_("Feeds have been waiting for more than an hour. Is the worker running?"))
    return _("A message was received, a feed was read, and no feed is waiting.")
