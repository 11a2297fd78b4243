"""How often one may call: people by themselves, strangers by their address."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.site import Choices, browser, change, register
from tests.world import SOME_DAY, World
from weetwie.domain.identity.rules import WRONG_TOKENS
from weetwie.runtime import clock
from weetwie.security.ratelimit import LIMITS, Counters

LIMITED = Choices(rate_limits=True, trusted_proxies=["192.0.2.0/24"])


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, at=SOME_DAY)
    yield world
    await world.close()


async def calls(site: httpx.AsyncClient, times: int, **options: dict[str, str]) -> httpx.Response:
    answers = [await site.get("/api/v1/custom_emojis", **options) for _time in range(times)]  # type: ignore[arg-type]
    return answers[-1]


async def test_each_answer_tells_how_many_calls_are_left(world: World) -> None:
    async with browser(world, LIMITED) as site:
        answer = await calls(site, 2)
        assert answer.headers["x-ratelimit-limit"] == "300"
        assert answer.headers["x-ratelimit-remaining"] == "298"
        assert answer.headers["x-ratelimit-reset"] == "2026-06-01T09:05:00.000Z"


async def test_strangers_are_counted_by_address_and_people_by_themselves(world: World) -> None:
    ada = {"authorization": f"Bearer {(await world.member('ada')).token}"}
    bo = {"authorization": f"Bearer {(await world.member('bo')).token}"}
    async with browser(world, LIMITED) as site:
        here, there = {"x-forwarded-for": "203.0.113.1"}, {"x-forwarded-for": "203.0.113.2"}
        refused = await calls(site, LIMITS["api"].calls + 1, headers=here)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "300"
        assert refused.headers["x-ratelimit-remaining"] == "0"
        assert (await calls(site, 1, headers=there)).status_code == 200
        assert (await calls(site, 1, headers=here | ada)).headers["x-ratelimit-remaining"] == "299"
        assert (await calls(site, 1, headers=here | bo)).headers["x-ratelimit-remaining"] == "299"
        assert (await calls(site, 1, headers=there | bo)).headers["x-ratelimit-remaining"] == "298"
        clock.stop(SOME_DAY + timedelta(minutes=5))
        assert (await calls(site, 1, headers=here)).status_code == 200


async def test_a_wrong_token_counts_too(world: World) -> None:
    async with browser(world, LIMITED) as site:
        for left in (299, 298):
            answer = await site.get("/api/v1/preferences", headers={"authorization": "Bearer guess"})
            assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (401, str(left))


@pytest.mark.parametrize(
    ("method", "path", "limit", "reset"),
    [
        ("DELETE", "/api/v1/statuses/1", 30, "2026-06-01T09:30:00.000Z"),
        ("POST", "/api/v1/statuses/1/unreblog", 30, "2026-06-01T09:30:00.000Z"),
        ("POST", "/api/v1/media", 30, "2026-06-01T09:30:00.000Z"),
        ("GET", "/api/v2/search?q=x", 150, "2026-06-01T09:05:00.000Z"),
        ("POST", "/api/v1/accounts", 5, "2026-06-01T09:30:00.000Z"),
    ],
)
async def test_what_is_dear_or_cannot_be_undone_has_a_limit_of_its_own(
    world: World, method: str, path: str, limit: int, reset: str
) -> None:
    ada = {"authorization": f"Bearer {(await world.member('ada')).token}"}
    async with browser(world, LIMITED) as site:
        for left in range(limit - 1, -1, -1):
            answer = await site.request(method, path, headers=ada)
            assert answer.status_code != 429
            told = {name: answer.headers[f"x-ratelimit-{name}"] for name in ("limit", "remaining", "reset")}
            assert told == {"limit": str(limit), "remaining": str(left), "reset": reset}
        assert (await site.request(method, path, headers=ada)).status_code == 429
        assert (await calls(site, 1, headers=ada)).status_code == 200, "the rest goes on"


async def test_visitors_whom_a_proxy_names_with_ports_are_counted_each_by_themselves(world: World) -> None:
    async with browser(world, LIMITED) as site:
        for told in ("203.0.113.4:5678", "203.0.113.5:999", "[2001:db8::1]:443"):
            answer = await calls(site, 1, headers={"x-forwarded-for": told})
            assert answer.headers["x-ratelimit-remaining"] == "299"
        again = await calls(site, 1, headers={"x-forwarded-for": "203.0.113.4:9"})
        assert again.headers["x-ratelimit-remaining"] == "298"


async def test_wrong_tokens_are_counted_for_all_hosts_and_hold_up_nobody_with_a_right_one(
    world: World,
) -> None:
    """Each site counts for itself, as hosts do; tokens are counted in the database."""
    ada = {"authorization": f"Bearer {(await world.member('ada')).token}"}
    said = []
    for number in range(WRONG_TOKENS.free + 3):
        async with browser(world, LIMITED) as site:
            wrong = {"authorization": f"Bearer guess {number}"}
            said.append(await site.get("/api/v1/preferences", headers=wrong))
    assert [answer.status_code for answer in said] == [401] * WRONG_TOKENS.free + [429] * 3
    assert int(said[-1].headers["retry-after"]) > 0
    async with browser(world, LIMITED) as site:
        assert (await site.get("/api/v1/preferences", headers=ada)).status_code == 200


async def test_an_app_that_goes_on_with_the_token_it_had_is_no_guesser(world: World) -> None:
    ada = {"authorization": f"Bearer {(await world.member('ada')).token}"}
    await world.connection.execute("update tokens set revoked_at = now()")
    async with browser(world, LIMITED) as site:
        for _time in range(WRONG_TOKENS.free + 3):
            assert (await site.get("/api/v1/preferences", headers=ada)).status_code == 401


async def test_codes_and_secrets_of_apps_are_not_tried_for_ever(world: World) -> None:
    async with browser(world, LIMITED) as site:
        app = await register(site)
        said = [
            await change(site, app, "code" if number % 2 else "other", client_secret="wrong")
            if number % 2
            else await change(site, app, f"code {number}")
            for number in range(WRONG_TOKENS.free + 1)
        ]
    assert {answer.status_code for answer in said[:-1]} == {400, 401}
    assert said[-1].status_code == 429


async def test_limits_can_be_switched_off(world: World) -> None:
    async with browser(world) as site:
        assert "x-ratelimit-limit" not in (await calls(site, 1)).headers


def test_several_processes_count_together_by_one_file(tmp_path: Path) -> None:
    one, other = Counters(tmp_path / "counts"), Counters(tmp_path / "counts")
    assert [counters.add("ada", 100, 50) for counters in (one, other, one)] == [1, 2, 3]
    assert other.add("ada", 200, 150) == 1


def test_counters_stay_right_for_those_who_call_often_however_many_others_call() -> None:
    counters = Counters()
    for number in range(20):
        counters.add("busy", 100, 50)
        for other in range(20_000):
            counters.add(f"{number} {other}", 100, 50)
    assert counters.add("busy", 100, 50) == 21
