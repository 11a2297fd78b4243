"""The survey as people see it: a card, five fields, a thank you; and how an administrator runs it. Without a script."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from tests.flows.test_meeting import knows
from tests.flows.test_survey import TOPICS
from tests.site import act, browser, form_of, give_password, sign_in, text_of
from tests.world import World
from weetwie.domain.benefits import survey, survey_rules

CARD = "A few questions, two minutes, voluntary."


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn)
    for handle, name in (("ada", "Ada"), ("bo", "Bo Adema"), ("boss", "Cy")):
        one = await world.member(handle, name=name, is_admin=handle == "boss")
        await give_password(world, one)
        await world.post(one, "Hello")
    for topic in TOPICS:
        await knows(world, await world.member(f"k_{topic}", name=f"Kim {topic}"), topic)
    yield world
    await world.close()


async def words(site: httpx.AsyncClient, address: str) -> str:
    return " ".join(text_of(await site.get(address)).split())


async def started(world: World) -> None:
    async with browser(world) as site:
        await sign_in(site, "boss")
        page = await site.get("/admin/benefit/survey")
        assert page.text.count('type="checkbox" name="topic"') == len(TOPICS)
        sent = {**form_of(page), "topic": TOPICS, "days": "14", "act": "start"}
        assert (await site.post("/admin/benefit/survey", data=sent)).status_code == 303
        assert "A round is open" in await words(site, "/admin/benefit/survey")


async def test_a_card_asks_once_and_one_click_ends_it(world: World) -> None:
    await started(world)
    async with browser(world) as site:
        await sign_in(site, "ada")
        page = await words(site, "/")
        assert CARD in page and "Two minutes, five stops" not in page, "one thing at a time"
        await act(site, "/survey", act="decline")
        page = await words(site, "/")
        assert CARD not in page and "Two minutes, five stops" in page
        assert "Who would you ask about" in await words(site, "/survey"), (
            "who thinks again may still take part"
        )


async def test_answers_are_sent_thanked_for_and_can_be_deleted(world: World) -> None:
    await started(world)
    async with browser(world) as site:
        await sign_in(site, "ada")
        page = await site.get("/survey")
        assert page.text.count('data-complete="people"') == 5
        answer = {
            **form_of(page),
            "topic": TOPICS,
            "person-0": "bo",
            "person-1": "Kim filters",
            "unknown-2": "on",
            "act": "answer",
        }
        assert (await site.post("/survey", data=answer)).status_code == 303
        assert "Thank you" in await words(site, "/survey") and CARD not in await words(site, "/")
        rows = await world.connection.fetch("select topic, is_correct from survey_answers order by topic")
        assert [tuple(row) for row in rows] == [("CAD", False), ("filters", True), ("pumps", None)]
        await act(site, "/survey", act="take_back")
        assert await world.connection.fetchval("select count(*) from survey_answers") == 0
        assert CARD not in await words(site, "/")


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(world: World) -> None:
    await started(world)
    async with browser(world) as site:
        await sign_in(site, "ada")
        page = await site.get("/survey")
        order = [line.split('"')[0] for line in page.text.split('name="topic" value="')[1:]]
        answer = {
            **form_of(page),
            "topic": order,
            "person-0": "bo",
            "person-1": "Nobody Known",
            "unknown-2": "on",
            "act": "answer",
        }
        refused = await site.post("/survey", data=answer)
        assert refused.status_code == 422
        assert 'value="Nobody Known"' in refused.text and 'value="bo"' in refused.text
        assert refused.text.count(
            'aria-invalid="true"'
        ) == 1 and "There's no one called Nobody Known here" in text_of(refused)
        refused = await site.post("/survey", data={**form_of(page), "topic": order, "act": "answer"})
        assert "Answer at least one question" in text_of(refused)
        await world.connection.execute("update survey_rounds set ends_at = begins_at")
        refused = await site.post("/survey", data={**answer, "person-1": "k_CAD"})
        assert refused.status_code == 422 and "The survey is over. Nothing was saved." in text_of(refused)


async def test_two_rounds_stand_on_the_page_the_sheet_and_the_table(world: World) -> None:
    await started(world)
    people = [await world.member(f"m{n}") for n in range(60)]
    for correct in (20, 40):
        id = await world.connection.fetchval("select id from survey_rounds where counted_at is null")
        for n, one in enumerate(people):
            await world.connection.execute(
                "insert into survey_answers values ($1, $2, 'pumps', $3)", id, one.id, n < correct
            )
        async with browser(world) as site:
            await sign_in(site, "boss")
            await act(site, "/admin/benefit/survey", act="end")
            await world.connection.execute(
                "update survey_rounds set counted_at = counted_at - $1::interval", timedelta(days=184)
            )
            if correct == 20:
                page = await words(site, "/admin/benefit/survey")
                assert "20 of 60" in page and "The same topics as the first time" in page
                assert "The first round. A second one" in await words(site, "/admin/benefit")
                await act(site, "/admin/benefit/survey", act="start", days="14")
    async with browser(world) as site:
        await sign_in(site, "boss")
        page = await words(site, "/admin/benefit")
        assert (
            "33% Named" in page and "67%" in page and "33 percentage points more than the first time" in page
        )
        for language in ("en", "nl", "de"):
            sheet = await site.get(f"/admin/benefit.pdf?lang={language}")
            assert sheet.content.startswith(b"%PDF") and b"/Count 1" in sheet.content
        table = (await site.get("/admin/benefit.csv")).text
        assert (
            "survey_named_someone_who_knows,20,60" in table
            and "survey_named_someone_who_knows,40,60" in table
        )
        assert "survey_had_someone_in_mind,," in table, "nobody said that they do not know"
        await world.policy(works_council=True)
        for at in ("/admin/benefit", "/admin/benefit/survey"):
            page = await words(site, at)
            assert "67%" not in page and "40 of 60" not in page
        assert "survey" not in (await site.get("/admin/benefit.csv")).text
        assert "there's no survey" in await words(site, "/admin/benefit/survey")
        assert "Start the survey" not in await words(site, "/admin/launch")


async def test_it_is_run_by_administrators_alone_and_bad_input_is_refused(world: World) -> None:
    async with browser(world) as site:
        await sign_in(site, "ada")
        assert (await site.get("/admin/benefit/survey")).status_code == 404
        assert "No survey is open right now" in await words(site, "/survey")
    async with browser(world) as site:
        await sign_in(site, "boss")
        page = await site.get("/admin/benefit/survey")
        for topics, days in ((TOPICS[:4], "14"), (TOPICS, "400"), (TOPICS, "soon")):
            sent = {**form_of(page), "topic": topics, "days": days, "act": "start"}
            refused = await site.post("/admin/benefit/survey", data=sent)
            assert refused.status_code == 422 and "Choose between" in text_of(refused)
        assert await world.connection.fetchval("select count(*) from survey_rounds") == 0
    async with browser(world) as site:
        assert (await site.get("/survey")).status_code == 303
    assert survey_rules.SHORTEST == 7


async def test_a_round_in_which_nearly_all_named_someone_who_knows_says_so_and_no_number(
    world: World,
) -> None:
    await started(world)
    id = await world.connection.fetchval("select id from survey_rounds where counted_at is null")
    for n in range(40):
        one = await world.member(f"m{n}")
        await world.connection.execute(
            "insert into survey_answers values ($1, $2, 'pumps', $3)", id, one.id, n > 0
        )
    async with browser(world) as site:
        await sign_in(site, "boss")
        await act(site, "/admin/benefit/survey", act="end")
        page = await words(site, "/admin/benefit/survey")
        assert "Nearly all" in page and "More than 90% means nearly all" in page and "39" not in page
        page = await words(site, "/admin/benefit")
        assert "> 90%" in page and "no" in page and "98%" not in page
        assert (await site.get("/admin/benefit.pdf")).content.startswith(b"%PDF")
    assert await world.connection.fetchval("select count(*) from survey_answers") == 0


async def test_the_sample_company_has_rounds_of_its_own_that_are_marked_and_go_with_it(world: World) -> None:
    await started(world)
    await world.connection.execute("delete from survey_rounds")
    await survey.bring_sample(world.db, ["pumps", "valves"])
    async with browser(world) as site:
        await sign_in(site, "boss")
        page = await words(site, "/admin/benefit/survey")
        assert "These rounds are part of the sample company" in page and "70 of 95" in page
        assert "Start the first round" in page, "they are no rounds of the organisation"
        assert "These are numbers of the sample company" in await words(site, "/admin/benefit")
    await survey.clear_sample(world.db)
    assert await survey.counted(world.db, is_sample=True) == []
