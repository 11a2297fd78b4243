"""Feeds of others are read when they are due, with no connection held meanwhile; their bots post what is new."""

import asyncio
from typing import Final

from weetwie.context import Site, of_system
from weetwie.database.pool import Database
from weetwie.domain.bots import feeds as bot_feeds
from weetwie.errors import Refusal, _
from weetwie.flows import bots as flow_bots
from weetwie.http.fetch import Fetcher, FetchFailed, NotChanged
from weetwie.http.send import UNREACHABLE

_LARGEST_FEED: Final = 512 * 1024


async def read_due(database: Database, site: Site, fetcher: Fetcher) -> None:
    """Reads the feeds that are due, one after the other, and has their bots post what is new."""
    while True:
        async with database.transaction() as db:
            policy = await site.memory.policy(db)
            due = await bot_feeds.claim(db) if "bots" in policy.connections else None
        if due is None:
            return
        found, why = await _read_feed(fetcher, due)
        try:
            async with database.transaction() as db:
                if found is not None:
                    await flow_bots.post_entries(await of_system(db, site), due, found)
        except Refusal as refusal:
            why = str(refusal)
        if why:
            async with database.transaction() as db:
                await bot_feeds.failed(db, due, why)


async def _read_feed(fetcher: Fetcher, due: bot_feeds.DueFeed) -> tuple[bot_feeds.FoundEntries | None, str]:
    """What stands in it, or why it cannot be read."""
    from weetwie.imports import feeds as reader

    try:
        fetched = await fetcher.fetch(due.url, "", _LARGEST_FEED, etag=due.etag, modified=due.modified)
        entries = await asyncio.to_thread(reader.read, fetched.content, fetched.content_type)
    except NotChanged:
        return bot_feeds.FoundEntries(None, due.etag, due.modified), ""
    except FetchFailed as failed:
        return None, f"HTTP {failed.status}" if failed.status else UNREACHABLE
    except reader.UnreadableFeed:
        return None, _("it is no feed")
    return bot_feeds.FoundEntries(entries, fetched.etag, fetched.modified), ""
