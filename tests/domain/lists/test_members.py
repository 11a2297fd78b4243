"""Who is on a list, and what becomes of it when somebody goes."""

from tests.world import World
from weetwie.domain.filters import filters
from weetwie.domain.lists import lists, members
from weetwie.events import PersonErased
from weetwie.tables.lists import LIST


async def test_with_somebody_who_is_erased_their_lists_and_filters_go(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await world.follow(bo, ada)
    theirs = await lists.make(world.db, await world.viewer(ada), "Mine", LIST, is_exclusive=False)
    other = await lists.make(world.db, await world.viewer(bo), "Bo's", LIST, is_exclusive=False)
    await members.add(world.db, await world.viewer(bo), other, [ada.id, bo.id])
    wanted = filters.FilterChange(title="Hush", contexts=["home"])
    await filters.make(world.db, await world.viewer(ada), wanted)
    for _again in range(2):
        for react in (members.erased, filters.erased):
            await react(world.db, await world.viewer(bo), [PersonErased(ada.id)])
    assert await world.connection.fetchval("select count(*) from filters") == 0
    left = await world.connection.fetch("select list_id, person_id from list_members")
    assert [tuple(row) for row in left] == [(other, bo.id)]
    assert await world.connection.fetchval("select count(*) from lists where id = $1", theirs) == 0
