"""The search of the client API: posts are found from the moment they stand until the moment they are gone."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.house import House, opened
from tests.api.test_statement_counts import Statements
from tests.world import Someone
from weetwie.access.enums import Ring

MOST = 5
"""Who asks; how the words stand in the index (once for each word); which posts; these posts; where the last word is scarce,
which have one that begins so."""
MOST_OF_EVERYTHING = 12
"""Those and people and tags like it; whom the asker does not see; what was written since; what people say of themselves; who is
shown; the glossary, once for the posts and once for the people."""


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def say(house: House, who: Someone, text: str, **more: Any) -> str:
    post = await house.good(who, "POST", "/api/v1/statuses", data={"status": text, **more})
    return str(post["id"])


async def found(house: House, who: Someone | None, line: str, more: str = "") -> list[str]:
    answer = await house.good(who, "GET", f"/api/v2/search?type=statuses&q={quote(line)}{more}")
    assert answer["accounts"] == answer["hashtags"] == []
    return [post["id"] for post in answer["statuses"]]


async def test_a_post_is_found_at_once_and_gone_at_once(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    post = await say(house, ada, "De vergaderingen beginnen voortaan om negen uur", language="nl")
    assert await found(house, bo, "vergadering") == [post]
    await house.good(
        ada, "PUT", f"/api/v1/statuses/{post}", data={"status": "Besprekingen beginnen voortaan om tien uur"}
    )
    assert (await found(house, bo, "vergadering"), await found(house, bo, "bespreking")) == ([], [post])
    await house.good(ada, "DELETE", f"/api/v1/statuses/{post}")
    assert await found(house, bo, "bespreking") == []


async def test_what_is_not_for_somebody_is_not_found_by_them(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    alma = await house.world.alumnus("alma", profile_ring=int(Ring.network))
    await say(house, ada, "@ada A turbine for nobody else", visibility="direct")
    inside = await say(house, ada, "A turbine for colleagues", audience="colleagues")
    assert await found(house, bo, "turbine") == [inside]
    assert await found(house, alma, "turbine") == await found(house, None, "turbine") == []


async def test_the_pages_of_one_question_hold_each_post_once(house: House) -> None:
    ada = await house.world.member("ada")
    posts = [await say(house, ada, f"Gearbox number {number} is ready") for number in range(7)]
    pages = [await found(house, ada, "gearbox", f"&limit=3&offset={offset}") for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert sorted(post for page in pages for post in page) == sorted(posts)
    assert await found(house, ada, "gearbox", "&order=time&limit=3") == posts[:3:-1]
    assert await found(house, ada, "gearbox", f"&limit=2&max_id={posts[4]}") == [posts[3], posts[2]]
    assert await found(house, ada, "gearbox", f"&limit=2&min_id={posts[1]}") == [posts[3], posts[2]]


async def test_a_question_may_be_about_the_posts_of_one_person(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    mine, theirs = await say(house, ada, "Valves"), await say(house, bo, "Valves")
    assert await found(house, ada, "valve", f"&account_id={bo.id}") == [theirs]
    assert await found(house, ada, "valve from:me") == [mine]
    assert await found(house, ada, "valve -from:me") == [theirs]
    assert await found(house, ada, "valve from:nobody.here") == []


async def test_the_last_word_may_be_half_typed(house: House) -> None:
    ada = await house.world.member("ada")
    post = await say(house, ada, "The calibration of the sensors")
    assert await found(house, ada, "sensor calib") == [post]
    assert await found(house, ada, "calib sensor") == [], "only the last one"
    assert await found(house, ada, "calib* sensor") == [post]


async def test_an_operator_that_means_nothing_is_explained(house: House) -> None:
    ada = await house.world.member("ada")
    for line in ("has:luck", "before:yesterday", "is:nice", "in:heaven"):
        answer = await house.ask(ada, "GET", f"/api/v2/search?q={quote(line)}")
        assert answer.status_code == 422, line
        assert line.partition(":")[2] in answer.json()["error"]
    for line in ("", " ", "from:", "-", '"', "has: before:"):
        answer = await house.good(ada, "GET", f"/api/v2/search?q={quote(line)}")
        assert answer["statuses"] == [], line


async def test_a_page_of_results_takes_few_statements(house: House) -> None:
    ada = await house.world.member("ada")
    for number in range(12):
        await say(house, ada, f"Pump {number}")
    for line in ("pump", "pump order:time", "pump from:me", '"pump 3"'):
        async with Statements(house) as asked:
            await found(house, ada, line)
            asked.asked.clear()
            await found(house, ada, line)
        assert len(asked.asked) <= MOST, line


async def test_a_search_for_people_tags_and_posts_at_once_takes_few_statements(house: House) -> None:
    """Those who know are among it: nobody is called so."""
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    for number in range(12):
        await say(house, bo, f"Pump {number}")
    async with Statements(house) as asked:
        await house.good(ada, "GET", "/api/v2/search?q=pump")
        asked.asked.clear()
        answer = await house.good(ada, "GET", "/api/v2/search?q=pump")
    assert [one["acct"] for one in answer["accounts"]] == ["bo"] and len(answer["statuses"]) == 12
    assert len(asked.asked) <= MOST_OF_EVERYTHING, asked.asked
