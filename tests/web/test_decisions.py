"""Reports are decided on: a warning, a limit, a suspension, with words to the person, who may object once."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from tests.letters import taken
from tests.site import Choices, act, form_of, give_password, sign_in
from tests.web.test_joining import sent
from tests.world import Someone, World
from weetwie.app import build
from weetwie.domain.identity import addresses
from weetwie.domain.moderation import reporting
from weetwie.domain.people import assistant


@pytest.fixture
async def bo(world: World) -> Someone:
    bo = await world.member("bo", name="Bo")
    await give_password(world, bo)
    await addresses.add(world.db, bo.id, "bo@house.example", is_verified=True)
    return bo


@pytest.fixture
async def site(world: World, ada: Someone, bo: Someone) -> AsyncIterator[httpx.AsyncClient]:
    await world.change(ada, is_moderator=True)
    cy = await world.member("cy")
    async with world.database.transaction() as db:
        policy = await world.memory.policy(db)
        await assistant.stand_ready(db, policy)
        await reporting.report(db, await world.viewer(cy), bo.id, comment="Too loud")
    application = build(Choices(), world.database, replace(world.site, sends_mail=True))
    transport = httpx.ASGITransport(application, client=("192.0.2.7", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://house.example") as site:
        await sign_in(site, "ada")
        yield site


async def decided(site: httpx.AsyncClient, world: World, kind: str) -> str:
    """The path of the link in the letter."""
    id = await world.connection.fetchval("select id from reports")
    assert "Limit to followers" in (await site.get("/admin/reports")).text
    answer = await act(site, f"/admin/reports/{id}/decide", kind=kind, words="Please be kind.")
    assert answer.status_code == 303, answer.text
    ((to, link),) = await sent(world)
    assert to == "bo@house.example"
    return link


@pytest.mark.parametrize("kind", ["warn", "limit"])
async def test_who_is_warned_or_limited_reads_why_and_objects_once(
    site: httpx.AsyncClient, world: World, bo: Someone, kind: str
) -> None:
    await decided(site, world, kind)
    limited = "select is_limited from people where id = $1"
    assert await world.connection.fetchval(limited, bo.id) == (kind == "limit")
    await sign_in(site, "bo")
    page = await site.get("/decisions")
    assert "Please be kind." in page.text
    assert "Please be kind." in (await site.get("/messages")).text, "as a direct post too"
    id = str(await world.connection.fetchval("select id from decisions"))
    empty = await act(site, "/decisions", id=id, words=" ")
    assert empty.status_code == 422
    assert (await act(site, "/decisions", id=id, words="I was kind.")).status_code == 303
    assert (await act(site, "/decisions", id=id, words="Again")).status_code == 404
    await sign_in(site, "ada")
    assert "I was kind." in (await site.get("/admin/reports")).text
    assert (await act(site, f"/admin/appeals/{id}/grant")).status_code == 303
    assert not await world.connection.fetchval(limited, bo.id)
    await sign_in(site, "bo")
    assert "They agreed with you" in (await site.get("/decisions")).text


async def test_who_is_suspended_objects_by_the_link_in_the_letter(
    site: httpx.AsyncClient, world: World, bo: Someone
) -> None:
    link = await decided(site, world, "suspend")
    site.cookies.clear()
    asked = await site.get(link)
    assert "Please be kind." in asked.text
    given = form_of(asked) | {"words": "I was kind."}
    assert "look at it again" in (await site.post(link, data=given)).text
    assert (await site.get(link)).status_code == 404
    await sign_in(site, "ada")
    id = await world.connection.fetchval("select id from decisions")
    await act(site, f"/admin/appeals/{id}/uphold")
    suspended = "select suspended_at is not null from people where id = $1"
    assert await world.connection.fetchval(suspended, bo.id)
    assert (await act(site, f"/admin/appeals/{id}/grant")).status_code == 404, "answered once"


async def test_nobody_else_decides_answers_or_objects(
    site: httpx.AsyncClient, world: World, bo: Someone
) -> None:
    await decided(site, world, "warn")
    id = await world.connection.fetchval("select id from decisions")
    await give_password(world, await world.member("dee"))
    await sign_in(site, "dee")
    assert (await act(site, f"/admin/appeals/{id}/grant")).status_code == 404
    assert (await act(site, "/decisions", id=str(id), words="I object")).status_code == 404
    report = await world.connection.fetchval("select id from reports")
    answer = await act(site, f"/admin/reports/{report}/decide", kind="suspend", words="Ha")
    assert answer.status_code == 404
    assert "Please be kind." not in (await site.get("/decisions")).text


async def by_app(site: httpx.AsyncClient, ada: Someone, bo: Someone, **given: str) -> None:
    headers = {"authorization": f"Bearer {ada.token}"}
    answer = await site.post(f"/api/v1/admin/accounts/{bo.id}/action", data=given, headers=headers)
    assert answer.status_code == 200, answer.text


async def test_who_is_suspended_by_an_app_is_told_why_and_objects_as_after_the_page(
    site: httpx.AsyncClient, world: World, ada: Someone, bo: Someone
) -> None:
    await by_app(site, ada, bo, type="suspend", text="Please be kind.")
    (letter,) = await taken(world)
    assert letter.address == "bo@house.example" and "Please be kind." in letter.text
    link = re.findall(r"https://house\.example(/appeal/\S+)", letter.text)[0]
    site.cookies.clear()
    given = form_of(await site.get(link)) | {"words": "I was kind."}
    assert (await site.post(link, data=given)).status_code == 200
    await sign_in(site, "ada")
    assert "I was kind." in (await site.get("/admin/reports")).text


@pytest.mark.parametrize("kind", ["none", "silence"])
async def test_who_is_warned_or_limited_by_an_app_is_told_by_mail_and_by_a_direct_post(
    site: httpx.AsyncClient, world: World, ada: Someone, bo: Someone, kind: str
) -> None:
    report = await world.connection.fetchval("select id from reports")
    await by_app(site, ada, bo, type=kind, text="Please be kind.", report_id=str(report))
    assert [to for to, _link in await sent(world)] == ["bo@house.example"]
    await sign_in(site, "bo")
    assert "Please be kind." in (await site.get("/messages")).text
    assert "Please be kind." in (await site.get("/decisions")).text
    assert await world.connection.fetchval("select closed_at is not null from reports")


async def test_who_is_limited_without_a_word_is_told_and_no_words_are_made_up(
    site: httpx.AsyncClient, world: World, ada: Someone, bo: Someone
) -> None:
    await by_app(site, ada, bo, type="silence")
    (letter,) = await taken(world)
    assert "/appeal/" in letter.text and "They write:" not in letter.text


async def test_an_app_that_does_nothing_tells_nobody(
    site: httpx.AsyncClient, world: World, ada: Someone, bo: Someone
) -> None:
    report = await world.connection.fetchval("select id from reports")
    await by_app(site, ada, bo, type="none", report_id=str(report))
    assert await taken(world) == []
    assert await world.connection.fetchval("select closed_at is not null from reports")
