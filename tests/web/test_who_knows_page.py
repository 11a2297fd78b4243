"""The page that answers who knows: what stands first, what fits while one types, and what one does where nobody is named."""

from urllib.parse import quote

import httpx

from tests.site import act, text_of
from tests.world import Someone, World
from weetwie.domain.knowledge import answering, topics, watched
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.notifications import questions as waiting_for


async def test_who_asks_for_a_name_finds_the_person_first(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    await world.member("katrin", name="Katrin Osterloh")
    await world.post(await world.member("bo", name="Bo"), "Katrin has mended the pump of Katrin")
    page = (await site.get("/who-knows?q=katrin")).text
    assert 'href="/@katrin"' in page and 'href="/@bo"' in page
    assert page.index('href="/@katrin"') < page.index('href="/@bo"')


async def test_where_nobody_is_named_the_question_is_kept(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    page = await site.get("/who-knows?q=quantum+computing")
    assert "Nobody you can see has written about quantum computing" in text_of(page)
    assert f'href="/?text={quote("quantum computing?", safe="")}#write"' in page.text.replace("+", "%20")
    composer = (await site.get("/?text=quantum+computing%3F")).text
    assert "quantum computing?</textarea>" in composer


async def test_words_that_nobody_wrote_are_said_as_they_were_asked(site: httpx.AsyncClient) -> None:
    side_by_side = await site.get("/who-knows?q=quantum+computing")
    assert "Nobody you can see has written about quantum computing" in text_of(side_by_side)
    apart = await site.get("/who-knows?q=computing+for+xylophones")
    assert "Nobody you can see has written about computing, xylophones" in text_of(apart)


async def test_where_nobody_is_named_a_topic_that_is_near_leads_to_a_person(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await world.member("bo", name="Bo Bakker")
    await topics.choose(world.db, await world.viewer(bo), "water chemistry", TopicChoice.knows)
    page = await site.get("/who-knows?q=chemistry+sets")
    text = " ".join(text_of(page).split())
    assert "Ask someone close to it" in text and "Lists water chemistry on their profile" in text
    assert f'href="/?text={quote("@bo chemistry sets?", safe="")}#write"' in page.text


async def test_an_answered_question_like_it_is_shown_with_its_answer(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await world.member("bo", name="Bo")
    asked = await world.post(ada, "Which grease fits the slewing bearing?", is_question=True)
    answer = await world.post(bo, "Lithium grease, twice a year", reply_to=asked)
    assert (await act(site, f"/posts/{asked}/answer", answer=str(answer))).status_code in (200, 204, 303)
    for at in ("/who-knows?q=slewing+bearing", "/who-knows/while-typing?q=slewing+bearing"):
        assert "Which grease fits the slewing bearing?" in text_of(await site.get(at)), at
    assert "Lithium grease" in text_of(await site.get("/who-knows?q=slewing+bearing"))


async def test_people_and_topics_fit_while_one_types(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await world.member("bo", name="Bo Bakker")
    await world.post(bo, "All about #Bearings", tags=["Bearings"])
    assert "Bo Bakker" in text_of(await site.get("/who-knows/while-typing?q=bakk"))
    assert "#Bearings" in text_of(await site.get("/who-knows/while-typing?q=bearin"))
    for nothing in ("b", "from:bo bearings", ""):
        piece = await site.get(f"/who-knows/while-typing?q={quote(nothing)}")
        assert piece.status_code == 200 and text_of(piece).strip() == "", nothing


async def test_where_nobody_is_named_one_asks_to_be_notified_and_stops_it(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    here = "/who-knows?q=quantum+computing"
    assert "Get notified when someone does" in text_of(await site.get(here))
    assert (await act(site, "/who-knows/watch", q="quantum computing", act="watch")).status_code == 303
    assert "You'll be notified when someone does" in text_of(await site.get(here))
    settings = await site.get("/settings/knowledge")
    assert "You'll be notified about" in text_of(settings) and "quantum computing" in text_of(settings)
    assert (await act(site, "/who-knows/watch", q="quantum computing", act="stop")).status_code == 303
    assert "Get notified when someone does" in text_of(await site.get(here))


async def test_of_a_question_that_one_waits_for_the_notification_says_what_was_asked(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await world.member("bo", name="Bo Bakker")
    await act(site, "/who-knows/watch", q="quantum computing", act="watch")
    post = await world.post(bo, "We tried quantum computing")
    (waiting,) = await watched.own(world.db, await world.viewer(ada))
    await answering.told(world.db, waiting.id, post)
    await waiting_for.awaited(world.db, await world.viewer(), ada.id, post)
    page = " ".join(text_of(await site.get("/notifications")).split())
    assert "Bo Bakker wrote about what you asked: “quantum computing”" in page
    settings = text_of(await site.get("/settings/knowledge"))
    assert "Bo Bakker wrote about it" in settings
    await act(site, "/settings/knowledge", act="stop", id=str(waiting.id))
    assert await watched.own(world.db, await world.viewer(ada)) == []
