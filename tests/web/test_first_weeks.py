"""The first 90 days of somebody new: four quiet cards on their own home, of people whom they see, none twice."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.site import act, browser, form_of, give_password, sign_in, text_of
from tests.world import Someone, World
from weetwie.access.enums import Ring, Standing, Visibility
from weetwie.access.viewer import system
from weetwie.context import Context, of_system
from weetwie.domain.exports import everything
from weetwie.domain.handover import reading_lists
from weetwie.domain.handover.reading_lists import LeftList
from weetwie.domain.identity import sessions
from weetwie.domain.knowledge import topics
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.meeting import erase, first_weeks, preferences
from weetwie.domain.meeting.weeks import LASTS, WorthMeeting, few, week_at
from weetwie.domain.people.rules import Newcomer
from weetwie.events import PersonErased, PersonJoined, PersonLeft
from weetwie.flows import arrive, first_weeks as flow, week
from weetwie.flows.first_weeks import WeekCard
from weetwie.runtime import clock

LEARNS = TopicChoice.learning
CARD = 'action="/first-weeks"'


async def says(world: World, who: Someone, name: str, choice: TopicChoice = TopicChoice.knows) -> None:
    await topics.choose(world.db, await world.viewer(who), name, choice)


async def began(world: World, who: Someone, days: int = 0) -> None:
    """They joined while this was there, and logged in for the first time so long ago."""
    await first_weeks.joined(world.db, await world.viewer(), [PersonJoined(who.id)])
    at = clock.now() - timedelta(days=days)
    await world.connection.execute("update first_weeks set began_at = $2 where person_id = $1", who.id, at)


async def days_pass(world: World, days: int) -> None:
    await world.connection.execute(
        "update first_weeks set began_at = began_at - make_interval(days => $1)", days
    )


async def opened(world: World, who: Someone) -> WeekCard | None:
    async with world.database.transaction() as db:
        return await flow.for_home(db, await world.viewer(who))


async def people(world: World, who: Someone) -> dict[int, tuple[str, str]]:
    card = await opened(world, who)
    return {one.person_id: (one.why, one.topic) for one in card.people} if card else {}


@pytest.fixture
async def new(world: World) -> Someone:
    new = await world.member("new", name="New", unit="Pumps")
    await began(world, new)
    return new


async def test_the_first_card_has_the_department_the_predecessor_and_who_helps_with_what(
    world: World, new: Someone
) -> None:
    await give_password(world, new)
    bo = await world.member("bo", name="Bo Berg", unit="Pumps")
    cy = await world.member("cy", name="Cy Dam", unit="Sales")
    for who, name in ((bo, "seals"), (bo, "valves"), (cy, "prices"), (cy, "burnout")):
        await says(world, who, name)
    left = LeftList(words="read this", successor_id=new.id)
    await reading_lists.leave(world.db, await world.viewer(bo), left)
    async with browser(world) as theirs:
        await sign_in(theirs, "new")
        text = text_of(await theirs.get("/"))
        card = text.partition("Your first week")[2].partition("Turn off")[0]
        assert "1 person in your department" in card and "Left you a reading list" in card
        assert "Ask about seals" in card and "Ask about prices" in card and "burnout" not in card
        assert "valves" not in card, "nobody twice"
        for page in ("/all", "/?max_id=1", "/@new"):
            assert CARD not in (await theirs.get(page)).text, "one card, at home"


async def test_each_card_has_its_days_and_between_them_there_is_none() -> None:
    days = {day: week_at(timedelta(days=day, hours=3)) for day in range(100)}
    found = {week: [day for day in days if days[day] == week] for week in (1, 2, 4, 12, None)}
    assert found[1] == [*range(7)] and found[2] == [*range(7, 21)] and found[4] == [*range(21, 49)]
    assert found[12] == [*range(77, 91)] and found[None] == [*range(49, 77), *range(91, 100)]
    assert timedelta(days=91) == LASTS


async def test_the_second_card_has_people_for_what_one_wants_to_learn_whom_one_does_not_follow(
    world: World, new: Someone
) -> None:
    bo, cy = [await world.member(handle, unit="Pumps") for handle in ("bo", "cy")]
    for who in (bo, cy):
        await says(world, who, "welding")
    await says(world, new, "welding", LEARNS)
    await world.follow(new, bo)
    await days_pass(world, 8)
    assert await people(world, new) == {cy.id: ("knows", "welding")}


async def test_the_later_cards_have_people_of_other_departments_who_ask_or_write_about_what_one_knows(
    world: World, new: Someone
) -> None:
    async def writes(handle: str, unit: str = "Sales", *, asks: bool = False, **more: Any) -> Someone:
        who = await world.member(handle, unit=unit)
        id = await world.post(who, "About #welding", tags=["welding"], **more)
        await world.connection.execute("update posts set is_question = $2 where id = $1", id, asks)
        return who

    await says(world, new, "welding")
    asks, does = await writes("asks", asks=True), await writes("does", "Labs")
    learns = await world.member("learns", unit="Yard")
    await says(world, learns, "welding", LEARNS)
    await writes("mate", "Pumps")
    await writes("mine", visibility=Visibility.private)
    met, followed = await writes("met"), await writes("followed")
    await world.post(met, "hello you", reply_to=await world.post(new, "hello"))
    await world.follow(new, followed)
    await world.connection.execute(
        "update people set joined_at = joined_at - interval '1 year' where handle <> 'new'"
    )
    await days_pass(world, 22)
    wanted = {
        asks.id: ("asks", "welding"),
        learns.id: ("learns", "welding"),
        does.id: ("writes", "welding"),
    }
    assert await people(world, new) == wanted
    assert await people(world, new) == wanted, "the same card, for as long as it stands"
    later = await writes("later", "Yard")
    await days_pass(world, 56)
    assert await people(world, new) == {later.id: ("writes", "welding")}, "nobody whom another card had"


async def near(world: World, who: Someone) -> dict[int, str]:
    card = await opened(world, who)
    assert card is not None and card.is_nearby
    return {one.person_id: one.why for one in card.people}


async def test_who_has_no_topics_is_shown_people_by_what_is_known_and_asked_for_topics(
    world: World, new: Someone
) -> None:
    await give_password(world, new)
    bo = await world.member("bo", unit="Pumps")
    cy = await world.member("cy", unit="Sales")
    di = await world.member("di", unit="Pumps")
    ed = await world.member("ed", unit="Lab")
    question = await world.post(di, "Where are the seals?", is_question=True)
    await world.post(bo, "In the shed", reply_to=question)
    await world.mark(new, await world.post(cy, "Prices rise"), bookmark=True)
    await world.connection.execute(
        "update people set joined_at = joined_at - interval '1 year' where handle in ('bo', 'cy', 'di')"
    )
    await days_pass(world, 8)
    assert await near(world, new) == {bo.id: "asked", cy.id: "read", ed.id: "joined"}
    async with browser(world) as theirs:
        await sign_in(theirs, "new")
        page = await theirs.get("/")
        card = text_of(page).partition("People you may like to meet")[2].partition("Turn off")[0]
        for words in (
            "Answers questions in your department",
            "Wrote what you bookmarked, favourited or replied to",
            "Joined when you did",
            "Say what you want to learn",
        ):
            assert words in card
        assert 'href="/begin/topics"' in page.text
    await world.policy(works_council=True)
    assert "asked" not in (await near(world, new)).values()


async def test_who_follows_people_is_shown_whom_they_follow(world: World, new: Someone) -> None:
    friend, theirs = await world.member("friend"), await world.member("theirs", unit="Sales")
    await world.follow(new, friend)
    await world.follow(friend, theirs)
    await world.connection.execute(
        "update people set joined_at = joined_at - interval '1 year' where handle <> 'new'"
    )
    await days_pass(world, 25)
    assert await near(world, new) == {theirs.id: "followed"}


async def test_what_the_newcomer_does_not_see_brings_nobody_near(world: World, new: Someone) -> None:
    bo, cy, di = [await world.member(name, unit="Pumps") for name in ("bo", "cy", "di")]
    question = await world.post(di, "Where are the seals?", is_question=True)
    await world.post(bo, "In the shed", reply_to=question)
    await world.block(cy, new)
    await world.block(di, new)
    await world.connection.execute(
        "update people set joined_at = joined_at - interval '1 year' where handle <> 'new'"
    )
    await days_pass(world, 8)
    assert await near(world, new) == {bo.id: "unit"}, "di, whom bo answered, is not seen"


async def test_a_guest_without_topics_is_shown_their_host_in_the_second_week_and_nobody_later(
    world: World,
) -> None:
    host = await world.member("host", profile_ring=int(Ring.network))
    await world.member("other", profile_ring=int(Ring.network))
    guest = await made(world, Standing.guest, host)
    await began(world, guest)
    await days_pass(world, 8)
    assert await near(world, guest) == {host.id: "host"}
    await days_pass(world, 17)
    assert await opened(world, guest) is None


async def test_who_writes_about_it_without_a_tag_is_found_too(world: World, new: Someone) -> None:
    bo = await world.member("bo", unit="Sales")
    await says(world, bo, "heat pumps")
    await says(world, new, "heat pumps")
    await days_pass(world, 22)
    assert await people(world, new) == {bo.id: ("writes", "heat pumps")}


_Change = Callable[[World, Someone, Someone], Awaitable[Any]]


async def _wants_none(world: World, new: Someone, bo: Someone) -> None:
    await preferences.choose(world.db, await world.viewer(bo), is_introduced=False)


GONE: dict[str, _Change] = {
    "may not be found": lambda world, new, bo: world.change(bo, is_discoverable=False),
    "wants no introductions": _wants_none,
    "is suspended": lambda world, new, bo: world.suspend(bo),
    "is leaving": lambda world, new, bo: world.change(bo, until=clock.now() + timedelta(days=9)),
    "has blocked them": lambda world, new, bo: world.block(bo, new),
    "is muted": lambda world, new, bo: world.mute(new, bo),
    "never logged in": lambda world, new, bo: world.change(bo, has_joined=False),
    "is a program": lambda world, new, bo: world.change(bo, is_bot=True),
}


@pytest.mark.parametrize("days", [0, 8, 22])
@pytest.mark.parametrize("what", GONE)
async def test_only_who_may_be_found_stands_on_a_card(
    world: World, new: Someone, what: str, days: int
) -> None:
    bo = await world.member("bo", unit="Sales")
    await says(world, bo, "welding")
    if days:
        await says(world, new, "welding", LEARNS if days == 8 else TopicChoice.knows)
    await days_pass(world, days)
    assert list(await people(world, new)) == [bo.id]
    await GONE[what](world, new, bo)
    assert await people(world, new) == {}


async def test_a_card_is_skipped_with_one_click_and_all_of_them_with_another(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    await began(world, ada)
    await world.member("bo", unit="Pumps")
    for who in (await world.member("cy", unit="Sales"),):
        await says(world, who, "welding")
    await says(world, ada, "welding", LEARNS)
    assert CARD in (await site.get("/")).text
    assert (await act(site, "/first-weeks", act="skip", week="1")).headers["location"] == "/"
    assert CARD not in (await site.get("/")).text
    await days_pass(world, 8)
    await world.connection.execute("delete from first_weeks_people")
    assert "People you can learn from" in text_of(await site.get("/"))
    await act(site, "/first-weeks", act="off")
    assert CARD not in (await site.get("/")).text
    settings = await site.get("/settings/meeting")
    assert "Cards in my first 90 days" in settings.text
    given = form_of(settings) | {"how_often": "rare", "is_introduced": "on", "wants_first_weeks": "on"}
    await site.post("/settings/meeting", data=given)
    assert CARD in (await site.get("/")).text
    assert (await act(site, "/first-weeks", act="skip", week="3")).status_code == 404
    await act(site, "/first-weeks", act="skip", week="12")
    await act(site, "/first-weeks", act="skip", week="1")
    assert await world.connection.fetchval("select skipped from first_weeks") == 12


async def test_who_was_here_before_it_has_no_card_and_no_switch(
    site: httpx.AsyncClient, world: World
) -> None:
    await world.member("bo", unit="Pumps")
    assert CARD not in (await site.get("/")).text
    assert "Cards in my first 90 days" not in (await site.get("/settings/meeting")).text


async def test_it_begins_with_the_first_login_however_long_before_the_account_was_made(
    world: World, new: Someone
) -> None:
    await world.connection.execute("update first_weeks set began_at = null")
    await world.change(new, joined_at=clock.now() - timedelta(days=60))
    await world.member("bo", unit="Pumps")
    await first_weeks.begin_those_here(world.db)
    assert await world.connection.fetchval("select began_at from first_weeks") is None
    await give_password(world, new)
    async with browser(world) as theirs:
        await sign_in(theirs, "new")
        assert "Your first week" in text_of(await theirs.get("/"))
    begun = await world.connection.fetchval("select began_at from first_weeks")
    assert begun == await world.connection.fetchval("select min(created_at) from sessions")


async def test_who_reads_by_an_app_alone_begins_too(world: World, new: Someone) -> None:
    await world.connection.execute("update first_weeks set began_at = null")
    await sessions.begin(world.db, new.id)
    await first_weeks.begin_those_here(world.db)
    assert await world.connection.fetchval("select began_at from first_weeks") is not None


async def made(world: World, standing: Standing, sponsor: Someone) -> Someone:
    is_guest = standing is Standing.guest
    newcomer = Newcomer(
        handle="made",
        standing=standing,
        sponsor_id=sponsor.id if is_guest else None,
        until=clock.now() + timedelta(days=9) if is_guest else None,
    )
    async with world.database.transaction() as db:
        id = await arrive.come(await of_system(db, world.site), newcomer)
    facts = await world.connection.fetch("select ids from events where kind = 'PersonJoined'")
    assert len(facts) == 1
    await first_weeks.joined(world.db, await world.viewer(), [PersonJoined(id)])
    await sessions.begin(world.db, id)
    someone = Someone(id, "made")
    await world.token(someone)
    return someone


@pytest.mark.parametrize("standing", Standing)
async def test_guests_and_alumni_have_cards_of_what_they_may_see(world: World, standing: Standing) -> None:
    host = await world.member("host", unit="Pumps", profile_ring=int(Ring.network))
    inside = await world.member("inside", unit="Pumps")
    for who in (host, inside):
        await says(world, who, "welding")
    who = await made(world, standing, host)
    card = await opened(world, who)
    assert card is not None and card.week == 1
    assert card.host_id == (host.id if standing is Standing.guest else 0)
    sees = {Standing.member: {host.id, inside.id}, Standing.alumnus: {host.id}, Standing.guest: set()}
    assert {one.person_id for one in card.people} == sees[standing]


QUIET: dict[str, _Change] = {
    "suspended": lambda world, new, bo: world.suspend(new),
    "leaving": lambda world, new, bo: world.change(new, until=clock.now() + timedelta(days=9)),
}


@pytest.mark.parametrize("what", QUIET)
async def test_it_is_quiet_for_who_is_suspended_or_leaving(world: World, new: Someone, what: str) -> None:
    bo = await world.member("bo", unit="Pumps")
    assert await opened(world, new) is not None
    await QUIET[what](world, new, bo)
    assert await opened(world, new) is None


async def test_it_ends_with_leaving_with_being_erased_and_after_90_days(world: World, new: Someone) -> None:
    bo = await world.member("bo", unit="Sales")
    await says(world, bo, "welding")
    rows = "select (select count(*) from first_weeks) * 10 + (select count(*) from first_weeks_people)"

    async def left(forget: Callable[[], Awaitable[Any]]) -> int:
        async with world.undone():
            await forget()
            return int(await world.connection.fetchval(rows))

    viewer = system((await world.viewer()).policy)
    await opened(world, new)
    assert await world.connection.fetchval(rows) == 11
    assert await left(lambda: first_weeks.left(world.db, viewer, [PersonLeft(new.id)])) == 0
    assert await left(lambda: erase.erased(world.db, viewer, [PersonErased(new.id)])) == 0
    assert await left(lambda: erase.erased(world.db, viewer, [PersonErased(bo.id)])) == 10
    assert await left(lambda: first_weeks.forget_old(world.db)) == 11
    await days_pass(world, 92)
    assert await opened(world, new) is None
    assert await left(lambda: first_weeks.forget_old(world.db)) == 0


async def test_it_is_in_ones_own_export(world: World, new: Someone) -> None:
    bo = await world.member("bo", unit="Sales")
    await says(world, bo, "welding")
    await opened(world, new)
    viewer = await world.viewer(new)
    (weeks,) = await everything.of(world.db, viewer, "your_first_weeks")
    (shown,) = await everything.of(world.db, viewer, "shown_in_your_first_weeks")
    assert weeks["skipped"] == 0 and shown["shown_id"] == bo.id


async def test_it_stands_in_the_weekly_email_of_who_chose_that_and_once(world: World, new: Someone) -> None:
    bo = await world.member("bo", name="Bo Berg", unit="Sales")
    await says(world, bo, "welding")

    async def mail(*, is_sent: bool) -> str:
        async with world.database.transaction() as db:
            context = Context(db, await world.viewer(new), world.site)
            written = await week.compose(context, clock.now(), "https://stop", is_sent=is_sent)
        return written.text if written else ""

    for is_sent in (False, True):
        text = await mail(is_sent=is_sent)
        assert "PEOPLE TO MEET IN YOUR FIRST WEEKS" in text
        assert "Bo Berg\nSales\nAsk about welding" in text
    assert await mail(is_sent=True) == ""
    await first_weeks.skip(world.db, await world.viewer(new), 1)
    assert await mail(is_sent=False) == ""


async def test_as_many_topics_and_departments_as_there_are_and_nobody_twice() -> None:
    def one(id: int, topic: str, unit: str) -> WorthMeeting:
        return WorthMeeting(id, "helps", topic, unit)

    tin, tin_too, brass, brass_far = (
        one(1, "tin", "a"),
        one(2, "tin", "a"),
        one(3, "brass", "a"),
        one(4, "brass", "b"),
    )
    assert few([tin, one(1, "lead", "a"), tin_too, brass, brass_far], 3) == [tin, brass_far, tin_too]
    assert few([tin, brass, brass_far], 2, spreads=False) == [tin, brass]
    again = [tin, brass, one(1, "zinc", "c")]
    assert few(again, 2) == [tin, brass], "for what they stand first"
    assert few([], 3) == []


async def test_works_council_mode_changes_nothing_of_it(world: World, new: Someone) -> None:
    bo = await world.member("bo", unit="Sales")
    await says(world, bo, "welding")
    before = await people(world, new)
    await world.policy(works_council=True)
    assert await people(world, new) == before


async def test_who_came_with_many_others_has_no_cards_for_there_is_nothing_new_about_them(
    world: World, new: Someone
) -> None:
    bo = await world.member("bo", unit="Sales")
    await says(world, bo, "welding")
    assert await opened(world, new) is not None
    others = [await world.member(f"m{number}") for number in range(20)]
    assert await opened(world, new) is None, "the organisation has just begun"
    for one in (bo, *others):
        await world.change(one, joined_at=clock.now() - timedelta(days=60))
    assert await opened(world, new) is not None
