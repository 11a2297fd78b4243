"""What the composer says about who will see it, and what becomes of what is written in it."""

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest

from tests.access.companies import read
from tests.site import act, browser, form_of, give_password, sign_in, text_of
from tests.world import Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.runtime import clock


def said(page: httpx.Response) -> str:
    """What the button of the audience says."""
    radios = re.findall(r'name="audience" value="[^"]*"( checked)?>', page.text)
    shown = re.findall(r'<span class="for-\d"><svg.*?</svg>([^<]*)</span>', page.text)
    return unescape(shown[radios.index(" checked")])


def number(label: str) -> int:
    """How many people besides the writer a label tells of."""
    if label.startswith("Only "):
        return 0 if label == "Only you" else label.count(",") + 1
    return int(label.rpartition(" · ")[2])


async def who_sees(world: World, text: str) -> int:
    post_id = await world.connection.fetchval(
        "select post_id from post_texts where text like '%' || $1 order by post_id desc limit 1", text
    )
    assert post_id is not None, "it was refused"
    company = await read(world.connection, clock.now())
    note = next(one for one in company.posts if one.id == post_id)
    others = (one for one in company.people if one is not note.author and not one.is_erased)
    return sum(company.sees_post(one, note) for one in others)


async def company(world: World, ada: Someone) -> dict[str, Someone]:
    people = {handle: await world.member(handle) for handle in ("bo", "cy", "dee")}
    people["al"] = await world.alumnus("al")
    people["gus"] = await world.guest("gus", sponsor=ada, until=clock.now() + timedelta(days=1))
    people["dora"] = await world.alumnus("dora", dormant=True)
    people["sus"] = await world.member("sus")
    await world.suspend(people["sus"])
    await world.block(people["dee"], ada)
    for handle in ("bo", "al", "sus"):
        await world.follow(people[handle], ada)
    for handle in ("cy", "gus"):
        await world.follow(people[handle], people["bo"])
    return people


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("ring", [Ring.colleagues, Ring.network])
async def test_under_an_answer_stands_how_many_will_see_it(
    world: World, ada: Someone, site: httpx.AsyncClient, ring: Ring, visibility: Visibility
) -> None:
    people = await company(world, ada)
    mentions = [ada, people["cy"]] if visibility is Visibility.direct else []
    await world.follow(ada, people["bo"])
    parent = await world.post(people["bo"], "what?", ring=ring, visibility=visibility, mentions=mentions)
    page = await site.get(f"/@bo/{parent}")
    if visibility is Visibility.direct:
        assert page.headers["location"] == f"/messages/{parent}#p{parent}"
        page = await site.get(f"/messages/{parent}")
        assert "Only you and these people can read this: bo, cy" in text_of(page)
        await site.post(f"/messages/{parent}", data=form_of(page) | {"text": "this"})
        assert await who_sees(world, "this") == 2
        return
    answer = await site.post(
        "/posts", data=form_of(page) | {"text": "@bo this", "reply_to": str(parent), "audience": ""}
    )
    assert answer.status_code == 303
    assert number(said(page)) == await who_sees(world, "this")
    assert number(said(page)) > 0


@pytest.mark.parametrize("default_ring", [Ring.colleagues, Ring.network])
@pytest.mark.parametrize("audience", ["", "colleagues", "network", "followers"])
async def test_what_the_box_says_without_and_with_a_script_is_so(
    world: World, ada: Someone, site: httpx.AsyncClient, default_ring: Ring, audience: str
) -> None:
    await company(world, ada)
    await world.change(ada, default_ring=int(default_ring))
    page = await site.get("/")
    fields = form_of(page) | {"text": "all of you", "audience": audience}
    asked = await site.post("/posts/reach", data=fields, headers={"accept": "application/json"})
    if audience == "":
        assert said(page) == asked.json()["label"]
    await site.post("/posts", data=fields)
    assert number(asked.json()["label"]) == await who_sees(world, "all of you")


async def test_the_box_says_to_whom_a_message_goes_and_why_it_would_not(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    bo = await world.member("bo", name="Bo de Boer")
    assert (await site.get("/?to=bo")).headers["location"] == "/messages/new?to=bo"
    assert "Only you and Bo can read this" in text_of(await site.get("/messages/new?to=bo"))
    fields = form_of(await site.get("/")) | {"audience": "direct", "text": "hello"}
    asked = await site.post("/posts/reach", data=fields, headers={"accept": "application/json"})
    assert asked.json()["problem"].startswith("This isn't for anyone yet")
    refused = await site.post("/posts", data=fields)
    assert refused.status_code == 422
    assert "This isn't for anyone yet" in unescape(refused.text) and ">hello</textarea>" in refused.text
    await world.guest("gus", sponsor=bo, until=clock.now() + timedelta(days=1))
    fields |= {"audience": "colleagues", "text": "@gus look"}
    asked = await site.post("/posts/reach", data=fields, headers={"accept": "application/json"})
    assert (asked.json()["problem"], asked.json()["widen"]) == ("gus can't see this", "network")


async def test_whoever_wrote_last_in_a_conversation_answers_the_others(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    bo = await world.member("bo", name="Bo de Boer")
    await give_password(world, bo)
    await act(site, "/posts?next=/", text="@bo psst", audience="direct")
    at = re.search(r'href="(/messages/\d+)"', (await site.get("/messages")).text)
    assert at
    page = await site.get(at[1])
    assert "Only you and Bo can read this" in text_of(page)
    assert ">@" not in page.text.partition("<textarea")[2].partition("</textarea>")[0]
    fields = form_of(page) | {"text": "did you get this?"}
    assert (await site.post(at[1], data=fields)).status_code == 303
    async with browser(world) as theirs:
        await sign_in(theirs, "bo")
        assert "did you get this?" in text_of(await theirs.get("/messages"))


async def test_a_scheduled_direct_post_is_edited_as_a_direct_one(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    bo = await world.member("bo")
    parent = await world.post(bo, "psst", visibility=Visibility.direct, mentions=[ada])
    for reply_to in ("", str(parent)):
        fields = {"text": "@bo later", "audience": "direct", "at": "2099-01-01T09:00", "reply_to": reply_to}
        fields["at"] = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
        await act(site, "/posts?next=/", **fields)
        id = await world.connection.fetchval("select max(id) from scheduled_posts")
        assert id is not None
        (address,) = re.findall(rf'href="([^"]*scheduled={id})#write"', (await site.get("/scheduled")).text)
        page = await site.get(address)
        assert 'value="direct" checked>' in page.text
        assert (f'name="reply_to" value="{parent}"' in page.text) == bool(reply_to)


async def test_one_is_offered_only_audiences_that_one_may_write_for(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    al = await world.alumnus("al")
    await give_password(world, al)
    async with browser(world) as theirs:
        await sign_in(theirs, "al")
        page = (await theirs.get("/")).text
    assert 'value="network"' in page and 'value="colleagues"' not in page
    assert 'value="colleagues"' in (await site.get("/")).text
    assert 'value="world"' not in (await site.get("/")).text, "the policy does not go as far"


async def test_a_question_that_somebody_can_answer_is_asked_back_once_without_a_script(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    bo = await world.member("bo", name="Bo de Boer")
    await world.post(bo, "The impeller of a slurry pump wears at its edge first #impeller", tags=["impeller"])
    fields = form_of(await site.get("/")) | {"text": "Why does the impeller of a slurry pump wear?"}
    asked = await site.post("/posts?next=/all", data=fields | {"audience": "colleagues", "warning": "Pumps"})
    assert asked.status_code == 200
    said_before = " ".join(text_of(asked).split())
    assert "Bo has dealt with this" in said_before and "wears at its edge" in said_before, said_before
    kept = form_of(asked) | dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.text))
    again = await site.post("/posts/again", data=kept)
    assert f">{fields['text']}</textarea>" in again.text and 'value="Pumps"' in again.text
    assert "slurry pump wear?" not in text_of(await site.get("/@ada"))
    done = await site.post("/posts?next=/all", data=kept)
    assert (done.status_code, done.headers["location"]) == (303, "/all")
    assert "Pumps" in text_of(await site.get("/@ada"))
