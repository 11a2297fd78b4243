"""The first minutes of somebody new."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import httpx
import pytest

from tests.site import Choices, act, browser, choose, form_of, give_password, sign_in, text_of
from tests.world import Someone, World
from weetwie.app import build
from weetwie.domain.knowledge import experts
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.knowledge.topics import choose as choose_topic
from weetwie.domain.people import staying
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.domain.timelines.introductions import introductions
from weetwie.runtime import clock


async def test_three_steps_lead_to_a_home_that_is_alive_and_a_first_post(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await world.member("bo", name="Bo", unit="Pumps")
    await world.post(bo, "bo has much to say")
    assert "Who are you" in (await site.get("/begin")).text
    sent = await act(site, "/begin/you", name="Ada Verhoeven", bio="I look after the pumps.")
    assert sent.headers["location"] == "/begin/topics"
    sent = await act(site, "/begin/topics", knows="seals, heat pumps", learns="welding")
    assert sent.headers["location"] == "/begin/people"
    people = await site.get("/begin/people")
    assert "Everyone in Pumps" in people.text and "1 person, and people who join later" in people.text
    await world.member("cy", name="Cy", unit="Pumps")
    assert "2 people, and people who join later" in (await site.get("/begin/people")).text
    sent = await act(site, "/begin/people", unit="Pumps")
    assert sent.headers["location"] == "/begin/hello"
    said = re.search(r"<textarea[^>]*>([^<]*)</textarea>", (await site.get("/begin/hello")).text)
    assert said
    hello = "Hello, I'm Ada Verhoeven. I work in Pumps. Ask me about #HeatPumps, #seals. I'd like to learn about #welding."
    assert unescape(said[1]) == hello
    sent = await act(site, "/begin/hello", text=hello, audience="colleagues")
    assert sent.headers["location"] == "/"
    home = await site.get("/")
    assert "bo has much to say" in home.text
    assert "Ada Verhoeven" in home.text
    assert len(await introductions(world.db, await world.viewer(bo), 3)) == 1
    for topic, names_her in (("seals", True), ("welding", False)):
        found = await experts.who_knows(world.db, await world.viewer(bo), topic)
        assert (ada.id in [one.person_id for one in found.people]) is names_her, topic
    profile = text_of(await site.get("/@ada"))
    assert "seals" in profile
    assert "I look after the pumps." in profile


async def test_for_each_wish_stand_people_who_show_it_of_three_units(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    for handle, unit in (("bo", "Sales"), ("cy", "Sales"), ("dee", "Labs"), ("eve", "Yard"), ("flo", "Labs")):
        person = await world.member(handle, name=handle.title(), unit=unit)
        async with world.database.transaction() as db:
            await publish(
                db, await world.viewer(person), Draft(text=f"The welding of seam {handle} #welding")
            )
    await act(site, "/begin/topics", learns="welding, quokkas")
    text = text_of(await site.get("/begin/people"))
    wish = text.partition("To learn about welding")[2].partition("Joined when you did")[0]
    assert sum(name in wish for name in ("Bo", "Cy")) == 1
    assert sum(name in wish for name in ("Dee", "Flo")) == 1
    assert "Eve" in wish and "Wrote about this" in wish
    assert "No one you can see has written about it yet." in text


async def test_topics_are_offered_from_what_one_wrote_and_from_what_others_list(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await world.member("bo", name="Bo", unit="Pumps")
    for name in ("heat pumps", "burnout"):
        await choose_topic(world.db, await world.viewer(bo), name, TopicChoice.knows)
    async with world.database.transaction() as db:
        for number in range(5):
            await publish(
                db, await world.viewer(ada), Draft(text=f"Kaplan turbine number {number} hums", language="en")
            )
        for number in range(20):
            await publish(
                db, await world.viewer(bo), Draft(text=f"Lunch number {number} is soup", language="en")
            )
        for tag in ("#burnout", "#valves"):
            await publish(db, await world.viewer(bo), Draft(text=f"More about {tag}", language="en"))
    page = (await site.get("/begin/topics")).text
    knows, _, learns = page.partition('name="learns_too"')
    assert 'value="Kaplan turbine"' in knows and 'value="Kaplan turbine"' not in learns
    assert 'value="heat pumps"' in page and 'value="valves"' in page and "burnout" not in page


async def test_who_joined_when_one_did_stands_there_and_who_came_long_before_does_not(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    long_ago = clock.now() - timedelta(days=400)
    await world.member("bo", name="Bo Berg")
    await world.member("cy", name="Cy Dam", joined_at=long_ago)
    together = text_of(await site.get("/begin/people")).partition("Joined when you did")[2]
    assert "Bo Berg" in together.partition("Who you could follow")[0]
    assert "Cy Dam" not in together.partition("Who you could follow")[0]


@pytest.mark.parametrize("way", ["command line", "directory", "alumnus", "guest"])
async def test_whoever_is_made_comes_to_their_first_steps_once(world: World, way: str) -> None:
    """Those who were invited and those who come by a provider: `test_joining.py`, `test_sign_on.py`."""
    ada = await world.member("ada", name="Ada Host")
    newcomers = {
        "command line": lambda: world.member("new", name="New"),
        "directory": lambda: world.member("new", name="New", unit="Pumps"),
        "alumnus": lambda: world.alumnus("new", name="New"),
        "guest": lambda: world.guest("new", name="New", sponsor=ada),
    }
    new = await newcomers[way]()
    await give_password(world, new)
    await world.member("secret", name="Not For The Network", unit="Pumps")
    async with browser(world) as theirs:
        assert (await sign_in(theirs, "new")).headers["location"] == "/begin"
        people = text_of(await theirs.get("/begin/people"))
        is_inside = way in ("command line", "directory")
        assert ("Not For The Network" in people) == is_inside
        assert ("Everyone in Pumps" in people) == (way == "directory")
        assert ("Ada Host" in people) == (is_inside or way == "guest")
        sent = await act(theirs, "/begin/people", person=str(ada.id))
        assert sent.headers["location"] == "/begin/hello"
        assert (await sign_in(theirs, "new")).headers["location"] == ("/" if way != "alumnus" else "/begin")


async def test_a_department_is_followed_from_the_people_page_and_unfollowed_in_settings(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await world.member("bo", name="Bo", unit="Valves")
    await world.member("cy", name="Cy", unit="Sales")
    assert "Follow everyone in Valves" in text_of(await site.get("/people?unit=Valves"))
    assert "Follow everyone" not in text_of(await site.get("/people?unit=Valves&unit=Sales"))
    await act(site, "/settings/departments", act="follow", unit="Valves")
    assert "You follow Valves" in text_of(await site.get("/people?unit=Valves"))
    assert await world.connection.fetchval("select followed_id from follows") == bo.id
    assert "Valves" in text_of(await site.get("/settings/departments"))
    assert (await act(site, "/settings/departments", act="follow", unit="Nowhere")).status_code == 404
    assert (await act(site, "/settings/departments", act="nothing", unit="Valves")).status_code == 404
    await act(site, "/settings/departments", act="unfollow", unit="valves")
    assert "You follow no department" in text_of(await site.get("/settings/departments"))


async def test_every_step_may_be_left_out(site: httpx.AsyncClient) -> None:
    steps = {"you": "/begin/topics", "topics": "/begin/people", "people": "/begin/hello", "hello": "/"}
    for step, after in steps.items():
        assert f'href="{after}"' in (await site.get(f"/begin/{step}")).text
    assert (await act(site, "/begin/topics", knows=" , #, ")).status_code == 303


async def test_too_many_topics_come_back_with_what_was_typed(site: httpx.AsyncClient) -> None:
    many = ", ".join(f"topic{number}" for number in range(11))
    answer = await act(site, "/begin/topics", knows=many)
    assert (answer.status_code, many in answer.text) == (422, True)


async def test_too_many_topics_come_back_with_what_was_ticked(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await world.member("bo", name="Bo")
    await choose_topic(world.db, await world.viewer(bo), "heat pumps", TopicChoice.knows)
    many = ", ".join(f"topic{number}" for number in range(10))
    answer = await act(site, "/begin/topics", learns=many, learns_too="heat pumps")
    _, _, learns = answer.text.partition('name="learns_too"')
    assert answer.status_code == 422 and learns.startswith(' value="heat pumps" checked')
    assert 'name="knows_too" value="heat pumps">' in answer.text


@pytest.fixture
async def admin(world: World) -> Someone:
    admin = await world.member("root", name="Root", is_admin=True)
    await give_password(world, admin)
    return admin


async def test_administration_is_not_there_for_anybody_else(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    for at in ("", "/people", "/policy", "/reports", "/announcements"):
        assert (await site.get(f"/admin{at}")).status_code == 404, at
    for at in ("/people", "/policy", "/announcements", "/people/ada/suspend", "/reports/1/close"):
        assert (await act(site, f"/admin{at}")).status_code == 404, at
    assert "/admin" not in (await site.get("/")).text


async def test_an_administrator_brings_somebody_in_who_chooses_their_password(
    world: World, admin: Someone
) -> None:
    async with browser(world) as site, browser(world) as theirs:
        await sign_in(site, "root")
        made = await act(site, "/admin/people", handle="cleo", name="Cleo", address="cleo@house.example")
        (link,) = re.findall(r'value="(https://[^"]*/auth/password/[^"]+)"', made.text)
        page = await theirs.get(link)
        chosen = await theirs.post(link, data=form_of(page) | {"password": "four words in a row"})
        assert chosen.status_code == 303
        await sign_in(theirs, "cleo")
        again = await act(site, "/admin/people", handle="cleo", address="other@house.example")
        assert (again.status_code, 'value="other@house.example"' in again.text) == (422, True)
        await act(site, "/admin/people/cleo/suspend")
        assert (await theirs.get("/lists")).status_code == 303
        assert "Suspended" in (await site.get("/admin/people?q=cleo")).text
        await act(site, "/admin/people/cleo/unsuspend")
        await act(site, "/admin/people/cleo/leave")
        assert "Left" in (await site.get("/admin/people?q=cleo")).text
        assert (await act(site, "/admin/people/root/suspend")).status_code == 422


@pytest.mark.parametrize(("posts", "is_removed"), [("0", True), ("1", False)])
async def test_an_administrator_erases_somebody_after_being_asked(
    world: World, admin: Someone, posts: str, is_removed: bool
) -> None:
    await world.member("bo", name="Bo Berg")
    async with browser(world) as site:
        await sign_in(site, "root")
        asked = await site.get("/admin/people/bo/erase")
        assert "Delete Bo Berg permanently?" in asked.text and "Backups" in asked.text
        assert (await act(site, "/admin/people/bo/erase", keeps_posts=posts)).status_code == 303
    row = await world.connection.fetchrow("select name, is_removed from people where erased_at is not null")
    assert tuple(row) == ("", is_removed)


async def test_what_the_organisation_chooses_holds_at_once(world: World, admin: Someone) -> None:
    async with browser(world) as site:
        await sign_in(site, "root")
        wrong = await act(site, "/admin/policy", name="Harbour works", longest_post="7")
        assert (wrong.status_code, 'value="Harbour works"' in wrong.text) == (422, True)
        chosen = await choose(site, name="Harbour works", longest_post="500", rules="Be kind\nBe brief")
        assert chosen.status_code == 303
        assert "Harbour works" in (await site.get("/")).text
        assert (await act(site, "/posts", text="x" * 501)).status_code == 422


async def test_what_is_reported_is_read_and_closed(
    site: httpx.AsyncClient, world: World, admin: Someone
) -> None:
    bo = await world.member("bo", name="Bo")
    post = await world.post(bo, "buy my watches")
    assert "buy my watches" in (await site.get(f"/posts/{post}/report")).text
    assert (await act(site, f"/posts/{post}/report", category="spam", comment="again")).status_code == 200
    assert (await act(site, "/@bo/report", comment="in general")).status_code == 200
    async with browser(world) as theirs:
        await sign_in(theirs, "root")
        page = await theirs.get("/admin/reports")
        assert "buy my watches" in page.text
        assert "in general" in page.text
        for at in re.findall(r'action="(/admin/reports/\d+/close)"', page.text):
            await act(theirs, at)
        assert "buy my watches" not in (await theirs.get("/admin/reports")).text
        assert "buy my watches" in (await theirs.get("/admin/reports?closed=1")).text


async def test_an_announcement_stands_above_home_until_it_is_put_away(
    site: httpx.AsyncClient, world: World, admin: Someone
) -> None:
    async with browser(world) as theirs:
        await sign_in(theirs, "root")
        assert (await act(theirs, "/admin/announcements", text="Closed on Friday")).status_code == 303
        home = await site.get("/")
        assert "Closed on Friday" in home.text
        (at,) = re.findall(r'action="(/announcements/\d+/read)"', home.text)
        await act(site, at)
        assert "Closed on Friday" not in (await site.get("/")).text
        (at,) = re.findall(
            r'action="(/admin/announcements/\d+/withdraw)"', (await theirs.get("/admin/announcements")).text
        )
        await act(theirs, at)
        assert "Closed on Friday" not in (await theirs.get("/")).text


async def test_a_post_is_changed_and_what_it_said_before_stays_to_be_read(site: httpx.AsyncClient) -> None:
    await act(site, "/posts", text="the valve is shut", option="")
    (id,) = set(re.findall(r'data-id="(\d+)"', (await site.get("/")).text))
    assert ">the valve is shut</textarea>" in (await site.get(f"/posts/{id}/edit")).text
    empty = await act(site, f"/posts/{id}/edit", text=" ")
    assert empty.status_code == 422
    changed = await act(site, f"/posts/{id}/edit", text="the valve is open")
    page = await site.get(changed.headers["location"])
    assert "the valve is open" in page.text
    assert "the valve is shut" in page.text
    assert "the valve is shut" not in (await site.get("/")).text


async def test_open_questions_on_ones_topics_stand_beside_home(site: httpx.AsyncClient, world: World) -> None:
    bo = await world.member("bo", name="Bo")
    await give_password(world, bo)
    await act(site, "/tags/seals/follow")
    async with browser(world) as theirs:
        await sign_in(theirs, "bo")
        await act(theirs, "/posts", text="Who has changed a #seals ring before?")
        await act(theirs, "/posts", text="Who has changed a #valves seat before?")
    home = (await site.get("/")).text.partition("Can you help?")[2]
    assert "seals ring" in home
    assert "valves seat" not in home


async def test_the_checklist_of_day_one_gets_shorter_as_things_are_done(world: World, admin: Someone) -> None:
    async with browser(world) as site:
        await sign_in(site, "root")
        first = text_of(await site.get("/admin"))
        assert "7 steps left" in first and "Looks right" in first
        await act(site, "/admin")
        assert "Looks right" not in (await site.get("/admin")).text
        choice = {"name": "Harbour", "longest_post": "500", "contact_email": "desk@harbour.example"}
        await choose(site, **choice)
        assert "5 steps left" in text_of(await site.get("/admin"))


async def test_several_people_are_suspended_at_once_and_oneself_never(world: World, admin: Someone) -> None:
    await world.member("bo", name="Bo Berg")
    await world.member("cy", name="Cy Dam")
    async with browser(world) as site:
        await sign_in(site, "root")
        form = form_of(await site.get("/admin/people"))
        given = form | {"handle": ["bo", "cy", "root", "nobody-here"]}
        done = text_of(await site.post("/admin/selected/suspend", data=given))
        assert "Changed for 2 people" in done
        suspended = (await site.get("/admin/people?state=suspended")).text
        assert "@bo<" in suspended and "@root<" not in suspended
        await site.post("/admin/selected/unsuspend", data=form | {"handle": ["bo"]})
        assert "@bo<" not in (await site.get("/admin/people?state=suspended")).text
        assert (await site.post("/admin/selected/nothing", data=form)).status_code == 404
        table = await site.get("/admin/people.csv?q=bo")
        assert table.text.splitlines() == [
            "handle,name,unit,place,standing,joined",
            "bo,Bo Berg,,,member,yes",
        ]


async def test_only_who_looks_after_people_changes_several_or_takes_the_list(
    world: World, admin: Someone
) -> None:
    ada = await world.member("ada", name="Ada")
    await give_password(world, ada)
    async with browser(world) as site:
        await sign_in(site, "ada")
        assert (await act(site, "/admin/selected/suspend", handle="root")).status_code == 404
        assert (await site.get("/admin/people.csv")).status_code == 404


@pytest.mark.parametrize("wants", [False, True])
async def test_the_weekly_email_is_asked_about_and_off_until_it_is_chosen(
    world: World, ada: Someone, wants: bool
) -> None:
    application = build(Choices(), world.database, replace(world.site, sends_mail=True))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application, client=("192.0.2.7", 1)), base_url="https://house.example"
    ) as site:
        await sign_in(site, "ada")
        page = (await site.get("/begin/people")).text
        assert re.search(r'name="wants_week">', page), "not ticked"
        await act(site, "/begin/people", **({"wants_week": "on"} if wants else {}))
    assert await staying.wants_week(world.db, ada.id) is wants


async def test_where_no_email_is_sent_none_is_offered(site: httpx.AsyncClient) -> None:
    assert "wants_week" not in (await site.get("/begin/people")).text
