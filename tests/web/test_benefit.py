"""What it brought you, why it is good, and the tour: pages without a script."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.site import act, browser, give_password, sign_in, text_of
from tests.world import World
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.benefits import lately, own
from weetwie.domain.benefits.own import Brought
from weetwie.domain.people.census import members

ASKED = "Who has measured water hammer? #surge"


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn)
    yield world
    await world.close()


async def words(site: httpx.AsyncClient, address: str) -> str:
    return " ".join(text_of(await site.get(address, follow_redirects=True)).split())


async def three(world: World) -> int:
    """Ada asks, Bo answers and is thanked; Cy, who sits beside Ada, only reads."""
    ada = await world.member("ada", name="Ada", unit="Hydraulics")
    bo = await world.member("bo", name="Bo Adema", unit="Logistics")
    cy = await world.member("cy", name="Cy", is_admin=True)
    for one in (ada, bo, cy):
        await give_password(world, one)
    question = await world.post(ada, ASKED, is_question=True, tags=["surge"])
    answer = await world.post(bo, "Nine bar", reply_to=question)
    await world.post(ada, "Thank you", reply_to=answer)
    await world.connection.execute("update posts set answer_id = $1 where id = $2", answer, question)
    return answer


async def test_ones_own_page_tells_of_answers_people_units_and_topics(world: World) -> None:
    await three(world)
    async with browser(world) as site:
        await sign_in(site, "ada")
        page = await words(site, "/settings/benefit")
    assert "1 of your questions got replies." in page
    assert "Bo Adema" in page and "Logistics It began with Bo Adema" in page and "#surge" in page
    async with browser(world) as site:
        await sign_in(site, "bo")
        page = await words(site, "/settings/benefit")
    assert "You answered 1 person. 1 of your answers was marked as the answer." in page
    assert "Hydraulics It began with Ada" in page and "#surge" not in page


async def test_its_picture_says_in_words_what_it_shows(world: World) -> None:
    await three(world)
    async with browser(world) as site:
        await sign_in(site, "bo")
        page = (await site.get("/settings/benefit")).text
    assert 'aria-label="Answers by month. You got 0 and gave 1 in twelve months."' in page
    assert page.count('<rect class="gave"') == 1 and '<rect class="got"' not in page


async def test_nobody_else_has_such_a_page_of_them_not_even_an_administrator(world: World) -> None:
    await three(world)
    async with browser(world) as site:
        await sign_in(site, "cy")
        page = await words(site, "/settings/benefit?person=ada")
        assert "Bo Adema" not in page and "People appear here once you have replied to each other." in page
    async with browser(world) as site:
        assert (await site.get("/settings/benefit")).status_code == 303


async def test_switched_off_nothing_is_worked_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await three(world)
    asked: list[str] = []
    brought = own.brought

    async def counted(db: Db, viewer: Viewer) -> Brought:
        asked.append("worked out")
        return await brought(db, viewer)

    monkeypatch.setattr(own, "brought", counted)
    async with browser(world) as site:
        await sign_in(site, "ada")
        await act(site, "/settings/benefit", act="off")
        assert "You've switched this off" in await words(site, "/settings/benefit")
        assert asked == []
        await act(site, "/settings/benefit", act="on")
        assert "Bo Adema" in await words(site, "/settings/benefit")
        assert asked == ["worked out"]


async def test_the_last_30_days_stand_beside_home_and_on_ones_own_profile_alone(world: World) -> None:
    await three(world)
    asks, answers = "You asked 1 question.", "In the last 30 days you answered 1 question."
    for handle, said in (("ada", f"{asks} The first answer came within"), ("bo", answers)):
        async with browser(world) as site:
            await sign_in(site, handle)
            for page in ("/", f"/@{handle}"):
                assert said in await words(site, page)
            for page in ("/@cy", "/@bo" if handle == "ada" else "/@ada", "/all"):
                assert "What it brought you" not in await words(site, page)
    async with browser(world) as site:
        await sign_in(site, "cy")
        assert "What it brought you" not in await words(site, "/"), "nothing to tell"


async def test_no_time_is_told_where_less_than_half_of_the_questions_were_answered(world: World) -> None:
    ada = await world.member("eve", name="Eve")
    bo = await world.member("fay", name="Fay")
    await world.post(bo, "Here", reply_to=await world.post(ada, "Where?", is_question=True))
    viewer = await world.viewer(ada)
    found = await lately.brought_lately(world.db, viewer)
    assert found is not None and found.wait is not None
    for number in range(2):
        await world.post(ada, f"And what of {number}?", is_question=True)
    found = await lately.brought_lately(world.db, viewer)
    assert found is not None and (found.asked, found.wait) == (3, None)


async def test_switched_off_the_last_30_days_are_not_worked_out_either(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await three(world)
    asked: list[str] = []

    async def counted(_db: Db, _viewer: Viewer) -> None:
        asked.append("worked out")

    monkeypatch.setattr("weetwie.web.brought.brought_lately", counted)
    async with browser(world) as site:
        await sign_in(site, "ada")
        await act(site, "/settings/benefit", act="off")
        for page in ("/", "/@ada"):
            assert "What it brought you" not in await words(site, page)
        assert asked == []
        await act(site, "/settings/benefit", act="on")
        await site.get("/")
        assert asked == ["worked out"]


async def test_what_one_does_not_see_counts_for_nothing(world: World) -> None:
    answer = await three(world)
    await world.delete(answer)
    async with browser(world) as site:
        await sign_in(site, "ada")
        page = await words(site, "/settings/benefit")
    assert "Bo Adema" not in page and "#surge" not in page
    assert "Answers you get and give appear here" in page


async def test_the_page_that_explains_begins_with_the_organisations_own_words(world: World) -> None:
    await three(world)
    async with browser(world) as site:
        page = await words(site, "/about/why")
        assert "Right now someone here is looking for what you know." in page
        assert "Nine bar" not in page and "An example with made-up people" in page
    await world.policy(why="Pumps break at night.\n\nSo ask.")
    async with browser(world) as site:
        page = await words(site, "/about/why")
        assert page.index("Pumps break at night.") < page.index("Someone has solved it before")
        assert "Right now someone here" not in page
        await sign_in(site, "cy")
        page = await words(site, "/about/why")
    assert "It happened here" in page and "Nine bar" in page and "made-up people" not in page


async def test_an_administrator_writes_these_words(world: World) -> None:
    await three(world)
    async with browser(world) as site:
        await sign_in(site, "cy")
        given = {"name": "Peilwerk", "longest_post": "1000", "why": "So ask."}
        assert "in your own words: So ask." in " ".join(
            text_of(await act(site, "/admin/policy", **given)).split()
        )


async def test_the_tour_is_offered_until_it_was_taken_or_declined_and_never_again(world: World) -> None:
    await three(world)
    for handle in ("ada", "bo"):
        async with browser(world) as site:
            await sign_in(site, handle)
            assert "Two minutes, five stops" in await words(site, "/")
            if handle == "ada":
                assert (await site.get("/tour")).headers["location"] == "/?tour=1#tour"
                for step, at in enumerate(
                    ("/", "/who-knows", "/questions", "/people", "/settings/knowledge"), 1
                ):
                    page = await words(site, f"{at}?tour={step}")
                    assert f"Stop {step} of 5" in page and "Two minutes, five stops" not in page
            assert (await act(site, "/tour")).status_code == 303
            assert "Two minutes, five stops" not in await words(site, "/")
            assert "Stop 1 of 5" in await words(site, "/?tour=1")


async def test_what_it_brings_is_a_page_a_sheet_and_a_table(world: World) -> None:
    await three(world)
    await world.policy(name="Peil #werk*", accent="b5452c")
    async with browser(world) as site:
        await sign_in(site, "cy")
        page = await words(site, "/admin/benefit")
        assert "Not shown, because fewer than 10 people are on one side of it" in page
        assert "Alumni who answered" in page and "Too few to show" not in page
        for language in ("en", "nl", "de"):
            sheet = await site.get(f"/admin/benefit.pdf?lang={language}")
            assert sheet.headers["content-type"] == "application/pdf"
            assert sheet.content.startswith(b"%PDF") and f"({language})".encode() in sheet.content
            assert b"/StructTreeRoot" in sheet.content and b"/Count 1" in sheet.content
        table = (await site.get("/admin/benefit.csv")).text.splitlines()
        assert table[0] == "quarter,figure,number,of" and table[1].endswith(",questions_answered,,")
    taken = await world.connection.fetchval("select count(*) from audit where act = 'benefit.download'")
    assert taken == 4


async def test_in_works_council_mode_the_page_says_what_it_leaves_out(world: World) -> None:
    await three(world)
    await world.policy(works_council=True)
    async with browser(world) as site:
        await sign_in(site, "cy")
        page = await words(site, "/admin/benefit")
        assert "Alumni who answered" not in page and "only questions and answers are counted" in page
        assert (await site.get("/admin/benefit.pdf")).content.startswith(b"%PDF")


async def test_what_it_brings_is_not_for_everybody(world: World) -> None:
    await three(world)
    async with browser(world) as site:
        await sign_in(site, "ada")
        for at in ("/admin/benefit", "/admin/benefit.pdf", "/admin/benefit.csv"):
            assert (await site.get(at)).status_code == 404


async def test_of_a_small_organisation_what_can_be_told_is_shown_and_the_rest_left_out_with_the_reason(
    world: World,
) -> None:
    await three(world)
    for number in range(14):
        await world.member(f"m{number}")
    async with browser(world) as site:
        await sign_in(site, "cy")
        page = await site.get("/admin/benefit")
        figures = text_of(page).partition("Not shown, because")[0]
        assert "People who have logged in" in figures and "About 15" in figures
        assert page.text.count("Not shown, because") == 1


async def test_people_of_the_sample_company_are_counted_nowhere_and_their_numbers_are_marked(
    world: World,
) -> None:
    await three(world)
    boss = await world.member("boss", is_admin=True)
    await made_up(world, 30)
    async with browser(world) as site:
        await sign_in(site, "cy")
        page = await words(site, "/admin/benefit")
        assert "These are numbers of the sample company, made up." in page and "About 30" in page
        for number in range(12):
            await world.member(f"m{number}")
        page = await words(site, "/admin/benefit")
        assert "sample company" not in page and "About 15" in page, "sixteen, and nobody made up"
        overview = await words(site, "/admin")
        assert "16" in overview and "46" not in overview
    counted = await members(world.db, await world.viewer(boss))
    assert (counted.people, counted.joined) == (16, 16)


async def made_up(world: World, number: int) -> None:
    source = await world.connection.fetchval(
        "insert into imports (kind, source, edition) values ('sample', 'sample', '') returning id"
    )
    for one in range(number):
        person = await world.member(f"s{one}")
        await world.connection.execute(
            "insert into imported_people (space, key, import_id, person_id, is_made) values ('s', $1, $2, $3, true)",
            str(one),
            source,
            person.id,
        )
