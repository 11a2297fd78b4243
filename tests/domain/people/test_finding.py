"""Who finds whom: by handle, by the beginning of a name, in the directory."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.world import World
from weetwie.access.enums import Ring
from weetwie.domain.people.directory import directory, newcomers
from weetwie.domain.people.lookup import lookup
from weetwie.domain.people.search import search
from weetwie.domain.relations.suggestions import SuggestedPerson, suggestions
from weetwie.errors import NotFound
from weetwie.runtime import clock


async def test_a_handle_is_found_in_whatever_case(world: World) -> None:
    ada, bo = await world.member("Ada"), await world.member("bo")
    assert await lookup(world.db, await world.viewer(bo), "aDA") == ada.id


async def test_a_stranger_learns_of_no_one_whose_profile_is_not_for_the_world(world: World) -> None:
    await world.policy(widest_ring=Ring.world)
    shy = await world.member("shy", profile_ring=int(Ring.network))
    opened = await world.member("open", profile_ring=int(Ring.world))
    await world.post(shy, ring=Ring.world)
    nobody = await world.viewer()
    assert await lookup(world.db, nobody, "open") == opened.id
    for handle in ("shy", "none"):
        with pytest.raises(NotFound):
            await lookup(world.db, nobody, handle)
    assert await search(world.db, nobody, "sh", limit=5) == []


async def test_a_guest_finds_the_author_of_a_post_that_they_see_and_no_other_colleague(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    guest = await world.guest("gus", sponsor=bo)
    viewer = await world.viewer(guest)
    with pytest.raises(NotFound):
        await lookup(world.db, viewer, "ada")
    await world.post(ada, ring=Ring.network, mentions=[guest])
    assert await lookup(world.db, viewer, "ada") == ada.id


async def test_search_goes_by_the_beginning_of_handles_and_of_words_in_names(world: World) -> None:
    ada = await world.member("ada", name="Countess Lovelace")
    love = await world.member("love_1")
    await world.member("love%")  # a sign of the pattern language is no sign here
    viewer = await world.viewer(ada)
    assert (await search(world.db, viewer, "LOVE_", limit=9))[0] == love.id
    assert ada.id in await search(world.db, viewer, "lovel", limit=9)
    assert await search(world.db, viewer, "grasshopper", limit=9) == []
    assert await search(world.db, viewer, " ", limit=9) == []


async def test_search_forgives_errors_of_typing_and_reads_what_one_sees_of_unit_and_bio(world: World) -> None:
    jansen = await world.member("m.jansen", name="Maarten Jánsen", unit="Hydraulics", bio="Bakes bread")
    await world.member("bo", name="Bo Peep", unit="Sales")
    ada, una = await world.member("ada"), await world.alumnus("una")
    await world.change(jansen, profile_ring=int(Ring.network))
    member, alumna = await world.viewer(ada), await world.viewer(una)
    for said in ("janssen", "marten jansen", "Jansen", "jánsen", "hydraulic", "bread", "baks"):
        assert await search(world.db, member, said, limit=9) == [jansen.id], said
    await world.change(jansen, profile_ring=int(Ring.colleagues))
    await world.post(jansen, "Hello", ring=Ring.network)
    assert await search(world.db, alumna, "hydraulics", limit=9) == []


async def test_search_among_those_whom_one_follows(world: World) -> None:
    followed, other = await world.member("anna"), await world.member("anno")
    ada = await world.member("ada", follows=[followed])
    viewer = await world.viewer(ada)
    assert await search(world.db, viewer, "ann", limit=9) == [followed.id, other.id]
    assert await search(world.db, viewer, "ann", limit=9, only_followed=True) == [followed.id]


async def test_guests_have_no_directory_and_who_does_not_want_to_be_found_is_not_in_it(world: World) -> None:
    ada = await world.member("ada", profile_ring=int(Ring.network))
    await world.member("shy", is_discoverable=False)
    gone = await world.member("gone")
    await world.suspend(gone)
    guest = await world.guest("gus", sponsor=ada)
    assert await directory(world.db, await world.viewer(guest), "active", 0, 10) == []
    assert await directory(world.db, await world.viewer(ada), "new", 0, 10) == [guest.id, ada.id]


async def test_the_directory_puts_first_who_wrote_last_and_the_viewer_sees_it(world: World) -> None:
    ada, bo = await world.member("ada", profile_ring=1), await world.member("bo", profile_ring=1)
    alumnus = await world.alumnus("al")
    await world.post(ada, ring=Ring.network)
    await world.post(bo, ring=Ring.colleagues)
    assert (await directory(world.db, await world.viewer(ada), "active", 0, 2))[0] == bo.id
    assert (await directory(world.db, await world.viewer(alumnus), "active", 0, 2))[0] == ada.id


async def test_whom_an_import_made_is_no_newcomer_until_they_log_in(world: World) -> None:
    ada = await world.member("ada")
    imported = await world.member("imported", has_joined=False)
    day = clock.now() - timedelta(days=1)
    viewer = await world.viewer(ada)
    assert await newcomers(world.db, viewer, day, 5) == [ada.id]
    await world.connection.execute("update people set has_joined = true where id = $1", imported.id)
    assert set(await newcomers(world.db, viewer, day, 5)) == {ada.id, imported.id}
    assert await newcomers(world.db, viewer, clock.now() + timedelta(days=1), 5) == []


async def test_who_came_in_a_wave_is_not_new_and_who_comes_afterwards_is(world: World) -> None:
    """The organisation opens: forty join in a week. Three weeks later two more do."""
    monday = datetime(2026, 3, 2, 9, tzinfo=UTC)
    here = [await world.member(f"m{number}") for number in range(40)]
    for number, one in enumerate(here):
        await world.change(one, joined_at=monday + timedelta(days=number % 5))
    viewer = await world.viewer(here[0])
    since = monday - timedelta(days=30)
    assert await newcomers(world.db, viewer, since, 50) == []
    assert not [one for one in await suggestions(world.db, viewer, 50) if "new" in kinds(one)]
    late = [await world.member(f"late{number}") for number in range(2)]
    for one in late:
        await world.change(one, joined_at=monday + timedelta(days=21))
    assert set(await newcomers(world.db, viewer, since, 50)) == {one.id for one in late}


async def test_a_few_who_join_in_one_week_are_no_wave_however_small_the_organisation(world: World) -> None:
    here = [await world.member(f"m{number}") for number in range(5)]
    viewer = await world.viewer(here[0])
    since = clock.now() - timedelta(days=30)
    assert len(await newcomers(world.db, viewer, since, 50)) == 5
    sixth = await world.member("sixth")
    assert await newcomers(world.db, viewer, since, 50) == [], "six of six in one week"
    for one in here:
        await world.change(one, joined_at=clock.now() - timedelta(days=60))
    assert await newcomers(world.db, viewer, since, 50) == [sixth.id]


def kinds(one: SuggestedPerson) -> list[str]:
    return [reason.kind for reason in one.reasons]
