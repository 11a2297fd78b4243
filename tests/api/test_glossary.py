"""The glossary: what members write down counts for whoever it is for; pairs from posts count when somebody has confirmed them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.access.enums import Ring, Visibility
from weetwie.domain.exports.everything import OWN
from weetwie.domain.people.erase import erase
from weetwie.tables.knowledge import GlossaryEntry

GLOSSARY = "/api/weetwie/v1/glossary"
WHO_KNOWS = "/api/weetwie/v1/who_knows"
WORDS = {"en": ["wobbler"], "nl": ["wiebelding"]}


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def named(house: House, who: Someone, question: str) -> list[str]:
    answer = await house.good(who, "POST", WHO_KNOWS, json={"q": question})
    return [one["account"]["username"] for one in answer["people"] if one["level"] != "mentioned"]


async def add(house: House, who: Someone, **more: Any) -> Any:
    return await house.good(who, "POST", GLOSSARY, json={"words": WORDS, **more})


async def company(house: House) -> tuple[Someone, Someone]:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await house.world.post(ada, "The wobbler of line two is loose again", ring=Ring.network)
    for number in range(8):
        await house.world.post(bo, f"Lunch number {number} is soup", ring=Ring.network)
    return ada, bo


async def test_an_entry_counts_from_the_next_question_on_and_no_more_when_it_is_gone(house: House) -> None:
    _ada, bo = await company(house)
    assert await named(house, bo, "wiebelding") == []
    term = await add(house, bo)
    assert await named(house, bo, "wiebelding") == ["ada"]
    assert (term["added_by"], term["ring"], term["words"]) == (str(bo.id), "colleagues", WORDS)
    await house.good(bo, "DELETE", f"{GLOSSARY}/{term['id']}")
    assert await named(house, bo, "wiebelding") == []


async def test_it_counts_and_shows_only_for_whom_it_is(house: House) -> None:
    _ada, bo = await company(house)
    alma, gus = await house.world.alumnus("alma"), await house.world.guest("gus", sponsor=bo)
    term = await add(house, bo)
    assert await named(house, alma, "wiebelding") == []
    assert (await house.good(alma, "GET", GLOSSARY))["entries"] == []
    changed = {"words": WORDS, "ring": "network"}
    assert (await house.ask(alma, "PUT", f"{GLOSSARY}/{term['id']}", json=changed)).status_code == 404
    await house.good(bo, "PUT", f"{GLOSSARY}/{term['id']}", json=changed)
    assert await named(house, alma, "wiebelding") == ["ada"]
    assert (await house.good(gus, "GET", GLOSSARY))["entries"] == []
    assert (await house.ask(alma, "PUT", f"{GLOSSARY}/{term['id']}", json=changed)).status_code == 403
    assert (await house.ask(alma, "POST", GLOSSARY, json={"words": WORDS})).status_code == 403


async def test_an_administrator_tidies_what_others_added_and_it_says_who_did(house: House) -> None:
    _ada, bo = await company(house)
    cy = await house.world.member("cy")
    root = await house.world.member("root", is_admin=True)
    term = await add(house, bo)
    better = {"words": {**WORDS, "de": ["Wackler"]}}
    assert (await house.ask(cy, "PUT", f"{GLOSSARY}/{term['id']}", json=better)).status_code == 403
    changed = await house.good(root, "PUT", f"{GLOSSARY}/{term['id']}", json=better)
    assert (changed["added_by"], changed["changed_by"]) == (str(bo.id), str(root.id))
    await house.good(root, "DELETE", f"{GLOSSARY}/{term['id']}")
    acts = await house.world.connection.fetch("select act from audit where act like 'glossary%' order by id")
    assert [row[0] for row in acts] == ["glossary.change", "glossary.remove"]


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"en": ["alone"]},
        {"en": ["same"], "nl": ["Same"]},
        {"en": ["a" * 61], "nl": ["b"]},
        {"en": [f"word{number}" for number in range(7)]},
        {"en": ["!!"], "nl": ["ja"]},
        {"en": ["depression"], "nl": ["dip"]},
        {"fr": ["pompe"], "en": ["pump"]},
    ],
)
async def test_what_is_no_term_is_refused_in_words(house: House, words: dict[str, list[str]]) -> None:
    bo = await house.world.member("bo")
    answer = await house.ask(bo, "POST", GLOSSARY, json={"words": words})
    assert answer.status_code == 422 and answer.json()["error"].endswith(".")
    assert await house.world.connection.fetchval("select count(*) from glossary") == 0


async def test_a_pair_from_posts_is_proposed_to_those_who_see_them_and_its_entry_is_no_wider(
    house: House,
) -> None:
    _ada, bo = await company(house)
    alma = await house.world.alumnus("alma")
    post = await house.world.post(bo, "De wiebelaar (WBX) hangt los", ring=Ring.colleagues, language="nl")
    (found,) = await house.good(bo, "GET", f"{GLOSSARY}/proposals")
    assert found["status_ids"] == [str(post)] and found["ring"] == "colleagues"
    assert sorted(word for own in found["words"].values() for word in own) == ["WBX", "wiebelaar"]
    assert await house.good(alma, "GET", f"{GLOSSARY}/proposals") == []
    given = {"words": found["words"], "ring": "network", "status_ids": found["status_ids"]}
    assert (await house.ask(alma, "POST", GLOSSARY, json=given)).status_code in {403, 404}
    term = await house.good(bo, "POST", GLOSSARY, json=given)
    assert term["ring"] == "colleagues"
    wider = {"words": found["words"], "ring": "network"}
    assert (await house.good(bo, "PUT", f"{GLOSSARY}/{term['id']}", json=wider))["ring"] == "colleagues"
    assert await house.good(bo, "GET", f"{GLOSSARY}/proposals") == []


async def test_no_pair_comes_from_what_is_not_open_and_none_is_kept(house: House) -> None:
    _ada, bo = await company(house)
    secret = await house.world.post(
        bo, "De wiebelaar (WBX) hangt los", visibility=Visibility.private, language="nl"
    )
    assert await house.good(bo, "GET", f"{GLOSSARY}/proposals") == []
    given = {"words": WORDS, "status_ids": [str(secret)]}
    assert (await house.ask(bo, "POST", GLOSSARY, json=given)).status_code == 404


async def test_words_of_two_languages_that_share_threads_are_proposed(house: House) -> None:
    _ada, bo = await company(house)
    for number in range(6):
        asked = await house.world.post(bo, f"Der Quirlkopf {number} klemmt wieder", language="de")
        await house.world.post(bo, f"Die kwastdop {number} even losmaken", language="nl", reply_to=asked)
        other = await house.world.post(bo, f"Kantine {number} Suppe", language="de")
        await house.world.post(bo, f"Lekker, soep {number}", language="nl", reply_to=other)
    found = await house.good(bo, "GET", f"{GLOSSARY}/proposals")
    assert {"de": ["quirlkopf"], "nl": ["kwastdop"]} in [one["words"] for one in found]


async def test_who_is_erased_is_named_no_more_and_their_export_has_what_they_added(house: House) -> None:
    _ada, bo = await company(house)
    cy = await house.world.member("cy")
    await add(house, bo)
    assert OWN["glossary_added"] is GlossaryEntry.added_by_id
    chief = await house.world.viewer(await house.world.member("chief", is_admin=True))
    async with house.world.database.transaction() as db:
        await erase(db, chief, bo.id)
    await house.settle()
    (term,) = (await house.good(cy, "GET", GLOSSARY))["entries"]
    assert term["added_by"] is None and term["words"] == WORDS
    assert await house.world.connection.fetchval("select added_by_id from glossary") is None


async def test_the_product_says_which_languages_it_knows(house: House) -> None:
    bo = await house.world.member("bo")
    assert (await house.good(bo, "GET", GLOSSARY))["languages"] == ["en", "nl", "de"]


async def test_a_search_for_letters_finds_terms_in_any_language(house: House) -> None:
    bo = await house.world.member("bo")
    await add(house, bo)
    assert len((await house.good(bo, "GET", f"{GLOSSARY}?q=wiebel"))["entries"]) == 1
    assert (await house.good(bo, "GET", f"{GLOSSARY}?q=100%"))["entries"] == []
