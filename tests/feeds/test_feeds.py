"""Feeds as a feed reader sees them: valid, sent again only when they have changed, gone with whoever made them."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import httpx
import jsonfeed
import pytest

from tests.site import Choices, act, browser
from tests.world import Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import system
from weetwie.context import Context
from weetwie.domain.feeds import addresses
from weetwie.domain.identity import passwords
from weetwie.domain.identity.rules import WRONG_TOKENS
from weetwie.domain.people.erase import erase
from weetwie.domain.people.leave import leave
from weetwie.errors import Invalid, TooMany
from weetwie.flows import feeds as flow
from weetwie.runtime import clock

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
async def _switched_on(world: World) -> None:
    await world.policy(widest_ring=Ring.world, connections=["feeds"])


async def secret(world: World, someone: Someone, kind: str, about: str = "") -> str:
    async with world.database.transaction() as db:
        context = Context(db, await world.viewer(someone), world.site)
        _id, made = await flow.make(context, kind, about)
    return f"/feeds/own/{made}"


def entries(answer: httpx.Response) -> list[str]:
    """The titles; the document is one that a strict reader takes without a warning."""
    assert answer.status_code == 200, answer.text
    read = feedparser.parse(answer.content, response_headers=dict(answer.headers))
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == "atom10"
    return [entry.title for entry in read.entries]


async def test_a_public_feed_holds_what_anybody_may_see(world: World, ada: Someone) -> None:
    await world.change(ada, profile_ring=int(Ring.world))
    await world.post(ada, "For the world #pumps", ring=Ring.world, tags=["pumps"])
    await world.post(ada, "For us #pumps", tags=["pumps"])
    await world.post(ada, "Psst", ring=Ring.world, visibility=Visibility.private)
    await world.post(ada, "Why does it leak?", ring=Ring.world, is_question=True)
    async with browser(world) as site:
        assert entries(await site.get("/feeds/people/ada.atom")) == [
            "Why does it leak?",
            "For the world #pumps",
        ]
        assert entries(await site.get("/feeds/topics/pumps.atom")) == ["For the world #pumps"]
        assert entries(await site.get("/feeds/questions.atom")) == ["Why does it leak?"]
        assert entries(await site.get("/feeds/search.atom?q=leak")) == ["Why does it leak?"]
        assert (await site.get("/feeds/people/nobody.atom")).status_code == 404
        assert (await site.get("/feeds/people/ada.rss")).status_code == 404
        assert (await site.get("/feeds/search.atom?q=order:never")).status_code == 400


async def test_whose_profile_is_not_for_the_world_has_no_public_feed(world: World, ada: Someone) -> None:
    await world.post(ada, "For the world", ring=Ring.world)
    async with browser(world) as site:
        hidden, nobody = await site.get("/feeds/people/ada.atom"), await site.get("/feeds/people/nobody.atom")
        assert (
            (hidden.status_code, hidden.content)
            == (nobody.status_code, nobody.content)
            == (404, hidden.content)
        )


async def test_where_nothing_is_for_the_world_there_are_no_public_feeds(world: World, ada: Someone) -> None:
    await world.policy(widest_ring=Ring.network)
    async with browser(world) as site:
        assert (await site.get("/feeds/questions.atom")).status_code == 404


async def test_a_secret_feed_holds_what_its_owner_sees_and_nothing_direct_or_for_followers(
    world: World, ada: Someone
) -> None:
    bo = await world.member("bo", name="Bo")
    await world.follow(ada, bo)
    await world.post(bo, "For colleagues")
    quoted = await world.post(bo, "For my followers", visibility=Visibility.private)
    await world.post(bo, "Only you", visibility=Visibility.direct, mentions=[ada])
    await world.post(ada, "As Bo said", quote_of_id=quoted, quote_state=1)
    list_id = await world._insert("lists", "id", owner_id=ada.id, title="Mine", replies_policy=1)
    await world._insert("list_members", list_id=list_id, person_id=bo.id)
    async with browser(world) as site:
        person = await site.get(await secret(world, ada, "person", "@bo") + ".atom")
        assert entries(person) == ["For colleagues"]
        assert entries(await site.get(await secret(world, ada, "list", str(list_id)) + ".atom")) == [
            "For colleagues"
        ]
        own = await site.get(await secret(world, ada, "search", "said") + ".atom")
        assert entries(own) == ["As Bo said"] and "followers" not in own.text


async def test_an_atom_feed_says_all_that_the_standard_asks_for(world: World, ada: Someone) -> None:
    await world.post(
        ada, "First line <b> & more\n\nSee https://pumps.example/a?b=1&c=2 #pumps", tags=["pumps"]
    )
    await world.post(ada, "Bell\x07 and tab\tand \ufffe", warning="Careful \x0b")
    address = await secret(world, ada, "person", "ada")
    async with browser(world) as site:
        answer = await site.get(f"{address}.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ET.fromstring(answer.content)
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {
        "self": f"https://house.example{address}.atom",
        "alternate": "https://house.example/@ada",
    }
    ids = [one.text or "" for one in root.iter(f"{ATOM}id")]
    assert len(set(ids)) == 3 and all(one.startswith("tag:house.example,") for one in ids)
    for name in ("updated", "published"):
        for moment in root.iter(f"{ATOM}{name}"):
            datetime.strptime(moment.text or "", "%Y-%m-%dT%H:%M:%SZ")
    newest, older = root.findall(f"{ATOM}entry")
    assert newest.findtext(f"{ATOM}title") == "Careful "
    assert newest.findtext(f"{ATOM}content") == "<p>Careful </p>", "who wants to read on opens it"
    assert older.findtext(f"{ATOM}author/{ATOM}name") == "Ada"
    content = older.findtext(f"{ATOM}content") or ""
    assert "&lt;b&gt; &amp; more" in content and 'href="https://pumps.example/a?b=1&amp;c=2"' in content
    assert [one.get("term") for one in older.findall(f"{ATOM}category")] == ["pumps"]


async def test_a_feed_without_entries_is_valid_too(world: World, ada: Someone) -> None:
    async with browser(world) as site:
        assert entries(await site.get(await secret(world, ada, "topic", "unheard") + ".atom")) == []
        assert (await site.get("/feeds/questions.json")).json()["items"] == []


async def test_a_json_feed_says_all_that_the_standard_asks_for(world: World, ada: Someone) -> None:
    post = await world.post(ada, "Hello #pumps", tags=["pumps"])
    address = await secret(world, ada, "topic", "#Pumps")
    async with browser(world) as site:
        answer = await site.get(f"{address}.json")
    assert answer.headers["content-type"].startswith("application/feed+json")
    feed: dict[str, Any] = answer.json()
    (item,) = feed.pop("items")
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "#pumps · Weetwie",
        "home_page_url": "https://house.example/tags/pumps",
        "feed_url": f"https://house.example{address}.json",
        "language": "en",
    }
    assert item["url"] == f"https://house.example/@ada/{post}" and item["tags"] == ["pumps"]
    assert item["authors"] == [{"name": "Ada", "url": "https://house.example/@ada"}]
    assert datetime.fromisoformat(item["date_published"]).tzinfo == UTC
    assert item["content_html"].startswith("<p>Hello <a href=")


async def test_a_library_for_json_feeds_reads_each_of_them(world: World, ada: Someone) -> None:
    await world.policy(widest_ring=Ring.world)
    post = await world.post(
        ada, "Which pump? #pumps", tags=["pumps"], is_question=True, ring=Ring.world, attached=1
    )
    await world._insert(
        "media", id=post, post_id=post, person_id=ada.id, place=1, state=1, kind=1,
        content_type="image/png", size=7, description="A pump", meta={},
    )  # fmt: skip
    async with browser(world) as site:
        for kind, about in (("topic", "pumps"), ("person", "ada"), ("questions", ""), ("search", "pump")):
            answer = await site.get(await secret(world, ada, kind, about) + ".json")
            feed = jsonfeed.Feed.parse_string(answer.text)
            (item,) = feed.items
            assert feed.title and feed.feed_url == str(answer.url) and not feed.expired
            assert item.id.startswith("tag:house.example,") and item.url.endswith(f"/@ada/{post}")
            assert [one.name for one in item.authors] == ["Ada"] and "Which pump?" in item.content_html
            (file,) = item.attachments
            assert file.mime_type == "image/png" and file.url.endswith("/original.png")


async def test_files_hang_on_posts_for_the_world_alone(world: World, ada: Someone) -> None:
    """The address of any other file would last longer than that of the feed."""
    for ring in (Ring.world, Ring.colleagues):
        post = await world.post(ada, ring.name, ring=ring, attached=1)
        await world._insert(
            "media", id=post, post_id=post, person_id=ada.id, place=1, state=1, kind=1,
            content_type="image/png", size=7, description=f"A pump for {ring.name}", meta={},
        )  # fmt: skip
    async with browser(world) as site:
        feed = (await site.get(await secret(world, ada, "person", "ada") + ".json")).json()
    ours, the_world = feed["items"]
    assert "attachments" not in ours and "A pump for colleagues" in ours["content_html"]
    (file,) = the_world["attachments"]
    assert (file["mime_type"], file["size_in_bytes"]) == ("image/png", 7)
    assert file["url"].endswith("/original.png") and file["url"].count("/") == 5, "nobody's address"


async def test_what_has_not_changed_is_not_sent_again(world: World, ada: Someone) -> None:
    await world.post(ada, "Hello")
    address = await secret(world, ada, "person", "ada") + ".atom"
    async with browser(world) as site:
        just_now = await site.get(address)
        assert "last-modified" not in just_now.headers, "another post may come within this second"
        tag = just_now.headers["etag"]
        again = await site.get(address, headers={"if-none-match": f'"other", W/{tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        clock.stop(clock.now() + timedelta(minutes=1))
        try:
            modified = (await site.get(address)).headers["last-modified"]
            assert parsedate_to_datetime(modified) <= clock.now()
            unchanged = {"if-modified-since": modified}
            assert (await site.get(address, headers=unchanged)).status_code == 304
            assert (await site.get(address, headers={"if-modified-since": "yesterday"})).status_code == 200
            other_tag = unchanged | {"if-none-match": '"other"'}
            assert (await site.get(address, headers=other_tag)).status_code == 200, "the tag says more"
        finally:
            clock.stop(None)
        await world.post(ada, "Hello again")
        assert (await site.get(address, headers={"if-none-match": tag})).status_code == 200


async def test_a_secret_address_ends_when_its_owner_says_so(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    made = await act(site, "/settings/feeds", kind="questions")
    assert made.status_code == 200
    address = made.text.split('readonly value="https://house.example')[1].split('"')[0]
    assert (await site.get(address)).status_code == 200
    assert "last used" in (await site.get("/settings/feeds")).text
    assert "A secret feed address was made." in (await site.get("/settings/sign-in")).text
    (own,) = await addresses.own(world.db, await world.viewer(ada))
    assert (await act(site, f"/settings/feeds/{own.id}/delete")).status_code == 303
    assert (await site.get(address)).status_code == 404


async def test_a_secret_address_of_somebody_else_cannot_be_deleted(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    bo = await world.member("bo")
    address = await secret(world, bo, "questions") + ".atom"
    (own,) = await addresses.own(world.db, await world.viewer(bo))
    assert (await act(site, f"/settings/feeds/{own.id}/delete")).status_code == 404
    assert (await site.get(address)).status_code == 200


async def test_it_ends_with_leaving_and_does_not_come_back_with_its_owner(world: World, ada: Someone) -> None:
    address = await secret(world, ada, "questions") + ".atom"
    async with browser(world) as site:
        async with world.database.transaction() as db:
            await leave(db, system((await world.viewer()).policy), ada.id)
        assert (await site.get(address)).status_code == 404
        await world.rejoin(ada)
        assert (await site.get(address)).status_code == 404


async def test_it_rests_while_its_owner_is_suspended(world: World, ada: Someone) -> None:
    address = await secret(world, ada, "questions") + ".atom"
    async with browser(world) as site:
        await world.suspend(ada)
        assert (await site.get(address)).status_code == 404
        await world.suspend(ada, is_suspended=False)
        assert (await site.get(address)).status_code == 200


async def test_it_ends_with_a_new_password(world: World, ada: Someone) -> None:
    address = await secret(world, ada, "questions") + ".atom"
    async with browser(world) as site:
        async with world.database.transaction() as db:
            hashed = await passwords.hashed("another four words")
            await passwords.put(db, await world.viewer(ada), ada.id, hashed)
        assert (await site.get(address)).status_code == 404


async def test_of_whoever_is_erased_no_address_is_kept(world: World, ada: Someone) -> None:
    await secret(world, ada, "questions")
    async with world.database.transaction() as db:
        await erase(db, system((await world.viewer()).policy), ada.id, keeps_posts=True)
    assert await world.connection.fetchval("select count(*) from feed_addresses") == 0


async def test_where_feeds_are_off_there_is_none_and_nothing_of_them_shows(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    address = await secret(world, ada, "questions") + ".atom"
    await world.post(ada, "x #pumps", tags=["pumps"])
    assert "/feeds/topics/pumps.atom" in (await site.get("/tags/pumps")).text
    await world.policy(connections=[])
    for at in (address, "/feeds/questions.atom", "/settings/feeds"):
        assert (await site.get(at)).status_code == 404
    for at in ("/tags/pumps", "/settings", "/@ada"):
        assert "/feeds" not in (await site.get(at)).text, at


async def test_wrong_secrets_are_counted_and_right_ones_are_not_refused_for_them(
    world: World, ada: Someone
) -> None:
    address = await secret(world, ada, "questions") + ".atom"
    async with browser(world, Choices(rate_limits=True)) as site:
        said = [
            (await site.get(f"/feeds/own/guess-{number}.atom")).status_code
            for number in range(WRONG_TOKENS.free + 2)
        ]
        assert said == [404] * WRONG_TOKENS.free + [429] * 2
        assert (await site.get(address)).status_code == 200


async def test_nobody_makes_a_feed_of_what_they_do_not_see_nor_too_many(
    world: World, ada: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = [
        ("list", "1"),
        ("list", "x"),
        ("person", "nobody"),
        ("topic", " "),
        ("all", "x"),
        ("search", "x" * 201),
    ]
    for kind, about in [*wrong, ("search", "order:never")]:
        with pytest.raises(Invalid):
            await secret(world, ada, kind, about)
    monkeypatch.setattr(addresses, "MOST", 1)
    await secret(world, ada, "questions")
    with pytest.raises(TooMany):
        await secret(world, ada, "questions")


async def test_what_is_filled_in_wrongly_is_said_beside_the_field(site: httpx.AsyncClient) -> None:
    page = await act(site, "/settings/feeds", kind="person", about="nobody-here")
    assert (
        page.status_code == 422 and 'value="nobody-here"' in page.text and 'aria-invalid="true"' in page.text
    )


async def test_administrators_switch_feeds_on_test_them_and_see_how_many_use_them(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    await world.policy(connections=[])
    await world.change(ada, is_admin=True)
    await world.post(ada, "Why \x07?", ring=Ring.world, is_question=True)
    await act(site, "/admin/connections/feeds/on")
    await secret(world, ada, "questions")
    tested = await act(site, "/admin/connections/feeds/test")
    assert "A feed was written and can be read." in tested.text
    assert "Secret addresses" in tested.text and "1 person" in tested.text
    await act(site, "/admin/connections/feeds/off")
    assert (await site.get("/feeds/questions.atom")).status_code == 404


def test_nothing_of_it_is_loaded_before_somebody_reads_one() -> None:
    code = "import sys, weetwie.app; print([name for name in sys.modules if name.startswith(('weetwie.feeds', 'feedparser'))])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
