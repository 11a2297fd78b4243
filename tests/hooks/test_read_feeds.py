"""Feeds of others that bots read: what is new is posted once, and what is wrong with them harms nobody."""

from datetime import timedelta

import httpx
import pytest

from tests.hooks.test_hooks import bot, posted
from tests.pages import Pages, served
from tests.site import act
from tests.world import Someone, World
from weetwie.context import Context
from weetwie.domain.bots.rules import check_url, draft, entry
from weetwie.errors import Invalid
from weetwie.flows import bots as flow
from weetwie.flows.read_feeds import read_due
from weetwie.http.fetch import Fetcher
from weetwie.http.send import UNREACHABLE
from weetwie.imports.feeds import UnreadableFeed, read

RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{}</channel></rss>'
ITEM = "<item><guid>{0}</guid><title>{1}</title><link>https://news.example/{0}</link></item>"


@pytest.fixture(autouse=True)
async def _switched_on(world: World) -> None:
    await world.policy(connections=["bots"])


def rss(*items: tuple[str, str], **headers: str) -> tuple[int, dict[str, str], bytes]:
    body = RSS.format("".join(ITEM.format(*one) for one in items))
    return 200, {"content-type": "application/rss+xml"} | headers, body.encode()


async def add(world: World, ada: Someone, url: str) -> int:
    id = await bot(world, ada)
    async with world.database.transaction() as db:
        await flow.add_feed(Context(db, await world.viewer(ada), world.site), id, url)
    return id


async def look(world: World, *, allows_all: bool = True) -> None:
    """As the job does when it is due."""
    await world.connection.execute(
        "update read_feeds set next_at = now() where next_at < now() + interval '2 days'"
    )
    fetcher = Fetcher("tests", allows=lambda _address: True) if allows_all else Fetcher("tests")
    await read_due(world.database, world.site, fetcher)
    await fetcher.close()


async def said(world: World) -> str:
    return str(await world.connection.fetchval("select error from read_feeds"))


async def test_what_is_new_is_posted_once_the_oldest_first(world: World, ada: Someone) -> None:
    pages: Pages = {"/news": rss(("1", "Old"))}
    with served(pages) as site:
        id = await add(world, ada, f"{site}/news")
        await look(world)
        assert await posted(world, id) == [], "what stood there before is known"
        pages["/news"] = rss(("3", "Third &amp; @ada"), ("2", "Second"), ("1", "Old, edited"))
        await look(world)
        await look(world)
    second, third = await posted(world, id)
    assert second == "Second\n\nhttps://news.example/2"
    assert third.startswith("Third & @") and "@ada" not in third, "titles mention nobody"
    assert await world.connection.fetchval("select count(*) from mentions") == 0


async def test_a_feed_that_is_turned_over_whole_floods_nobody(world: World, ada: Someone) -> None:
    pages: Pages = {"/news": rss()}
    with served(pages) as site:
        id = await add(world, ada, f"{site}/news")
        await look(world)
        pages["/news"] = rss(*((str(number), f"Post {number}") for number in range(30)))
        await look(world)
    assert [text.split("\n")[0] for text in await posted(world, id)] == [
        f"Post {number}" for number in (4, 3, 2, 1, 0)
    ]


async def test_what_has_not_changed_is_asked_for_by_its_tag(world: World, ada: Someone) -> None:
    pages: Pages = {"/news": rss(("1", "One"), etag='"a"')}
    with served(pages) as site:
        await add(world, ada, f"{site}/news")
        await look(world)
        assert await world.connection.fetchval("select etag from read_feeds") == '"a"'
        pages["/news"] = (304, {}, b"")
        await look(world)
    assert (
        await said(world) == ""
        and await world.connection.fetchval("select read_at from read_feeds") is not None
    )


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((404, {}, b""), "HTTP 404"),
        ((200, {"content-type": "text/html"}, b"<title>x</title>"), "it is no feed"),
        ((200, {"content-type": "text/xml"}, b""), "it is no feed"),
        ((302, {"location": "ftp://a.example/"}, b""), UNREACHABLE),
    ],
)
async def test_what_fails_is_tried_again_later_each_time_and_says_why(
    world: World, ada: Someone, answer: tuple[int, dict[str, str], bytes], why: str
) -> None:
    pages: Pages = {"/news": answer}
    with served(pages) as site:
        await add(world, ada, f"{site}/news")
        waits = []
        for _time in range(3):
            await look(world)
            waits.append(await world.connection.fetchval("select next_at - now() from read_feeds"))
        assert waits[0] < waits[1] < waits[2] < timedelta(days=1) and await said(world) == why
        pages["/news"] = rss()
        await look(world)
    assert await said(world) == "" and await world.connection.fetchval("select failures from read_feeds") == 0


async def test_after_a_week_of_failures_it_is_switched_off_until_somebody_says_so(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    with served({}) as outside:
        id = await add(world, ada, f"{outside}/news")
        await look(world)
        await world.connection.execute("update read_feeds set failing_since = now() - interval '8 days'")
        await look(world)
        assert await world.connection.fetchval("select next_at > now() + interval '1 year' from read_feeds")
        page = await site.get(f"/settings/bots/{id}")
        assert "Switched off after a week of failures: HTTP 404" in page.text.replace("\n", " ")
        feed_id = await world.connection.fetchval("select id from read_feeds")
        await act(site, f"/settings/bots/{id}/again", which=str(feed_id))
        assert await world.connection.fetchval("select next_at <= now() from read_feeds")


async def test_private_addresses_are_not_fetched(world: World, ada: Someone) -> None:
    with served({"/news": rss(("1", "Secret"))}) as site:
        await add(world, ada, f"{site}/news")
        await look(world, allows_all=False)
    assert await said(world) == UNREACHABLE


async def test_of_a_bot_that_has_ended_or_where_bots_are_off_nothing_is_posted(
    world: World, ada: Someone
) -> None:
    pages: Pages = {"/news": rss()}
    with served(pages) as site:
        id = await add(world, ada, f"{site}/news")
        await look(world)
        pages["/news"] = rss(("1", "New"))
        await world.policy(connections=[])
        await look(world)
        assert await world.connection.fetchval("select count(*) from read_entries") == 0
        await world.policy(connections=["bots"])
        await world.suspend(ada)
        await look(world)
        assert await posted(world, id) == [] and "can't post" in await said(world)
        await world.suspend(ada, is_suspended=False)
        await look(world)
        assert len(await posted(world, id)) == 1, "what came meanwhile is not lost"


@pytest.mark.parametrize(
    "url",
    ["", "news", "ftp://a.example", "https://", "https://a.example/\nx", "https://u:p@a.example", "x" * 3000],
)
def test_only_addresses_on_the_web_are_taken(url: str) -> None:
    with pytest.raises(Invalid):
        check_url(url)


BOMB = (
    b'<!DOCTYPE r [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%b">' % (ord("b") + n, b"&%c;" % (ord("a") + n) * 10) for n in range(9))
    + b"]><rss version='2.0'><channel><item><title>&j;</title><link>https://a.example</link></item></channel></rss>"
)
NASTY = {
    "an entity bomb": BOMB,
    "a megabyte of brackets": b"<rss>" + b"<" * 1_000_000,
    "a deep tree": b"<rss version='2.0'><channel>" + b"<item>" * 100_000,
    "a megabyte of entities": b"<rss version='2.0'><channel><item><title>" + b"&lt;" * 250_000,
    "a file": b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><item><title>&a;</title><link>https://a.example</link></item></channel></rss>',
    "no text": bytes(range(256)) * 1000,
}


@pytest.mark.parametrize("content", NASTY.values(), ids=NASTY)
def test_what_is_nasty_brings_nothing_in(content: bytes) -> None:
    try:
        titles = "".join(one.title for one in read(content, "text/xml"))
    except UnreadableFeed:
        titles = ""
    assert len(titles) < 5000 and "root:" not in titles


def test_atom_and_rdf_are_read_too() -> None:
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:1</id><title>A</title><link href="https://a.example/1"/></entry></feed>'
    assert [(one.id, one.title, one.link) for one in read(atom, "")] == [
        ("urn:1", "A", "https://a.example/1")
    ]
    rdf = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item rdf:about="x"><title>B</title><link>javascript:alert(1)</link></item></rdf:RDF>'
    assert read(rdf, "") == [], "what leads nowhere on the web is no entry"


def test_a_post_of_a_bot_says_itself_neither_for_whom_it_is_nor_more_than_fits() -> None:
    assert not draft("  !world hello", 100).startswith("!")
    assert entry("x" * 2000, "https://a.example/1", 100).endswith("…\n\nhttps://a.example/1")
    assert entry("", "https://a.example/1", 100) == "https://a.example/1"
    assert len(entry("word " * 500, "https://a.example/1", 100)) <= 100
