"""Administrators invite those who came with an import, by the addresses that were kept for it."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import cast

import httpx
import pytest

from tests import letters
from tests.site import Choices, form_of, give_password, sign_in, text_of
from tests.web.test_sources import act, export, hand_in, work
from tests.world import World
from weetwie.app import build
from weetwie.domain.identity import kept_addresses
from weetwie.domain.mail import sending
from weetwie.flows.imports import invite
from weetwie.runtime import clock
from weetwie.smtp.client import SmtpClient
from weetwie.smtp.failed import SendFailed

AT = "/admin/import/invite"


@pytest.fixture
async def site(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """As an administrator, after two people of the organisation came with an export."""
    await world.policy(sign_up_domains=["corp.example"])
    await give_password(world, await world.member("root", is_admin=True))
    application = build(Choices(), world.database, replace(world.site, sends_mail=True))
    transport = httpx.ASGITransport(application, client=("192.0.2.7", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://house.example") as site:
        await sign_in(site, "root")
        at = (await hand_in(site, export())).headers["location"]
        await work(world)
        await act(site, at, "start", channel="C1", audience="colleagues", keeps_addresses="on")
        await work(world)
        assert AT in (await site.get(at)).text
        await letters.taken(world)
        yield site


async def send(site: httpx.AsyncClient, *units: str, **fields: str) -> httpx.Response:
    form = form_of(await site.get(AT)) | {"language": "en"} | fields
    return await site.post(AT, data=form | {"unit": list(units)})


async def test_everyone_is_invited_once_and_comes_as_who_wrote(world: World, site: httpx.AsyncClient) -> None:
    looked = text_of(await site.get(AT))
    assert "Messages that you wrote to colleagues elsewhere have been imported" in looked
    sent = await send(site, "", send="1", words="We need you")
    assert sent.headers["location"] == f"{AT}?sent=2"
    assert "2 invitations are on their way" in text_of(await site.get(sent.headers["location"]))
    assert "Nobody is left to invite" in text_of(await site.get(AT))
    assert (await send(site, "", send="1")).headers["location"] == f"{AT}?sent=0"
    ann, carl = await letters.taken(world)
    assert (ann.address, carl.address) == ("ann@corp.example", "carl@corp.example")
    assert "root writes: We need you" in ann.text and "the coupling" not in ann.text
    path = re.search(r"https?://[^/]+(/join/\S+)", ann.text)
    assert path
    form = form_of(await site.get(path[1]))
    given = {"handle": "ann", "name": "Ann", "password": "four words in a row"}
    assert (await site.post(path[1], data=form | given)).status_code == 303
    wrote = "select count(*) from passages join people on people.id = author_id where handle = 'ann' and has_joined"
    assert await world.connection.fetchval(wrote) == 2


async def test_the_email_is_seen_in_its_language_before_anything_is_sent(
    world: World, site: httpx.AsyncClient
) -> None:
    looked = text_of(await send(site, "", language="nl", words="Kom erbij"))
    assert "Kom erbij" in looked and "Berichten die je" in looked
    assert await letters.waiting(world) == []


async def test_only_the_departments_that_were_chosen_are_invited(
    world: World, site: httpx.AsyncClient
) -> None:
    await world.connection.execute("update people set unit = 'Pumps' where name = 'Ann'")
    assert "Pumps" in text_of(await site.get(AT))
    none = await send(site, send="1")
    assert none.status_code == 422 and "Choose at least one department" in text_of(none)
    await send(site, "Pumps", send="1")
    assert [one.address for one in await letters.taken(world)] == ["ann@corp.example"]


async def test_they_are_sent_one_after_another(world: World, site: httpx.AsyncClient) -> None:
    await send(site, "", send="1")
    first, second = await world.connection.fetch("select due_at from letters order by id")
    pause = timedelta(seconds=60 / invite.A_MINUTE)
    assert pause <= second["due_at"] - first["due_at"] < pause + timedelta(seconds=5)


async def test_what_could_not_be_delivered_is_shown_with_the_reason(
    world: World, site: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullMailbox:
        async def send(self, *_email: str) -> None:
            raise SendFailed("550 no such mailbox", is_final=True)

    await send(site, "", send="1")
    later = clock.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    while await sending.work(world.database, cast(SmtpClient, FullMailbox())):
        pass
    looked = text_of(await site.get(AT))
    assert "Could not be delivered" in looked and "550 no such mailbox" in looked and "Carl" in looked


async def test_addresses_that_had_their_time_are_invited_no_more(
    world: World, site: httpx.AsyncClient
) -> None:
    await world.connection.execute("update addresses set kept_until = now() where kept_until is not null")
    async with world.database.transaction() as db:
        await kept_addresses.sweep(db)
    assert (await send(site, "", send="1")).headers["location"] == f"{AT}?sent=0"


async def test_where_colleagues_have_single_sign_on_the_email_lets_them_log_in(
    world: World, site: httpx.AsyncClient
) -> None:
    await world.policy(sign_in="sso")
    await send(site, "", send="1")
    texts = [one.text for one in await letters.taken(world)]
    assert len(texts) == 2 and not any("/join/" in text for text in texts)
    assert all("account at the organisation" in text for text in texts)


async def test_without_a_mail_server_it_says_what_to_do(world: World, site: httpx.AsyncClient) -> None:
    application = build(Choices(), world.database, world.site)
    transport = httpx.ASGITransport(application, client=("192.0.2.7", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://house.example") as other:
        await sign_in(other, "root")
        refused = await send(other, "", send="1")
    assert refused.status_code == 422 and "Set up a mail server first" in text_of(refused)


async def test_others_find_nothing_there(world: World, site: httpx.AsyncClient) -> None:
    await world.connection.execute("update people set is_admin = false, version = version + 1")
    assert (await site.get(AT)).status_code == 404
    assert (await site.post(AT, data=form_of(await site.get("/")) | {"unit": ""})).status_code == 404
