"""However somebody comes in, it is the same way in: an import is taken over, namesakes are numbered where a machine made the handle."""

import pytest

from tests.world import World
from weetwie.context import Context, of_system
from weetwie.domain.identity import addresses
from weetwie.domain.people.rules import Newcomer
from weetwie.errors import Conflict
from weetwie.flows import arrive


@pytest.fixture
async def context(world: World) -> Context:
    return await of_system(world.db, world.site)


async def test_who_came_with_an_import_takes_over_what_was_brought_in(world: World, context: Context) -> None:
    imported = await world.member("old", has_joined=False)
    digest = addresses.hashed(await addresses.hash_key(world.db), "bo@house.example")
    await world.connection.execute(
        "insert into addresses (person_id, address_hash) values ($1, $2)", imported.id, digest
    )
    assert await arrive.known_by(context, "bo@house.example") == imported.id
    assert await arrive.add(context, Newcomer(handle="bo", name="Bo"), "bo@house.example") == imported.id
    assert await arrive.known_by(context, "bo@house.example") is None, "they have joined"
    assert await addresses.verified_owner(world.db, "bo@house.example") == imported.id


async def test_namesakes_are_numbered_only_where_a_machine_made_the_handle(
    world: World, context: Context
) -> None:
    await world.member("bo")
    with pytest.raises(Conflict):
        await arrive.come(context, Newcomer(handle="bo", name="Bo"))
    ids = [
        await arrive.come(context, Newcomer(handle="bo", name="Bo"), is_numbered=True) for _time in range(2)
    ]
    handles = await world.connection.fetch("select handle from people where id = any($1) order by id", ids)
    assert [row["handle"] for row in handles] == ["bo2", "bo3"]
