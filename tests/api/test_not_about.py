"""Wrong answers are mended by people: a post that is not about what was asked no longer counts, for whom it should."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.domain.knowledge import not_about
from weetwie.domain.people.erase import erase

WHO_KNOWS = "/api/weetwie/v1/who_knows"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def proofs(house: House, who: Someone, question: str) -> set[str]:
    answer = await house.good(who, "POST", WHO_KNOWS, json={"q": question})
    return {proof["status"]["id"] for person in answer["people"] for proof in person["proofs"]}


async def company(house: House) -> tuple[Someone, Someone, Someone, str]:
    ada, bo, cy = [await house.world.member(name) for name in ("ada", "bo", "cy")]
    post = await house.good(
        bo, "POST", "/api/v1/statuses", data={"status": "The seal of the tanker pump leaks"}
    )
    for number in range(6):
        await house.good(cy, "POST", "/api/v1/statuses", data={"status": f"Lunch number {number} is soup"})
    return ada, bo, cy, post["id"]


async def says(house: House, who: Someone, post: str, question: str) -> Any:
    return await house.good(who, "POST", f"/api/weetwie/v1/statuses/{post}/not_about", json={"q": question})


async def test_it_is_hidden_from_the_asker_alone_where_all_its_words_are_asked(house: House) -> None:
    ada, _bo, cy, post = await company(house)
    assert post in await proofs(house, ada, "tanker seal")
    assert not (await says(house, ada, post, "who knows about seals of tankers?"))["is_for_all"]
    assert post not in await proofs(house, ada, "tanker seal")
    assert post not in await proofs(house, ada, "the seal of a tanker pump")
    assert post in await proofs(house, ada, "pump seal")
    assert post in await proofs(house, cy, "tanker seal")


async def test_its_author_hides_it_from_everyone_and_takes_that_back(house: House) -> None:
    ada, bo, cy, post = await company(house)
    hidden = await says(house, bo, post, "tanker seal")
    assert hidden["is_for_all"]
    assert post not in await proofs(house, ada, "tanker seal") | await proofs(house, cy, "tanker seal")
    await house.good(cy, "DELETE", f"/api/weetwie/v1/me/not_about/{hidden['id']}")
    assert post not in await proofs(house, ada, "tanker seal"), "another one cannot take it back"
    await house.good(bo, "DELETE", f"/api/weetwie/v1/me/not_about/{hidden['id']}")
    assert post in await proofs(house, ada, "tanker seal")


async def test_nobody_hears_of_it_and_no_word_of_the_question_is_kept(house: House) -> None:
    ada, bo, _cy, post = await company(house)
    await says(house, ada, post, "zqsecret tanker")
    assert await house.good(bo, "GET", "/api/v1/notifications") == []
    assert await house.good(bo, "GET", "/api/weetwie/v1/me/not_about") == []
    kept = await house.world.connection.fetch("select t::text as row from not_about t")
    assert len(kept) == 1 and "zqsecret" not in kept[0]["row"]


async def test_it_goes_with_the_person_and_with_the_post(house: House) -> None:
    ada, _bo, _cy, post = await company(house)
    await says(house, ada, post, "tanker")
    chief = await house.world.viewer(await house.world.member("chief", is_admin=True))
    async with house.world.database.transaction() as db:
        await erase(db, chief, ada.id)
    assert await house.world.connection.fetchval("select count(*) from not_about") == 0


async def test_what_one_does_not_see_or_does_not_ask_cannot_be_hidden(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bo, _cy, post = await company(house)
    unseen = await house.good(
        bo, "POST", "/api/v1/statuses", data={"status": "Only for who follows me", "visibility": "private"}
    )
    for at, question, status in ((unseen["id"], "who", 404), (post, "", 422), ("77", "x", 404)):
        answer = await house.ask(
            ada, "POST", f"/api/weetwie/v1/statuses/{at}/not_about", json={"q": question}
        )
        assert answer.status_code == status, (at, question)
    monkeypatch.setattr(not_about, "MOST", 0)
    answer = await house.ask(ada, "POST", f"/api/weetwie/v1/statuses/{post}/not_about", json={"q": "seal"})
    assert answer.status_code == 429
