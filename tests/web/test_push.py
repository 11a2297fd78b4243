"""Being told by the browser: subscribed with the session, pushed to a service on loopback, over when one signs out."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.domain.notifications.test_push import Phone, mention, send, sender, service, subscribed
from tests.site import act, browser, give_password, sign_in
from tests.world import Someone, World
from weetwie import reactions
from weetwie.http import webpush
from weetwie.http.webpush import Sender

__all__ = ["sender", "subscribed"]


@pytest.fixture
async def site(world: World, ada: Someone) -> AsyncIterator[httpx.AsyncClient]:
    reactions.attach(world.database)
    async with browser(world) as site:
        await sign_in(site, "ada")
        yield site


def agreed(phone: Phone) -> dict[str, str]:
    """What a browser sends of its agreement with its push service."""
    device = phone.device
    return {
        "endpoint": device.endpoint,
        "p256dh": webpush.encoded(device.p256dh),
        "auth": webpush.encoded(device.auth),
    }


async def count(world: World) -> int:
    return int(await world.connection.fetchval("select count(*) from push_subscriptions"))


async def test_a_browser_is_told_until_its_owner_signs_out_there(
    site: httpx.AsyncClient, world: World, ada: Someone, sender: Sender
) -> None:
    page = (await site.get("/settings/notifications")).text
    assert "/settings/push/on" in page and 'data-key="' in page
    bo = await world.member("bo", name="Bo")
    with service() as push_service:
        phone = Phone("https://push.example")
        assert (await act(site, "/settings/push/on", **agreed(phone))).status_code == 303
        await world.connection.execute(
            "update push_subscriptions set endpoint = $1", f"{push_service.address}/p/1"
        )
        assert "/settings/push/off" in (await site.get("/settings/notifications")).text
        await mention(world, bo, ada)
        assert await send(world, sender) == 1
        ((headers, body),) = push_service.got
        assert phone.read(headers, body)["title"] == "Bo mentioned you"
    again = await act(site, "/settings/push/on", **agreed(phone))
    assert again.status_code == 303 and await count(world) == 1
    await act(site, "/auth/sign_out")
    assert await count(world) == 0
    assert await world.connection.fetchval("select count(*) from tokens where session_id is not null") == 0


async def test_it_ends_with_one_click_and_each_browser_has_its_own(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    await give_password(world, ada)
    async with browser(world) as other:
        await sign_in(other, "ada")
        for one in (site, other):
            phone = Phone("https://push.example")
            assert (await act(one, "/settings/push/on", **agreed(phone))).status_code == 303
        assert await count(world) == 2
        await act(site, "/settings/push/off")
        assert await count(world) == 1
        assert "/settings/push/off" in (await other.get("/settings/notifications")).text
        assert "/settings/push/off" not in (await site.get("/settings/notifications")).text


@pytest.mark.parametrize("wrong", [{"endpoint": "http://127.0.0.1/x"}, {"p256dh": "x"}, {"auth": "!!"}])
async def test_what_is_no_agreement_is_refused_with_a_sentence(
    site: httpx.AsyncClient, world: World, wrong: dict[str, str]
) -> None:
    answer = await act(site, "/settings/push/on", **agreed(Phone("https://push.example")) | wrong)
    assert answer.status_code == 422 and await count(world) == 0


async def test_of_a_kind_that_is_switched_off_one_hears_nothing(
    site: httpx.AsyncClient, world: World, ada: Someone, sender: Sender
) -> None:
    bo = await world.member("bo", name="Bo")
    with service() as push_service:
        await act(site, "/settings/push/on", **agreed(Phone("https://push.example")))
        await world.connection.execute(
            "update push_subscriptions set endpoint = $1", f"{push_service.address}/p/1"
        )
        await act(site, "/settings/notifications", has_kinds="1", has_push="1", told="mention", pushed="poll")
        page = (await site.get("/settings/notifications")).text
        assert (
            'name="told" value="mention" aria-label="Mentions, replies and questions to you: On screen" checked'
            in page
        )
        assert 'value="follow" aria-label="New followers: On screen">' in page
        await mention(world, bo, ada)
        assert await send(world, sender) == 0, "it stands on the page and no device is told"
        assert "mentioned you" in (await site.get("/notifications")).text
        await act(site, "/settings/notifications", has_kinds="1", told="follow")
        await mention(world, bo, ada)
        told = await world.connection.fetchval(
            "select count(*) from notifications where person_id = $1", ada.id
        )
        assert told == 1
    assert (await act(site, "/settings/notifications", newcomers="hold")).status_code == 303
    assert 'New followers: On screen" checked' in (await site.get("/settings/notifications")).text
