"""Hot doors take the viewer from memory: whoever is no longer so is answered nothing by them, be it nothing that there is."""

import pytest

from tests.api import house
from weetwie.api.endpoints import endpoints

EMPTY = (
    "/api/v1/timelines/home",
    "/api/v1/timelines/home?min_id=1",
    "/api/v1/timelines/public",
    "/api/v1/timelines/public?remote=true",
    "/api/v1/timelines/public?only_media=true",
    "/api/v1/timelines/tag/unheard",
    "/api/v1/timelines/tag/unheard?remote=true",
    "/api/v1/timelines/tag/unheard?any[]=of",
    "/api/v1/timelines/tag/unheard?all[]=of",
    "/api/v1/timelines/list/1",
    "/api/v1/accounts/{ada}/statuses",
    "/api/v1/accounts/{ada}/statuses?only_media=true",
    "/api/v1/accounts/{ada}/statuses?pinned=true",
    "/api/v1/accounts/{ada}/statuses?tagged=unheard",
    "/api/v1/accounts/1/statuses",
    "/api/v1/statuses/1",
)


@pytest.mark.parametrize("address", EMPTY)
async def test_a_token_that_was_given_back_opens_no_hot_door(dsn: str, address: str) -> None:
    async with house.opened(dsn) as home:
        ada = await home.world.member("ada")
        address = address.format(ada=ada.id)
        assert (await home.ask(ada, "GET", address)).status_code in (200, 404)
        await home.world.connection.execute("update tokens set revoked_at = now()")
        assert (await home.ask(ada, "GET", address)).status_code == 401


def test_every_hot_door_is_asked() -> None:
    doors = {endpoint.path.split("{")[0] for endpoint in endpoints() if endpoint.hot}
    assert all(any(address.startswith(door) for address in EMPTY) for door in doors)
