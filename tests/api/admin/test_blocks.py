"""Who is kept out."""

from collections.abc import AsyncIterator
from hashlib import sha256

import pytest

from tests.api.house import House, opened
from weetwie.domain.identity import addresses
from weetwie.errors import Forbidden

AT = "/api/v1/admin/canonical_email_blocks"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def test_an_address_is_kept_out_however_it_is_spelled(house: House) -> None:
    world = house.world
    ada, bo = await world.member("ada", is_admin=True), await world.member("bo")
    await addresses.add(world.db, bo.id, "bo@house.example")
    made = await house.good(ada, "POST", AT, data={"email": "A.Troll+news@Mail.example"})
    assert made["canonical_email_hash"] == sha256(b"atroll@mail.example").hexdigest()
    assert (
        await house.good(ada, "POST", AT, data={"canonical_email_hash": made["canonical_email_hash"]}) == made
    )
    await house.good(ada, "POST", AT, data={"email": "bo@house.example"})
    await addresses.add(world.db, bo.id, "bo@house.example")  # whoever has it keeps it
    with pytest.raises(Forbidden):
        await addresses.add(world.db, ada.id, "atroll+x@mail.example")
    assert await house.good(ada, "POST", f"{AT}/test", data={"email": "atroll@mail.example"}) == [made]
    assert await house.good(ada, "POST", f"{AT}/test", data={"email": "other@mail.example"}) == []
    assert await house.good(ada, "GET", f"{AT}/{made['id']}") == made
    assert [one["id"] for one in await house.good(ada, "GET", AT)][1:] == [made["id"]]
    assert await house.good(ada, "DELETE", f"{AT}/{made['id']}") == {}
    assert (await house.ask(ada, "GET", f"{AT}/{made['id']}")).status_code == 404
    await addresses.add(world.db, ada.id, "atroll+x@mail.example")
    for wrong in ({}, {"canonical_email_hash": "xyz"}):
        assert (await house.ask(ada, "POST", AT, data=wrong)).status_code == 422
    assert (await house.ask(bo, "GET", AT)).status_code == 403


@pytest.mark.parametrize("what", ["domain_allows", "domain_blocks", "email_domain_blocks", "ip_blocks"])
async def test_of_other_servers_and_networks_there_is_nothing(house: House, what: str) -> None:
    ada, bo = await house.world.member("ada", is_admin=True), await house.world.member("bo")
    at = f"/api/v1/admin/{what}"
    assert await house.good(ada, "GET", at) == []
    assert (await house.ask(ada, "POST", at, data={"domain": "x.example"})).status_code == 422
    assert (await house.ask(ada, "GET", f"{at}/1")).status_code == 404
    assert (await house.ask(ada, "DELETE", f"{at}/1")).status_code == 404
    assert (await house.ask(bo, "GET", at)).status_code == 403
