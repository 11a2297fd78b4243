"""How often the database is asked for a page, however much stands on it."""

from collections.abc import AsyncIterator

import pytest

from tests.api.house import House, opened
from tests.api.test_statement_counts import Statements
from tests.site import give_password, sign_in

MOST = {"/": 10, "/all": 8, "/bookmarks": 9, "/notifications": 12, "/@bo": 14, "/tags/tea": 15, "/@ada": 19}


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def asked(house: House, at: str) -> list[str]:
    """The fewest of several times: now and then something that is kept is read again."""
    times = list[list[str]]()
    async with Statements(house) as statements:
        for _time in range(6):
            statements.asked.clear()
            page = await house.site.get(at)
            assert page.status_code == 200 and "Post 19" in page.text, page.text
            times.append(list(statements.asked))
    return min(times, key=len)


async def test_pages_take_few_statements(house: House) -> None:
    world = house.world
    ada, bo = await world.member("ada"), await world.member("bo")
    await give_password(world, ada)
    await house.good(ada, "POST", f"/api/v1/accounts/{bo.id}/follow")
    for number in range(20):
        post = await house.good(bo, "POST", "/api/v1/statuses", data={"status": f"@ada Post {number} #tea"})
        await house.good(ada, "POST", f"/api/v1/statuses/{post['id']}/bookmark")
        await house.good(ada, "POST", "/api/v1/statuses", data={"status": f"Post {number} too"})
    await house.settle()
    await sign_in(house.site, "ada")
    found = {at: await asked(house, at) for at in MOST}
    for at, most in MOST.items():
        assert len(found[at]) <= most, f"{at}: " + "\n".join(
            one[:90] + " ... " + one[-60:] for one in found[at]
        )
