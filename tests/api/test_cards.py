"""Cards of what posts link to, and verified fields of profiles: against real pages on loopback."""

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from tests.api.people_at_the_door import BASE, Door, opened
from tests.pages import Pages, html, served
from weetwie.access.enums import Visibility
from weetwie.domain.cards import link
from weetwie.domain.people import verify
from weetwie.events import PostPublished
from weetwie.http.fetch import Fetcher
from weetwie.jobs import links_once


@pytest.fixture
async def door(dsn: str) -> AsyncIterator[Door]:
    async with opened(dsn) as door:
        yield door


async def look(door: Door) -> None:
    """What the worker would do."""
    await door.react()
    fetcher = Fetcher("test", lambda _address: True)
    await links_once(door.world.database, door.world.store, fetcher, BASE)
    await fetcher.close()


def pages() -> Pages:
    picture = io.BytesIO()
    Image.new("RGB", (1200, 630), "teal").save(picture, "PNG")
    return {
        "/pumps": html(
            '<title>Pumps</title><meta property="og:description" content="All about them">'
            '<meta property="og:image" content="/pump.png"><meta property="og:site_name" content="Seals">'
        ),
        "/pump.png": (200, {"content-type": "image/png"}, picture.getvalue()),
        "/nothing": (200, {"content-type": "application/pdf"}, b"%PDF"),
        "/other": html("<title>Other</title>"),
    }


async def test_the_first_link_gets_a_card_whose_picture_is_kept_here(door: Door) -> None:
    await door.world.policy(fetches_links=True)
    ada = await door.world.member("ada")
    with served(pages()) as site:
        post = await door.world.post(ada, f"See {site}/pumps and {site}/other")
        await _published(door, post)
        await look(door)
        card = (await door.get(ada, "Status", f"/api/v1/statuses/{post}"))["card"]
    assert (card["title"], card["description"], card["provider_name"]) == ("Pumps", "All about them", "Seals")
    assert card["url"] == f"{site}/pumps"
    picture = await door.ask(None, "GET", card["image"].removeprefix(BASE))
    assert Image.open(io.BytesIO(picture.body)).size == (card["width"], card["height"])
    (trend,) = await door.get(ada, "TrendsLink[]", "/api/v1/trends/links")
    assert (trend["title"], trend["history"][0]["uses"]) == ("Pumps", "1")
    found = await door.get(ada, "Status[]", "/api/v1/timelines/link", f"url={site}/pumps")
    assert [one["id"] for one in found] == [str(post)]
    await door.ask(None, "GET", "/cards/AAAAAAAAAAAAAAAA.jpg", status=404)


async def test_nothing_is_fetched_unless_the_organisation_wants_it(door: Door) -> None:
    ada = await door.world.member("ada")
    with served(pages()) as site:
        post = await door.world.post(ada, f"See {site}/pumps")
        await _published(door, post)
        await look(door)
    assert (await door.get(ada, "Status", f"/api/v1/statuses/{post}"))["card"] is None


async def test_what_leads_nowhere_and_what_is_direct_has_no_card(door: Door) -> None:
    await door.world.policy(fetches_links=True)
    ada = await door.world.member("ada")
    with served(pages()) as site:
        texts = (f"{site}/nothing", f"{site}/gone", "http://[", "no link")
        posts = [await door.world.post(ada, text) for text in texts]
        posts.append(await door.world.post(ada, f"{site}/pumps", visibility=Visibility.direct))
        for post in posts:
            await _published(door, post)
        await look(door)
    for post in posts:
        assert (await door.get(ada, "Status", f"/api/v1/statuses/{post}"))["card"] is None


async def test_a_card_changes_with_the_text_and_goes_with_the_post(door: Door) -> None:
    await door.world.policy(fetches_links=True)
    ada = await door.world.member("ada")
    with served(pages()) as site:
        post = await door.world.post(ada, f"{site}/pumps")
        await _published(door, post)
        await look(door)
        for text, title in ((f"{site}/other", "Other"), ("none", None)):
            await door.world.connection.execute(
                "update post_texts set text = $1 where post_id = $2", text, post
            )
            await _published(door, post)
            await look(door)
            card = (await door.get(ada, "Status", f"/api/v1/statuses/{post}"))["card"]
            assert (card and card["title"]) == title


async def test_a_page_that_leads_back_verifies_the_field_that_leads_there(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "is_page", lambda value: value.startswith("http://"))
    await door.world.policy(fetches_links=True)
    ada = await door.world.member("ada")
    with served(
        {"/mine": html("", f'<a rel="me" href="{BASE}/@ada">me</a>'), "/theirs": html("<title>x</title>")}
    ) as site:
        fields = [{"name": "Mine", "value": f"{site}/mine"}, {"name": "Not", "value": f"{site}/theirs"}]
        path = "/api/v1/accounts/update_credentials"
        await door.post(ada, "CredentialAccount", path, "PATCH", fields_attributes=fields)
        await look(door)
        shown = (await door.get(ada, "Account", f"/api/v1/accounts/{ada.id}"))["fields"]
        assert [one["verified_at"] is not None for one in shown] == [True, False]
        fields[1]["value"] = "else"
        kept = await door.post(ada, "CredentialAccount", path, "PATCH", fields_attributes=fields)
        assert kept["fields"][0]["verified_at"] == shown[0]["verified_at"]
        fields[0]["value"] = f"{site}/theirs"
        lost = await door.post(ada, "CredentialAccount", path, "PATCH", fields_attributes=fields)
        assert lost["fields"][0]["verified_at"] is None


def test_only_an_address_that_cannot_be_read_on_the_way_can_be_verified() -> None:
    assert verify.is_page("https://ada.example/")
    assert not verify.is_page("http://ada.example/")
    assert not verify.is_page("see https://ada.example/ there")


async def _published(door: Door, post: int) -> None:
    viewer = await door.world.viewer()
    async with door.world.database.transaction() as db:
        await link.linked(db, viewer, [PostPublished(post)])
