"""What was written elsewhere, to who asks: found by questions and by search, with its source, and for whom it is for alone."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.imports.bringing import acting
from tests.imports.written import ADA, BO, GENERAL, NAMED, message, reader
from tests.world import Someone
from weetwie.access.enums import Ring
from weetwie.domain.passages import choices
from weetwie.domain.passages.choices import OwnChoice
from weetwie.domain.people.claim import claim
from weetwie.domain.people.erase import erase
from weetwie.domain.people.rules import Newcomer
from weetwie.flows.imports.evidence import bring_in
from weetwie.flows.imports.evidence_report import EvidenceReport, EvidenceTerms
from weetwie.imports.sources.form import Message

WHO_KNOWS, PASSAGES = "/api/weetwie/v1/who_knows", "/api/weetwie/v1/passages"
SEAL = "The shaft seal of the tanker pump leaks, I replaced the carbon ring"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        await house.world.policy(sign_up_domains=["house.example"])
        for number in range(8):
            other = await house.world.member(f"other{number}")
            await house.good(
                other, "POST", "/api/v1/statuses", data={"status": f"Lunch number {number} is soup"}
            )
        yield house


async def bring(house: House, messages: Sequence[Message], **more: Any) -> EvidenceReport:
    return await bring_in(
        house.world.database,
        await acting(house.world.database),
        Path(__file__),
        EvidenceTerms(kind="slack", **more),
        reader=reader([GENERAL, *messages]),
    )


async def ask(house: House, who: Someone, question: str) -> Any:
    return await house.good(who, "GET", WHO_KNOWS, params={"q": question})


async def join(house: House, handle: str) -> Someone:
    """Whoever came with the import joins as themselves."""
    async with house.world.database.transaction() as db:
        person_id = await db.connection.fetchval("select id from people where handle = $1", handle)
        await claim(db, await acting(house.world.database), person_id, Newcomer(handle=handle))
    someone = Someone(person_id, handle)
    await house.world.token(someone)
    return someone


async def test_a_question_finds_what_was_written_and_ranks_nobody_by_it(house: House) -> None:
    viewer = await house.world.member("viewer")
    await bring(house, [message(1, SEAL, ADA, link="https://chat.example/C1/m1")])
    answer = await ask(house, viewer, "tanker seal")
    assert answer["people"] == [] and not answer["is_named"]
    (found,) = answer["passages"]
    assert found["written"]["source"] == "slack" and found["written"]["channel"] == "general"
    assert found["written"]["source_url"] == "https://chat.example/C1/m1"
    assert found["marks"], "the words that were asked are marked"
    assert answer["unknown"] == []


async def test_what_says_a_part_of_the_question_comes_after_what_says_all_of_it(house: House) -> None:
    viewer = await house.world.member("viewer")
    near = [message(number, f"Kingfisher {number} arrived", NAMED) for number in range(2, 5)]
    await bring(house, [message(1, "The kingfisher valves drip", NAMED), *near])
    answer = await ask(house, viewer, "kingfisher valves")
    texts = [one["written"]["text"] for one in answer["passages"]]
    assert texts[0] == "The kingfisher valves drip" and len(texts) > 1
    assert answer["people"] == []


async def test_a_question_about_something_else_finds_nothing_elsewhere(house: House) -> None:
    viewer = await house.world.member("viewer")
    await bring(house, [message(1, SEAL, ADA), message(2, "The printer works again", BO)])
    assert "passages" not in await ask(house, viewer, "sourdough zeppelin")


async def test_whoever_has_not_joined_is_ranked_only_where_the_organisation_says_so(house: House) -> None:
    viewer = await house.world.member("viewer")
    await bring(house, [message(1, SEAL, ADA)], may_rank=True)
    answer = await ask(house, viewer, "tanker seal")
    assert [one["account"]["username"] for one in answer["people"]] == ["ada"]
    (proof,) = answer["people"][0]["passages"]
    assert proof["written"]["text"] == SEAL and answer["people"][0]["proofs"] == []
    assert "passages" not in answer, "it proves somebody already"


async def test_whoever_has_joined_is_ranked_by_what_they_wrote_elsewhere(house: House) -> None:
    viewer = await house.world.member("viewer")
    await bring(house, [message(1, SEAL, ADA)])
    await join(house, "ada")
    answer = await ask(house, viewer, "tanker seal")
    assert [one["account"]["username"] for one in answer["people"]] == ["ada"]


async def test_in_works_council_mode_nobody_is_ranked_by_it_before_their_own_yes(house: House) -> None:
    viewer = await house.world.member("viewer")
    await bring(house, [message(1, SEAL, ADA)])
    ada = await join(house, "ada")
    await house.world.policy(works_council=True)
    answer = await ask(house, viewer, "tanker seal")
    assert answer["people"] == [] and len(answer["passages"]) == 1
    async with house.world.database.transaction() as db:
        await choices.choose(db, await house.world.viewer(ada), OwnChoice.published)
    answer = await ask(house, viewer, "tanker seal")
    assert [one["account"]["username"] for one in answer["people"]] == ["ada"]
    assert answer["people"][0]["last_shown_at"] is None


async def test_a_name_is_never_ranked(house: House) -> None:
    viewer = await house.world.member("viewer")
    await bring(house, [message(1, SEAL, NAMED)], may_rank=True)
    answer = await ask(house, viewer, "tanker seal")
    assert answer["people"] == []
    assert answer["passages"][0]["written"]["author_name"] == "Nils Nobody"
    assert answer["passages"][0]["written"]["author_id"] is None


async def test_it_is_found_by_its_words_in_its_source_and_channel(house: House) -> None:
    viewer = await house.world.member("viewer")
    await bring(house, [message(1, SEAL, ADA), message(2, "Soup again", BO)])
    for line in (
        "in:slack seal",
        "in:slack/general seal",
        "in:elsewhere seal",
        "seal",
        "in:slack Vermeer seals",
    ):
        found = await house.good(viewer, "GET", PASSAGES, params={"q": line})
        assert [one["text"] for one in found] == [SEAL], line
    for line in ("in:zulip seal", "in:slack/other seal", "in:slack seal is:answered"):
        assert await house.good(viewer, "GET", PASSAGES, params={"q": line}) == [], line
    posts = await house.good(viewer, "GET", "/api/v2/search", params={"q": "in:slack soup"})
    assert posts["statuses"] == []
    posts = await house.good(viewer, "GET", "/api/v2/search", params={"q": "seal"})
    assert posts["statuses"] == []


async def test_a_thread_is_read_whole_by_whom_it_is_for_alone(house: House) -> None:
    viewer = await house.world.member("viewer")
    guest = await house.world.guest("guest", sponsor=viewer)
    await bring(house, [message(1, "Why does it leak?", BO), message(2, SEAL, ADA, thread="m1")])
    id = (await house.good(viewer, "GET", PASSAGES, params={"q": "in:slack carbon"}))[0]["id"]
    thread = await house.good(viewer, "GET", f"{PASSAGES}/{id}")
    assert [one["text"] for one in thread] == ["Why does it leak?", SEAL]
    assert (await house.ask(guest, "GET", f"{PASSAGES}/{id}")).status_code == 404
    assert (await house.ask(viewer, "GET", f"/api/v1/statuses/{id}")).status_code == 404
    assert (await house.ask(viewer, "POST", f"/api/v1/statuses/{id}/favourite")).status_code == 404


async def test_a_block_holds_and_a_wider_channel_is_for_the_network(house: House) -> None:
    viewer, blocked = await house.world.member("viewer"), await house.world.member("blocked")
    alumnus = await house.world.alumnus("alma")
    await bring(house, [message(1, SEAL, ADA)], audience=Ring.network)
    ada = await join(house, "ada")
    await house.world.block(blocked, ada)
    for who, number in ((viewer, 1), (alumnus, 1), (blocked, 0)):
        assert len(await house.good(who, "GET", PASSAGES, params={"q": "in:slack carbon"})) == number
        answer = await ask(house, who, "tanker seal")
        assert len(answer["people"]) + len(answer.get("passages", [])) == number


async def test_it_goes_when_its_author_is_erased_also_where_their_posts_stay(house: House) -> None:
    viewer = await house.world.member("viewer")
    await bring(house, [message(1, SEAL, ADA), message(2, "Mine stays", BO)])
    ada = await join(house, "ada")
    chief = await house.world.viewer(await house.world.member("chief", is_admin=True))
    async with house.world.database.transaction() as db:
        db.at_once = house.world.database.at_once
        await erase(db, chief, ada.id, keeps_posts=True)
    assert await house.good(viewer, "GET", PASSAGES, params={"q": "in:slack carbon"}) == []
    await house.settle()
    assert await house.world.connection.fetchval("select count(*) from passages") == 1
    report = await bring(house, [message(1, SEAL, ADA), message(2, "Mine stays", BO)])
    assert report.left_out == {"forgotten": 1}, "and does not come in again"


async def test_an_installation_without_any_asks_nothing_more(house: House) -> None:
    viewer = await house.world.member("viewer")
    asked: list[str] = []
    house.world.connection.add_query_logger(lambda one: asked.append(one.query))
    await ask(house, viewer, "tanker soup")
    assert not any("passages" in query for query in asked)
