"""Topics of profiles that mean the same in several languages are one for who reads them, in their own language."""

import httpx
import pytest

from tests.site import text_of
from tests.world import Someone, World
from weetwie.domain.knowledge import topics
from weetwie.domain.knowledge.topic_rules import TopicChoice

GERMAN, ENGLISH = {"accept-language": "de"}, {"accept-language": "en"}


async def lists(world: World, who: Someone, *names: str) -> None:
    for name in names:
        await topics.choose(world.db, await world.viewer(who), name, TopicChoice.knows)


@pytest.mark.parametrize("at", ["/@gerd", "/@gerd/card", "/people?as=cards&q=gerd"])
async def test_one_topic_in_two_languages_stands_once_in_the_readers(
    site: httpx.AsyncClient, world: World, ada: Someone, at: str
) -> None:
    gerd = await world.member("gerd", name="Gerd")
    await lists(world, gerd, "frequency converter", "Frequenzumrichter")
    german, english = [text_of(await site.get(at, headers=headers)) for headers in (GERMAN, ENGLISH)]
    assert "Frequenzumrichter" in german and "frequency converter" not in german
    assert "frequency converter" in english and "Frequenzumrichter" not in english
    await world.policy(translates=False)
    both = text_of(await site.get(at, headers=GERMAN))
    assert "Frequenzumrichter" in both and "frequency converter" in both


async def test_topics_near_a_question_are_none_that_mean_the_same(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    gerd = await world.member("gerd", name="Gerd")
    await lists(world, gerd, "frequency converter", "water hammer")
    page = (await site.get("/who-knows?q=Frequenzumrichter", headers=ENGLISH)).text
    assert 'href="/who-knows?q=water%20hammer"' in page
    assert 'href="/who-knows?q=frequency%20converter"' not in page


async def test_people_are_found_by_a_topic_in_another_language(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    gerd = await world.member("gerd", name="Gerd Umlauf")
    await lists(world, gerd, "frequency converters")
    for words, is_found in (("frequentieregelaar", True), ("frequency conv", True), ("waterslag", False)):
        page = await site.get("/people", params={"q": words, "as": "cards"})
        assert ('<ul class="cards">' in page.text) == is_found, words
    await world.policy(translates=False)
    page = await site.get("/people", params={"q": "frequentieregelaar", "as": "cards"})
    assert '<ul class="cards">' not in page.text
