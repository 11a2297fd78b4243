"""A search for posts finds what means the same in another language, unless it says otherwise."""

import pytest

from tests.world import Someone, World
from weetwie.access.enums import Ring
from weetwie.database.paging import Page
from weetwie.domain.knowledge import glossary
from weetwie.domain.search.posts import search
from weetwie.domain.search.query import read
from weetwie.errors import Invalid
from weetwie.flows.translated_search import in_every_language


async def found(world: World, who: Someone, line: str) -> list[int]:
    viewer = await world.viewer(who)
    asked = await in_every_language(world.db, viewer, read(line))
    return await search(world.db, viewer, asked, Page(limit=40))


async def test_a_word_and_a_phrase_find_what_means_the_same_and_themselves_first(world: World) -> None:
    ada = await world.member("ada")
    german = await world.post(ada, "Der Druckstoß hat die Leitung beschädigt", language="de")
    english = await world.post(ada, "Water hammer, and the hammer of the water works")
    dutch = await world.post(ada, "Waterslag in de persleiding", language="nl")
    tool = await world.post(ada, "Wo ist der Hammer? Er liegt am Wasser", language="de")
    assert await found(world, ada, "water hammer") == [english, dutch, german]
    assert set(await found(world, ada, "waterslag")) == {english, dutch, german}
    assert tool not in await found(world, ada, "water hammer")


async def test_it_can_be_switched_off_in_a_search_and_for_everybody(world: World) -> None:
    ada = await world.member("ada")
    post = await world.post(ada, "Der Druckstoß hat die Leitung beschädigt", language="de")
    assert await found(world, ada, "waterslag") == [post] == await found(world, ada, "waterslag translate:on")
    for line in ("waterslag translate:off", '"waterslag"', "-waterslag druckstoß", "waterslag*"):
        assert await found(world, ada, line) == ([post] if "druckstoß" in line else [])
    await world.policy(translates=False)
    assert await found(world, ada, "waterslag") == []
    with pytest.raises(Invalid, match="translate"):
        read("waterslag translate:perhaps")


async def test_the_rest_of_a_search_holds_for_what_is_translated(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await world.post(ada, "Der Druckstoß hat die Leitung beschädigt", language="de")
    post = await world.post(bo, "Der Druckstoß war laut", language="de")
    assert await found(world, ada, "waterslag from:bo") == [post]
    assert await found(world, ada, "waterslag laut") == [post]
    assert await found(world, ada, "waterslag -laut from:bo") == []


async def test_the_glossary_counts_in_a_search_for_whom_an_entry_is(world: World) -> None:
    ada, alma = await world.member("ada"), await world.alumnus("alma")
    post = await world.post(ada, "The wobbler is loose", ring=Ring.network)
    viewer = await world.viewer(ada)
    await glossary.add(world.db, viewer, {"en": ["wobbler"], "nl": ["wiebelding"]}, Ring.colleagues)
    assert await found(world, ada, "wiebelding") == [post] and await found(world, alma, "wiebelding") == []


async def test_what_is_never_inferred_is_not_translated_in_a_search_either(world: World) -> None:
    ada = await world.member("ada")
    await world.post(ada, "Chemotherapy has begun")
    assert await found(world, ada, "chemokuur") == []
