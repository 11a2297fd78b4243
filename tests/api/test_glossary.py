"""The glossary: what members write down counts for whoever it is for; pairs from posts count when somebody has confirmed them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.access.enums import Ring, Visibility
from weetwie.domain.exports import everything
from weetwie.domain.knowledge import glossary
from weetwie.domain.people.erase import erase

GLOSSARY = "/api/weetwie/v1/glossary"
TOPICS = "/api/weetwie/v1/me/topics"
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


async def add_words(house: House, who: Someone, words: dict[str, list[str]]) -> None:
    async with house.world.database.transaction() as db:
        await glossary.add(db, await house.world.viewer(who), words, Ring.colleagues)


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
    async with house.world.database.reading() as db:
        (kept,) = await everything.of(db, await house.world.viewer(bo), "glossary_added")
    assert kept["words"] == WORDS and kept["added_by_id"] == bo.id
    chief = await house.world.viewer(await house.world.member("chief", is_admin=True))
    async with house.world.database.transaction() as db:
        await erase(db, chief, bo.id)
    await house.settle()
    (term,) = (await house.good(cy, "GET", GLOSSARY))["entries"]
    assert term["added_by"] is None and term["words"] == WORDS
    assert await house.world.connection.fetchval("select added_by_id from glossary") is None


async def test_who_left_reads_on_what_they_wrote_but_not_what_others_make_of_it(house: House) -> None:
    _ada, bo = await company(house)
    root = await house.world.member("root", is_admin=True)
    term = await add(house, bo)
    await house.world.connection.execute("update people set standing = 1 where id = $1", bo.id)
    (own,) = (await house.good(bo, "GET", GLOSSARY))["entries"]
    assert own["words"] == WORDS
    secret = {"en": ["wobbler"], "nl": ["geheimding"]}
    await house.good(root, "PUT", f"{GLOSSARY}/{term['id']}", json={"words": secret})
    assert (await house.good(bo, "GET", GLOSSARY))["entries"] == []
    assert await named(house, bo, "geheimding") == []
    async with house.world.database.reading() as db:
        (added,) = await everything.of(db, await house.world.viewer(bo), "glossary_added")
        (changed,) = await everything.of(db, await house.world.viewer(root), "glossary_changed")
    assert added["words"] is None and added["changed_by_id"] is None and added["added_by_id"] == bo.id
    assert (
        changed["words"] == secret and changed["added_by_id"] is None and changed["changed_by_id"] == root.id
    )
    await house.world.connection.execute("update people set standing = 0 where id = $1", bo.id)
    async with house.world.database.reading() as db:
        (added,) = await everything.of(db, await house.world.viewer(bo), "glossary_added")
    assert added["words"] == secret


async def test_the_narrowest_post_is_among_those_that_show_a_pair(house: House) -> None:
    _ada, bo = await company(house)
    await house.world.policy(widest_ring=Ring.network)
    narrow = await house.world.post(bo, "De wiebelaar (WBX) hangt los", ring=Ring.colleagues, language="nl")
    for number in range(4):
        await house.world.post(bo, f"De wiebelaar (WBX) trilt {number}", ring=Ring.network, language="nl")
    (found,) = await house.good(bo, "GET", f"{GLOSSARY}/proposals")
    assert (
        found["ring"] == "colleagues" and len(found["status_ids"]) == 3 and str(narrow) in found["status_ids"]
    )
    given = {"words": found["words"], "ring": "network", "status_ids": found["status_ids"]}
    assert (await house.good(bo, "POST", GLOSSARY, json=given))["ring"] == "colleagues"


async def test_a_pair_from_a_profile_is_for_no_wider_ring_than_it_was_proposed_for(house: House) -> None:
    ada, bo = await company(house)
    await house.good(ada, "PUT", TOPICS, json={"name": "wiebelaar (WBX)", "choice": "knows"})
    (found,) = await house.good(bo, "GET", f"{GLOSSARY}/proposals")
    assert found["status_ids"] == [] and found["ring"] == "colleagues"
    given = {"words": found["words"], "ring": "network", "widest": found["ring"]}
    term = await house.good(bo, "POST", GLOSSARY, json=given)
    assert term["ring"] == "colleagues"
    wider = {"words": found["words"], "ring": "network"}
    assert (await house.good(bo, "PUT", f"{GLOSSARY}/{term['id']}", json=wider))["ring"] == "colleagues"


@pytest.mark.parametrize(
    "text",
    [
        "De wiebelaar (Jan de Vries) hangt los",
        "De wiebelaar (JOSE) hangt los",
        "De wiebelaar (OBRIEN) hangt los",
        "De wiebelaar (ZWOLLE) hangt los",
        "De Kwaliteitsdienst (KWD) hangt los",
    ],
)
async def test_no_name_of_anybody_or_of_a_place_or_a_unit_is_proposed(house: House, text: str) -> None:
    _ada, bo = await company(house)
    await house.world.member("x1", name="Jan de Vries")
    await house.world.member("x2", name="José Wit", place="Zwolle-Zuid")
    await house.world.member("obrien", unit="Inkoop/Kwaliteitsdienst")
    await house.world.post(bo, "De kwastdop (QST) is zoek", language="nl")
    await house.world.post(bo, text, language="nl")
    found = await house.good(bo, "GET", f"{GLOSSARY}/proposals")
    assert [one["words"] for one in found] == [{"nl": ["kwastdop", "QST"]}]


async def test_pairs_that_are_known_leave_room_for_new_ones(house: House) -> None:
    _ada, bo = await company(house)
    syllables = ["ba", "do", "ki", "lu", "me", "no", "pa", "ri"]
    made = [f"kwast{one}{other}dop" for one in syllables for other in syllables]
    for number, word in enumerate(made):
        short = f"Q{number:02d}X"
        await house.world.post(bo, f"De {word} ({short}) is los. Ook {word} ({short})", language="nl")
        await add_words(house, bo, {"nl": [word], "en": [short]})
    await house.world.post(bo, "De wiebelaar (WBX) hangt los", language="nl")
    found = await house.good(bo, "GET", f"{GLOSSARY}/proposals")
    assert [one["words"] for one in found] == [{"nl": ["wiebelaar", "WBX"]}]


async def test_where_questions_are_not_translated_no_pair_is_proposed(house: House) -> None:
    _ada, bo = await company(house)
    await house.world.post(bo, "De wiebelaar (WBX) hangt los", language="nl")
    assert len(await house.good(bo, "GET", f"{GLOSSARY}/proposals")) == 1
    await house.world.policy(translates=False)
    assert await house.good(bo, "GET", f"{GLOSSARY}/proposals") == []


async def test_what_becomes_never_inferred_is_neither_listed_nor_counts(house: House) -> None:
    _ada, bo = await company(house)
    await add(house, bo)
    assert await named(house, bo, "wiebelding") == ["ada"]
    await house.world.policy(never_inferred=("wobbler",))
    assert (await house.good(bo, "GET", GLOSSARY))["entries"] == []
    assert await named(house, bo, "wiebelding") == []


async def test_many_entries_of_one_person_keep_nobody_elses_from_counting(house: House) -> None:
    _ada, bo = await company(house)
    cy = await house.world.member("cy")
    await add(house, bo)
    for number in range(120):
        await add_words(house, cy, {"nl": ["wiebelding"], "en": [f"thing{number}"]})
        await add_words(house, cy, {"nl": [f"wiebelding deel{number}"], "en": [f"part{number}"]})
    assert await named(house, bo, "wiebelding") == ["ada"]


async def test_the_product_says_which_languages_it_knows(house: House) -> None:
    bo = await house.world.member("bo")
    assert (await house.good(bo, "GET", GLOSSARY))["languages"] == ["en", "nl", "de"]


async def test_a_search_for_letters_finds_terms_in_any_language(house: House) -> None:
    bo = await house.world.member("bo")
    await add(house, bo)
    assert len((await house.good(bo, "GET", f"{GLOSSARY}?q=wiebel"))["entries"]) == 1
    for other in ("100%", "en", "nl", '", "', "["):
        assert (await house.good(bo, "GET", GLOSSARY, params={"q": other}))["entries"] == [], other
