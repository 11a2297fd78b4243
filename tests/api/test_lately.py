"""Lately busy with: proposed to oneself alone, published and renewed as one lets it, and in works-council mode not at all."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.access.enums import Ring
from weetwie.access.viewer import system
from weetwie.context import of_system
from weetwie.domain.people.erase import erase
from weetwie.domain.policy.choose import choose
from weetwie.flows.lately import renew

LATELY = "/api/weetwie/v1/me/lately"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def busy(house: House, **more: Any) -> tuple[Someone, Someone]:
    ada = await house.world.member("ada", **more)
    bo = await house.world.member("bo")
    for number in range(5):
        await house.good(
            ada,
            "POST",
            "/api/v1/statuses",
            data={"status": f"Kaplan turbine number {number} hums", "language": "en"},
        )
        for soup in range(4):
            text = f"Lunch number {number} is soup with {soup} spoons"
            await house.good(bo, "POST", "/api/v1/statuses", data={"status": text, "language": "en"})
    return ada, bo


async def shown(house: House, viewer: Someone, person: Someone) -> list[str] | None:
    account = await house.good(viewer, "GET", f"/api/v1/accounts/{person.id}")
    said: list[str] | None = account.get("lately")
    return said


async def later(house: House, **ago: int) -> None:
    """As if it had been published so long ago."""
    await house.world.connection.execute(
        "update lately_words set published_at = now() - $1::interval", timedelta(**ago)
    )
    async with house.world.database.transaction() as db:
        await renew(await of_system(db, house.world.site))


async def test_it_is_proposed_to_oneself_and_shown_once_it_is_published(house: House) -> None:
    ada, bo = await busy(house)
    found = await house.good(ada, "GET", LATELY)
    assert "Kaplan turbine" in found["proposed"] and found["words"] == [] and len(found["proposed"]) <= 3
    assert (await house.good(ada, "GET", "/api/weetwie/v1/me/inferred"))["lately"] == found["proposed"]
    assert await shown(house, bo, ada) is None
    answer = await house.ask(ada, "PUT", LATELY, json={"words": ["anything else"]})
    assert answer.status_code == 422
    await house.good(ada, "PUT", LATELY, json={"words": ["kaplan TURBINE", "anything else"]})
    assert await shown(house, bo, ada) == ["Kaplan turbine"]
    await house.good(ada, "DELETE", LATELY)
    assert await shown(house, bo, ada) is None


async def test_it_is_renewed_only_where_one_lets_it_and_else_goes_when_it_is_old(house: House) -> None:
    ada, bo = await busy(house)
    await house.good(ada, "PUT", LATELY, json={"words": ["Kaplan turbine"]})
    await later(house, days=8)
    assert await shown(house, bo, ada) == ["Kaplan turbine"]
    await later(house, days=43)
    assert await shown(house, bo, ada) is None
    await house.good(ada, "PUT", LATELY, json={"words": ["Kaplan turbine"], "renews": True})
    await later(house, days=8)
    assert "Kaplan turbine" in (await shown(house, bo, ada) or [])
    assert (await house.good(ada, "GET", LATELY))["renews"]
    await house.world.connection.execute("update posts set deleted_at = now() where author_id = $1", ada.id)
    await later(house, days=8)
    assert await shown(house, bo, ada) is None


async def test_what_is_contested_and_who_is_not_found_is_not_there(house: House) -> None:
    ada, bo = await busy(house)
    await house.good(ada, "PUT", LATELY, json={"words": ["Kaplan turbine"]})
    await house.good(
        ada, "PUT", "/api/weetwie/v1/me/topics", json={"name": "Kaplan turbine", "choice": "never"}
    )
    assert await shown(house, bo, ada) is None
    await house.good(ada, "DELETE", "/api/weetwie/v1/me/topics", json={"name": "Kaplan turbine"})
    await house.good(ada, "PUT", LATELY, json={"words": ["Kaplan turbine"]})
    await house.good(ada, "PUT", "/api/weetwie/v1/who_knows/me", json={"is_ranked": False})
    assert await house.world.connection.fetchval("select count(*) from lately_words") == 0


async def test_nobody_reads_words_of_posts_that_are_not_for_them(house: House) -> None:
    """A profile for the network shows none of posts for colleagues; nor does one that is opened afterwards."""
    ada, bo = await busy(house)
    await house.good(ada, "PUT", LATELY, json={"words": ["Kaplan turbine"]})
    await house.world.change(ada, profile_ring=int(Ring.network))
    alma = await house.world.alumnus("alma")
    assert await shown(house, bo, ada) is None
    assert await shown(house, alma, ada) is None
    assert (await house.good(ada, "GET", LATELY))["proposed"] == []


async def test_in_works_council_mode_nothing_is_proposed_published_or_shown(house: House) -> None:
    ada, bo = await busy(house)
    await house.good(ada, "PUT", LATELY, json={"words": ["Kaplan turbine"]})
    async with house.world.database.transaction() as db:
        machine = system(await house.world.memory.policy(db))
        await choose(db, machine, {"never_inferred": ["turbines"]})
    assert await shown(house, bo, ada) is None, "what is never inferred has changed"
    await house.world.policy(works_council=True)
    found = await house.good(ada, "GET", LATELY)
    assert found["proposed"] == []
    assert (await house.ask(ada, "PUT", LATELY, json={"words": ["Kaplan turbine"]})).status_code == 403


async def test_it_goes_with_its_owner(house: House) -> None:
    ada, _bo = await busy(house)
    await house.good(ada, "PUT", LATELY, json={"words": ["Kaplan turbine"]})
    async with house.world.database.transaction() as db:
        await erase(db, system(await house.world.memory.policy(db)), ada.id)
    assert await house.world.connection.fetchval("select count(*) from lately_words") == 0
