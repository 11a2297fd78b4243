"""What people say that they know, what is inferred of them and shown to them alone, and vouching."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone

OWN = "/api/weetwie/v1/me/topics"
PROPOSALS = "/api/weetwie/v1/me/topics/proposals"
INFERRED = "/api/weetwie/v1/me/inferred"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def says(house: House, who: Someone, *texts: str, **more: Any) -> list[str]:
    posts = [
        await house.good(who, "POST", "/api/v1/statuses", data={"status": text, **more}) for text in texts
    ]
    return [post["id"] for post in posts]


async def chooses(house: House, who: Someone, name: str, choice: str) -> Any:
    return await house.good(who, "PUT", OWN, json={"name": name, "choice": choice})


async def asked(house: House, who: Someone, question: str) -> list[tuple[str, str | None]]:
    answer = await house.good(who, "POST", "/api/weetwie/v1/who_knows", json={"q": question})
    return [(one["account"]["acct"], one["says_so"]) for one in answer["people"]]


async def company(house: House) -> tuple[Someone, Someone, list[str]]:
    """Ada writes of turbines, Bo of everything else."""
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    posts = await says(
        house,
        ada,
        "The Kaplan turbine of plant one is balanced #Balancing",
        "A Kaplan turbine needs a new bearing this year #Balancing",
        "Why does the Kaplan turbine hum at night",
        "Good morning everybody in the canteen",
    )
    await says(house, bo, *(f"Lunch number {number} is soup, good morning" for number in range(9)))
    return ada, bo, posts


async def test_what_marks_ones_posts_is_proposed_to_oneself_alone_as_one_writes_it(house: House) -> None:
    ada, bo, posts = await company(house)
    found = await house.good(ada, "GET", PROPOSALS)
    names = [one["name"] for one in found]
    assert "Kaplan turbine" in names and "Balancing" in names
    kaplan = found[names.index("Kaplan turbine")]
    assert [one["id"] for one in kaplan["proofs"]] == posts[2::-1] == kaplan["status_ids"]
    assert not {"ada", "morning", "Good morning", "everybody"} & set(names)
    account = await house.good(bo, "GET", f"/api/v1/accounts/{ada.id}")
    assert account["knows_about"] == [] and account["learning"] == []
    assert await house.good(bo, "GET", f"/api/weetwie/v1/people/{ada.id}/topics") == []
    assert await house.good(bo, "GET", f"/api/weetwie/v1/people/{ada.id}/knows") == []


async def test_what_is_published_shows_on_the_profile_at_once_with_its_proof(house: House) -> None:
    ada, bo, posts = await company(house)
    await house.good(bo, "GET", f"/api/v1/accounts/{ada.id}")
    await chooses(house, ada, "#Kaplan  turbine", "knows")
    await chooses(house, ada, "Welding", "learning")
    account = await house.good(bo, "GET", f"/api/v1/accounts/{ada.id}")
    assert account["knows_about"] == ["Kaplan turbine"] and account["learning"] == ["Welding"]
    known = await house.good(bo, "GET", f"/api/weetwie/v1/people/{ada.id}/knows")
    assert [(one["name"], one["choice"]) for one in known] == [
        ("Kaplan turbine", "knows"),
        ("Welding", "learning"),
    ]
    assert {one["id"] for one in known[0]["proofs"]} == set(posts[:3]) and known[1]["proofs"] == []
    own = await house.good(ada, "GET", f"/api/weetwie/v1/people/{ada.id}/knows")
    assert {one["id"] for one in own[0]["proofs"]} == set(posts[:3])
    assert "Kaplan turbine" not in [one["name"] for one in await house.good(ada, "GET", PROPOSALS)]
    await house.good(ada, "DELETE", f"{OWN}?name=kaplan%20turbine")
    assert (await house.good(bo, "GET", f"/api/v1/accounts/{ada.id}"))["knows_about"] == []


@pytest.mark.parametrize("choice", ["hidden", "never"])
async def test_what_is_hidden_or_contested_is_proposed_no_more_however_much_is_written(
    house: House, choice: str
) -> None:
    ada, bo, _posts = await company(house)
    await chooses(house, ada, "kaplan turbines", choice)
    await says(house, ada, *(f"The Kaplan turbine number {number} stands" for number in range(5)))
    assert "Kaplan turbine" not in [one["name"] for one in await house.good(ada, "GET", PROPOSALS)]
    everything = {one["name"]: one["choice"] for one in (await house.good(ada, "GET", INFERRED))["topics"]}
    assert everything.get("Kaplan turbine") == ("hidden" if choice == "hidden" else None)
    found = [who for who, _says in await asked(house, bo, "Kaplan turbine")]
    assert found == (["ada"] if choice == "hidden" else [])
    assert [who for who, _says in await asked(house, bo, "bearing")] == ["ada"]
    account = await house.good(bo, "GET", f"/api/v1/accounts/{ada.id}")
    assert account["knows_about"] == []


async def test_who_says_so_is_found_below_those_who_have_shown_it(house: House) -> None:
    ada, bo, _posts = await company(house)
    cy = await house.world.member("cy")
    await chooses(house, cy, "Kaplan turbines", "knows")
    assert await asked(house, bo, "who knows the kaplan turbine?") == [
        ("ada", None),
        ("cy", "Kaplan turbines"),
    ]
    await chooses(house, cy, "Knitting", "knows")
    assert await asked(house, bo, "knitting") == [("cy", "Knitting")]
    await chooses(house, ada, "Kaplan turbine", "knows")
    assert (await asked(house, bo, "kaplan turbine"))[0] == ("ada", "Kaplan turbine")
    await chooses(house, cy, "Knitting", "learning")
    assert await asked(house, bo, "knitting") == []


async def test_a_statement_shows_to_those_alone_who_see_the_profile(house: House) -> None:
    _ada, bo, _posts = await company(house)
    cy, zoe = await house.world.member("cy"), await house.world.alumnus("zoe")
    await chooses(house, cy, "Knitting", "knows")
    assert await asked(house, zoe, "knitting") == []
    await house.world.change(cy, profile_ring=1)
    assert await asked(house, zoe, "knitting") == [("cy", "Knitting")]
    await house.world.block(bo, cy)
    assert await asked(house, bo, "knitting") == [] and await asked(house, cy, "soup") == []
    await house.good(cy, "PUT", "/api/weetwie/v1/who_knows/me", json={"is_ranked": False})
    assert await asked(house, zoe, "knitting") == []


async def test_one_switch_takes_out_of_everything(house: House) -> None:
    ada, bo, _posts = await company(house)
    await house.good(ada, "PUT", "/api/weetwie/v1/who_knows/me", json={"is_ranked": False})
    assert await house.good(ada, "GET", PROPOSALS) == []
    assert (await house.good(ada, "GET", INFERRED))["topics"] == []
    assert await asked(house, bo, "Kaplan turbine") == []


@pytest.mark.parametrize(
    "text", ["my depression and its therapy", "over mijn vakbond en de cao", "das Strafregister von früher"]
)
async def test_some_topics_are_never_inferred(house: House, text: str) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await says(house, ada, *(f"{text}, part {number}" for number in range(5)))
    await says(house, bo, *(f"Lunch {number}" for number in range(9)))
    word = text.split()[2] if "vakbond" in text else text.split()[1]
    assert not [one for one in (await house.good(ada, "GET", INFERRED))["topics"] if word in one["name"]]
    answer = await house.good(bo, "POST", "/api/weetwie/v1/who_knows", json={"q": word})
    assert answer["people"] == [] and answer["not_inferred"] == [word]
    await chooses(house, ada, word, "knows")
    assert await asked(house, bo, word) == [("ada", word)]


async def test_an_administrator_adds_topics_that_are_never_inferred(house: House) -> None:
    ada, bo, _posts = await company(house)
    await house.world.policy(never_inferred=["turbin*"])
    assert not [one for one in await house.good(ada, "GET", PROPOSALS) if "urbine" in one["name"]]
    assert await asked(house, bo, "turbines") == []
    told = (await house.good(ada, "GET", INFERRED))["never_inferred"]
    assert told["organisation"] == ["turbin*"] and "vakbond*" in told["union"]


async def test_a_colleague_vouches_by_a_post_and_the_person_may_decline(house: House) -> None:
    ada, bo, posts = await company(house)
    cy = await house.world.member("cy")
    vouch = f"/api/weetwie/v1/people/{ada.id}/vouches"
    await house.good(bo, "POST", vouch, json={"topic": "Hydropower", "status_id": posts[0]})
    assert await asked(house, cy, "hydropower") == [("ada", None)]
    (given,) = await house.good(ada, "GET", "/api/weetwie/v1/me/vouches")
    assert (
        given["by"]["acct"] == "bo" and given["status"]["id"] == posts[0] and given["topic"] == "Hydropower"
    )
    assert (await house.good(ada, "GET", INFERRED))["vouches"] == [given]
    assert await house.good(cy, "GET", vouch) == [] and len(await house.good(bo, "GET", vouch)) == 1
    assert (
        await house.ask(cy, "POST", f"/api/weetwie/v1/me/vouches/{given['id']}/decline")
    ).status_code == 404
    await house.good(ada, "POST", f"/api/weetwie/v1/me/vouches/{given['id']}/decline")
    assert await asked(house, cy, "hydropower") == []
    again = await house.ask(bo, "POST", vouch, json={"topic": "Hydropower", "status_id": posts[0]})
    assert again.status_code == 403
    assert await asked(house, cy, "hydropower") == []


async def test_a_vouch_needs_a_post_that_shows_it(house: House) -> None:
    ada, bo, posts = await company(house)
    (direct,) = await says(house, ada, "@bo psst, Kaplan", visibility="direct")
    (lunch,) = await says(house, bo, "The Kaplan lunch")
    vouch = f"/api/weetwie/v1/people/{ada.id}/vouches"
    for body, status in (
        ({"topic": "Kaplan", "status_id": direct}, 422),
        ({"topic": "Kaplan", "status_id": lunch}, 422),
        ({"topic": "Kaplan", "status_id": "1"}, 404),
        ({"topic": "", "status_id": posts[0]}, 422),
        ({"topic": "her burnout", "status_id": posts[0]}, 422),
    ):
        assert (await house.ask(bo, "POST", vouch, json=body)).status_code == status
    assert (
        await house.ask(ada, "POST", vouch, json={"topic": "Kaplan", "status_id": posts[0]})
    ).status_code == 403
    await chooses(house, ada, "Kaplan", "never")
    assert (
        await house.ask(bo, "POST", vouch, json={"topic": "kaplan", "status_id": posts[0]})
    ).status_code == 403


async def test_contesting_a_topic_takes_what_was_vouched_with_it(house: House) -> None:
    ada, bo, posts = await company(house)
    vouch = f"/api/weetwie/v1/people/{ada.id}/vouches"
    await house.good(bo, "POST", vouch, json={"topic": "Hydropower", "status_id": posts[0]})
    await chooses(house, ada, "hydropower", "never")
    assert await asked(house, bo, "hydropower") == []
    assert await house.good(ada, "GET", "/api/weetwie/v1/me/vouches") == []


async def test_a_name_that_is_none_is_refused_in_words(house: House) -> None:
    ada = await house.world.member("ada")
    for name in ("", "  ", "#", "of the", "x" * 61, "one two three four five six", "???"):
        answer = await house.ask(ada, "PUT", OWN, json={"name": name, "choice": "knows"})
        assert answer.status_code == 422 and "opic" in answer.json()["error"]
    assert (await house.ask(ada, "PUT", OWN, json={"name": "x1", "choice": "loves"})).status_code == 422


async def test_with_a_person_goes_what_they_said_and_what_was_said_of_them(house: House) -> None:
    ada, bo, posts = await company(house)
    await chooses(house, ada, "Kaplan turbine", "knows")
    await house.good(
        bo,
        "POST",
        f"/api/weetwie/v1/people/{ada.id}/vouches",
        json={"topic": "Kaplan", "status_id": posts[0]},
    )
    from weetwie.access.viewer import system
    from weetwie.domain.people.erase import erase

    async with house.world.database.transaction() as db:
        await erase(db, system(await house.world.memory.policy(db)), ada.id)
    for table in ("topics", "topic_words", "vouches"):
        assert await house.world.connection.fetchval(f"select count(*) from {table}") == 0


async def test_without_a_question_nobody_is_ranked(house: House) -> None:
    """An empty question, one of stop words in another script, one of signs: nobody; a topic page tells no number."""
    ada, bo, _posts = await company(house)
    for question in ("", "  ", "?!", "\U0001f389", "'; drop table people; --"):
        answer = await house.good(bo, "POST", "/api/weetwie/v1/who_knows", json={"q": question})
        assert answer["people"] == []
    topic = await house.good(bo, "GET", "/api/weetwie/v1/topics/balancing")
    assert [one["acct"] for one in topic["people"]] == ["ada"]
    assert not [name for name in topic["people"][0] if name in ("score", "share", "weight", "rank")]
    found = await house.good(bo, "GET", f"/api/weetwie/v1/people/{ada.id}/knows")
    assert found == []
