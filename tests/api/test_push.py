"""The subscription that belongs to a token, as apps make, change and end it."""

from collections.abc import AsyncIterator

import pytest

from tests.api.house import House, opened
from tests.law.requests import PUSH_KEYS
from tests.world import Someone


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


AT = "/api/v1/push/subscription"


async def people(house: House) -> tuple[Someone, Someone]:
    return await house.world.member("ada"), await house.world.member("bo")


async def test_a_subscription_is_made_changed_and_ended(house: House) -> None:
    ada, bo = await people(house)
    assert (await house.ask(ada, "GET", AT)).status_code == 404
    form = {
        "subscription[endpoint]": "https://push.example/1",
        "subscription[keys][p256dh]": PUSH_KEYS["p256dh"],
        "subscription[keys][auth]": PUSH_KEYS["auth"] + "==",
        "subscription[standard]": "true",
        "data[alerts][mention]": "true",
        "data[alerts][admin.report]": "1",
        "data[policy]": "followed",
    }
    made = await house.good(ada, "POST", AT, data=form)
    assert made["endpoint"] == "https://push.example/1" and made["standard"] is True
    assert made["alerts"] == {name: name in ("mention", "admin.report") for name in made["alerts"]}
    instance = (await house.good(None, "GET", "/api/v2/instance"))["configuration"]
    assert made["server_key"] == instance["vapid"]["public_key"]
    assert await house.good(ada, "GET", AT) == made
    changed = await house.good(ada, "PUT", AT, json={"data": {"alerts": {"favourite": True}}})
    assert changed["alerts"]["favourite"] and not changed["alerts"]["mention"]
    assert (await house.ask(bo, "GET", AT)).status_code == 404
    assert (await house.ask(bo, "PUT", AT, json={})).status_code == 404
    assert await house.good(ada, "DELETE", AT) == {}
    assert (await house.ask(ada, "GET", AT)).status_code == 404


async def test_a_registered_app_is_told_the_key_too(house: House) -> None:
    app = await house.good(
        None, "POST", "/api/v1/apps", data={"client_name": "An app", "redirect_uris": "https://app.example/"}
    )
    instance = await house.good(None, "GET", "/api/v2/instance")
    assert app["vapid_key"] == instance["configuration"]["vapid"]["public_key"] != ""


async def test_what_is_no_subscription_is_refused_with_a_reason(house: House) -> None:
    ada, _bo = await people(house)
    good = {"endpoint": "https://push.example/1", "keys": PUSH_KEYS}
    for wrong in (
        good | {"endpoint": "http://push.example/1"},
        good | {"endpoint": "https://192.168.1.1/"},
        good | {"keys": PUSH_KEYS | {"p256dh": "not a key!"}},
        good | {"keys": {}},
    ):
        answer = await house.ask(ada, "POST", AT, json={"subscription": wrong})
        assert answer.status_code == 422 and answer.json()["error"], wrong
    answer = await house.ask(ada, "POST", AT, json={"subscription": good, "data": {"policy": "sometimes"}})
    assert answer.status_code == 422
