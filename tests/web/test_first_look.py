"""What somebody sees first: signed out, new here, a guest, or looking for a person."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.site import PASSWORD, act, browser, form_of, give_password, sign_in, text_of
from tests.world import Someone, World
from weetwie.access.enums import Ring
from weetwie.database.pool import Db
from weetwie.domain.people import assistant
from weetwie.domain.policy import choose
from weetwie.runtime import clock

_GLUED = re.compile(r"</(?:a|b|strong|em|time|q)>[^\W_]|[^\W_]<(?:a|b|strong|em|time|q)[ >]")


async def test_a_stranger_signs_in_and_then_sees_what_they_were_sent_whether_it_is_there_or_not(
    world: World, ada: Someone
) -> None:
    post = await world.post(ada, "for colleagues", ring=Ring.colleagues)
    async with browser(world) as site:
        answers = {}
        for at in (
            f"/@ada/{post}",
            f"/@ada/{post + 1}",
            "/@ada",
            "/@nob",
            "/@ada?tab=media",
            "/@nob?tab=media",
        ):
            answer = await site.get(at)
            assert answer.status_code == 303
            to = urlsplit(answer.headers.pop("location"))
            assert (to.path, parse_qs(to.query)["next"]) == ("/auth/sign_in", [at])
            answer.headers.pop("set-cookie", None)
            answers[at] = (answer.content, sorted(answer.headers.items()))
        assert len({repr(one) for one in answers.values()}) == 1
        there = await site.get(f"/auth/sign_in?next=/@ada/{post}")
        entered = await site.post(
            f"/auth/sign_in?next=/@ada/{post}",
            data=form_of(there) | {"name": "ada", "password": PASSWORD, "next": f"/@ada/{post}"},
        )
        assert entered.headers["location"] == f"/@ada/{post}"
        assert (await site.get(f"/@ada/{post + 1}")).status_code == 404, "who is signed in is told"


async def test_what_one_asked_in_vain_stands_in_the_composer(site: httpx.AsyncClient) -> None:
    page = await site.get("/who-knows?q=who+mends+xylophones%3F")
    link = re.search(r'href="(/\?text=[^"]*)"', page.text)
    assert link
    begun = await site.get(unescape(link[1]).partition("#")[0])
    assert ">who mends xylophones?</textarea>" in begun.text


async def test_whoever_is_new_is_shown_the_first_steps(world: World, site: httpx.AsyncClient) -> None:
    assert 'href="/begin"' in (await site.get("/")).text
    await act(site, "/posts?next=/", text="Good morning")
    assert 'href="/begin"' not in (await site.get("/")).text


async def test_a_guest_reads_first_what_a_guest_can_do(world: World, ada: Someone) -> None:
    gus = await world.guest("gus", sponsor=ada, until=clock.now() + timedelta(days=3))
    await give_password(world, gus)
    async with browser(world) as site:
        await sign_in(site, "gus")
        page = await site.get("/")
        assert "Ada is your host" in text_of(page)
        assert 'href="/messages/new?to=ada"' in page.text and 'href="/@ada"' in page.text


async def test_a_profile_tells_no_number_that_its_list_does_not_bear_out(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    bo, cy = await world.member("bo"), await world.member("cy", follows=[ada])
    await world.follow(cy, bo)
    parent = await world.post(ada, "what?")
    for text in ("this", "that"):
        await world.post(bo, text, reply_to=parent)
    page = await site.get("/@bo")
    assert re.search(r'Posts <span class="n">2</span>', page.text)
    assert ">this</p>" in page.text and ">that</p>" in page.text
    assert "1 follower " in re.sub(r"\s+", " ", text_of(page))
    al = await world.alumnus("al", profile_ring=int(Ring.network))
    await give_password(world, al)
    await world.change(bo, profile_ring=int(Ring.network))
    async with browser(world) as theirs:
        await sign_in(theirs, "al")
        assert "One person you can't see." in text_of(await theirs.get("/@bo?tab=followers"))


async def test_whoever_is_called_so_comes_before_all_who_know_something(
    world: World, site: httpx.AsyncClient
) -> None:
    till, bo = await world.member("till", name="Till Brandhorst"), await world.member("bo")
    for text in ("Till Brandhorst knows seals", "ask Till Brandhorst about seals"):
        await act(site, "/posts?next=/", text=text)
        await world.post(bo, text)
    page = (await site.get("/who-knows?q=Till+Brandhorst")).text
    assert (
        0
        < page.find(f'href="/@{till.handle}"')
        < (page.find("They know") if "They know" in page else len(page))
    )
    assert page.find("<h2>People</h2>") < (
        page.find("<h2>Posts</h2>") if "<h2>Posts</h2>" in page else len(page)
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Policies changed:"), ("nl", "Het beleid is gewijzigd:"), ("de", "Richtlinien wurden geändert:")],
)
async def test_what_holds_now_is_told_in_the_language_of_each_reader(
    world: World, ada: Someone, site: httpx.AsyncClient, language: str, words: str
) -> None:
    await world.change(ada, is_admin=True)
    async with world.database.transaction() as db:
        await choose.choose(db, await world.viewer(ada), {"never_inferred": ("Secret topic",)})
    page = await site.get("/", headers={"accept-language": language})
    told = text_of(page).partition("announced")[2] or text_of(page)
    assert words in told
    assert "Secret topic" not in page.text


async def test_the_account_of_the_installation_is_nobody_who_is_not_here_yet(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    await world.change(ada, is_admin=True)
    await assistant.stand_ready(Db(world.connection), (await world.viewer()).policy)
    page = await site.get("/admin/people")
    assert "@ada" in page.text and "@weetwie" not in page.text
    assert "1 person" in text_of(page)


async def test_who_is_a_guest_is_told_apart_from_their_name(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    await world.guest("gus", sponsor=ada, until=clock.now() + timedelta(days=3), name="Gus Far")
    for at in ("/people", "/people?as=table"):
        body = (await site.get(at)).text
        assert "Gus Far</b></a> <span" in body or "Gus Far</b> <span" in body, at


async def test_no_words_are_glued_together(world: World, ada: Someone, site: httpx.AsyncClient) -> None:
    bo, cy = await world.member("bo", name="Bo", unit="Pumps"), await world.member("cy", name="Cy")
    gus = await world.guest("gus", sponsor=ada, until=clock.now() + timedelta(days=3), name="Gus")
    mine, theirs = await world.post(ada, "Good morning"), await world.post(bo, "what?", is_question=True)
    await world.follow(ada, bo)
    await world.follow(ada, gus)
    await world.boost(bo, mine)
    await world.post(gus, "hello", ring=Ring.network)
    for kind in ("favourite", "reblog", "follow", "follow_request", "poll", "update"):
        for who in (bo, cy):
            await world.notify(ada, kind, who, None if kind.startswith("follow") else mine)
    await world.change(ada, is_admin=True)
    for at in (
        "/", "/all", "/notifications", "/messages", "/people", "/people?as=table", "/who-knows?q=bo", "/settings",
        "/@bo", "/@gus", "/@bo?tab=followers", f"/@bo/{theirs}", "/begin", "/begin/topics", "/begin/people", "/lists",
        "/settings/filters", "/settings/notifications", "/settings/knowledge", "/settings/handover", "/invitations",
        "/settings/sign-in", "/admin", "/admin/people", "/admin/policy", "/admin/reports", "/admin/retention", "/about",
    ):  # fmt: skip
        page = await site.get(at)
        if page.status_code == 303:
            continue
        body = re.sub(r"(?s)<textarea.*?</textarea>|<script.*?</script>", "", page.text.partition("<body")[2])
        assert not (found := _GLUED.search(body)), f"{at}: {body[found.start() - 60 : found.end() + 60]}"


async def test_a_strangers_browser_may_read_what_makes_the_site_an_app(world: World) -> None:
    async with browser(world) as stranger:
        policy = (await stranger.get("/")).headers["content-security-policy"]
        assert "manifest-src 'self'" in policy and "script-src" not in policy
        assert (await stranger.get("/manifest.webmanifest")).status_code == 200


async def test_what_changes_within_a_day_is_one_announcement(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    await world.change(ada, is_admin=True)
    for choices in ({"connections": ("feeds",)}, {"never_inferred": ("Secret topic",)}, {"connections": ()}):
        async with world.database.transaction() as db:
            await choose.choose(db, await world.viewer(ada), choices)
    page = text_of(await site.get("/"))
    assert page.count("Policies changed:") == 1
    assert "1 more topics" in page and "Connections that are on: none" in page
    clock.stop(clock.now() + timedelta(days=2))
    async with world.database.transaction() as db:
        await choose.choose(db, await world.viewer(ada), {"connections": ("feeds",)})
    assert text_of(await site.get("/")).count("Policies changed:") == 2
