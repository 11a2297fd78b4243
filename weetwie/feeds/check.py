"""Whether a feed would be read: written as for a stranger, and read again."""

from xml.etree import ElementTree as ET

from weetwie.context import Site
from weetwie.database.pool import Database
from weetwie.errors import Invalid, _
from weetwie.feeds import find, written
from weetwie.feeds.entries import Entries
from weetwie.feeds.written import Feed
from weetwie.runtime import clock


async def check(database: Database, site: Site) -> str:
    """What works, as a sentence. Raises Invalid."""
    entries = Entries(site.base_url)
    async with database.reading() as db:
        viewer = await site.memory.recognise(db)
        assert viewer is not None, "nobody is always recognised"
        found = await find.find(db, viewer, "questions", "")
        shown = await entries.of(db, viewer, found.posts, "en")
    feed = Feed("tag:check", found.title, viewer.policy.name, "", "", "en", clock.now(), shown)
    try:
        ET.fromstring(written.atom(feed))  # noqa: S314  our own
    except ET.ParseError as error:
        raise Invalid(_("The feed can't be read: {why}."), why=str(error)) from error
    return _("A feed was written and can be read.")
