"""The page of the glossary, and how a proof says which asked word stands there in another language."""

import httpx

from tests.site import act, send, text_of
from tests.world import Someone, World


async def test_a_term_is_added_shown_with_who_did_changed_and_deleted(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    added = await send(site, "/glossary", en="wobbler, shaker", nl="wiebelding", ring="colleagues")
    assert added.status_code == 303 and added.headers["location"] == "/glossary?saved=1"
    page = await site.get("/glossary")
    text = " ".join(text_of(page).split())
    assert "wobbler, shaker English" in text and "wiebelding Dutch" in text and "Added by" in text
    id = await world.connection.fetchval("select id from glossary")
    assert 'value="wobbler, shaker"' in (await site.get(f"/glossary/{id}/change")).text
    await send(site, f"/glossary/{id}/change", en="wobbler", de="Wackler", ring="colleagues")
    assert "Wackler German" in " ".join(text_of(await site.get("/glossary?q=wack")).split())
    assert "Delete this term?" in text_of(await site.get(f"/glossary/{id}/delete"))
    await send(site, f"/glossary/{id}/delete")
    assert "No terms yet" in text_of(await site.get("/glossary"))


async def test_what_is_refused_is_said_and_nothing_of_it_is_lost(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    answer = await send(site, "/glossary", en="alone", ring="colleagues")
    assert answer.status_code == 422 and "Give at least two words that mean the same." in text_of(answer)
    assert 'value="alone"' in answer.text


async def test_a_pair_from_a_post_is_confirmed_with_one_click(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await world.member("bo", name="Bo")
    post = await world.post(bo, "De wiebelaar (WBX) hangt los", language="nl")
    page = await site.get("/glossary")
    assert "Do these mean the same?" in text_of(page) and "Post by Bo" in text_of(page)
    await send(site, "/glossary", nl="wiebelaar", en="WBX", posts=str(post))
    assert "Do these mean the same?" not in text_of(await site.get("/glossary"))
    assert await world.connection.fetchval("select widest from glossary") == 0


async def test_what_somebody_may_not_change_has_no_page_for_it(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await world.member("bo")
    id = await world._insert(
        "glossary", "id", words={"en": ["x y"]}, firsts=[1], ring=0, widest=2, added_by_id=bo.id
    )
    assert (await site.get(f"/glossary/{id}/change")).status_code == 404
    assert (await site.get(f"/glossary/{id}/burn")).status_code == 404
    assert (await act(site, f"/glossary/{id}/delete")).status_code == 404


async def test_a_proof_says_which_asked_word_its_marked_word_stands_for(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    gerd = await world.member("gerd", name="Gerd")
    await world.post(gerd, "Der Frequenzumrichter lief heiß", language="de")
    for number in range(6):
        await world.post(gerd, f"Mittagessen Nummer {number} ist Suppe", language="de")
    page = await site.get("/who-knows?q=frequentieregelaar")
    assert '<mark title="frequentieregelaar">Frequenzumrichter</mark>' in page.text
    assert "“Frequenzumrichter” for “frequentieregelaar”" in text_of(page)
