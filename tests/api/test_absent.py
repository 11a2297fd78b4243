"""What is not offered is answered as apps know it for that."""

from collections.abc import AsyncIterator

import pytest

from tests.api.house import House, opened


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def test_what_is_not_offered_says_so(house: House) -> None:
    ada = await house.world.member("ada")
    id = await house.world.post(ada, "Tea?")
    for method, path, status in (
        ("POST", "/api/v1/accounts", 403),
        ("POST", "/api/v1/emails/confirmations", 403),
        ("POST", f"/api/v1/statuses/{id}/translate", 404),
        ("POST", "/api/v1/statuses/1/translate", 404),
        ("GET", "/api/v1/instance/terms_of_service/2026-01-01", 404),
        ("GET", "/api/v1/annual_reports/2025", 404),
        ("POST", "/api/v1/annual_reports/2025/read", 404),
        ("GET", "/api/v1_alpha/async_refreshes/eyJfcmFpbHMi", 404),
    ):
        answer = await house.ask(ada, method, path)
        assert (answer.status_code, bool(answer.json()["error"])) == (status, True), path
    assert (await house.good(ada, "GET", "/api/v1/annual_reports"))["annual_reports"] == []
    assert await house.good(ada, "GET", "/api/v1/annual_reports/2025/state") == {"state": "ineligible"}
    assert await house.good(ada, "POST", "/api/v1/annual_reports/2025/generate") == {}


async def test_a_notification_is_dismissed_as_apps_of_old_do_it(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    post = await house.good(ada, "POST", "/api/v1/statuses", data={"status": "Tea?"})
    await house.good(bo, "POST", f"/api/v1/statuses/{post['id']}/favourite")
    await house.settle()
    (told,) = await house.good(ada, "GET", "/api/v1/notifications")
    dismiss = "/api/v1/notifications/dismiss"
    assert (await house.ask(bo, "POST", dismiss, data={"id": told["id"]})).status_code == 404
    assert await house.good(ada, "POST", dismiss, data={"id": told["id"]}) == {}
    assert await house.good(ada, "GET", "/api/v1/notifications") == []
