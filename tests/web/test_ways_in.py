"""Whichever way somebody comes in, five clicks lead from their first login to a home with posts, and their first 90 days begin."""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from html import unescape

import httpx
import pytest

from tests import provider as providers
from tests.site import HOME, PASSWORD, Choices, browser, give_password, send, sign_in
from tests.web.test_sign_on import come, told
from tests.world import Someone, World
from weetwie.app import build
from weetwie.context import Context
from weetwie.domain.identity import passwords
from weetwie.domain.people.rules import Newcomer
from weetwie.domain.scim import tokens
from weetwie.flows import arrive, sign_in as passwords_by_link
from weetwie.scim.server import ScimServer
from weetwie.worker import Worker, drain

_FIELD = re.compile(r"<(?:input|textarea|select)\b[^>]*>(?:[^<]*</textarea>)?")
_STEPS = ("/begin", "/begin/topics", "/begin/people", "/begin/hello")
Way = Callable[[World, httpx.AsyncClient, Someone, providers.Provider], Awaitable[httpx.Response]]


@pytest.fixture
def idp() -> Iterator[providers.Provider]:
    with providers.provider() as idp:
        idp.claims = {
            "sub": "s-1",
            "name": "New",
            "preferred_username": "new",
            "email": "new@house.example",
            "email_verified": True,
        }
        yield idp


async def by_command(
    world: World, site: httpx.AsyncClient, chief: Someone, _idp: providers.Provider
) -> httpx.Response:
    hash = await passwords.hashed(PASSWORD)
    async with world.database.transaction() as db:
        context = Context(db, await world.viewer(chief), world.site)
        await arrive.add(context, Newcomer(handle="new", name="New"), "new@house.example", hash)
    return await sign_in(site, "new")


async def by_directory(
    world: World, site: httpx.AsyncClient, chief: Someone, _idp: providers.Provider
) -> httpx.Response:
    async with world.database.transaction() as db:
        _id, token = await tokens.make(db, await world.viewer(chief), "Entra ID")
    body = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "new",
        "active": True,
        "emails": [{"value": "new@house.example", "primary": True}],
    }
    transport = httpx.ASGITransport(ScimServer(world.database, replace(world.site, base_url=HOME)))
    async with httpx.AsyncClient(transport=transport, base_url=HOME) as directory:
        headers = {"authorization": f"Bearer {token}"}
        made = await directory.post("/scim/v2/Users", json=body, headers=headers)
    assert made.status_code == 201, made.text
    new = await world.connection.fetchval("select id from people where handle = 'new'")
    async with world.database.transaction() as db:
        context = Context(db, await world.viewer(chief), world.site)
        link = await passwords_by_link.hand_out_password_link(context, new)
    await send(site, httpx.URL(link).path, password=PASSWORD)
    return await sign_in(site, "new")


async def by_provider(
    _world: World, site: httpx.AsyncClient, _chief: Someone, idp: providers.Provider
) -> httpx.Response:
    return await come(site, idp)


async def by_invitation(
    world: World, site: httpx.AsyncClient, chief: Someone, _idp: providers.Provider
) -> httpx.Response:
    await give_password(world, chief)
    async with browser(world) as theirs:
        await sign_in(theirs, "chief")
        page = await send(theirs, "/invitations", standing="member", addresses="")
        (link,) = re.findall(r"https://[^/\"]+(/join/[\w-]+)", page.text)[:1]
    return await send(site, link, name="New", handle="new", password=PASSWORD)


WAYS: dict[str, Way] = {
    "command line": by_command,
    "directory": by_directory,
    "provider": by_provider,
    "invitation": by_invitation,
}


def filled_in(page: str) -> dict[str, list[str]]:
    """The form of a step as a browser would send it untouched."""
    form = page[page.index('action="/begin/') :].partition("</form>")[0]
    given: dict[str, list[str]] = {}
    for field in _FIELD.findall(form):
        name, value = re.search(r'name="([^"]+)"', field), re.search(r'value="([^"]*)"', field)
        is_ticked = 'type="checkbox"' not in field or " checked" in field
        if name and is_ticked and 'type="file"' not in field:
            text = field.partition(">")[2].removesuffix("</textarea>") if "<textarea" in field else ""
            given.setdefault(name[1], []).append(unescape(value[1] if value else text))
    return given


@pytest.mark.parametrize("way", WAYS)
async def test_five_clicks_lead_to_a_home_with_posts(world: World, idp: providers.Provider, way: str) -> None:
    chief = await world.member("chief", name="Chief", is_admin=True)
    for number in range(3):
        mate = await world.member(f"mate{number}", name=f"Mate {number}")
        await world.post(mate, f"much to say about #welding, {number}", tags=["welding"])
    application = build(Choices(), world.database, replace(world.site, sso=(told(idp),)))
    transport = httpx.ASGITransport(application, client=("192.0.2.7", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=HOME) as site:
        at, clicks = (await WAYS[way](world, site, chief, idp)).headers["location"], 0
        for step in _STEPS:
            assert at == step
            given = filled_in((await site.get(at)).text)
            if step == "/begin/topics":
                given["learns_too"] = ["welding"]
                clicks += 1
            sent = await site.post(f"/begin/{step.removeprefix('/begin').strip('/') or 'you'}", data=given)
            at, clicks = sent.headers["location"], clicks + 1
        assert (at, clicks) == ("/", 5)
        await drain(Worker(world.database, world.site))
        home = (await site.get("/")).text
        assert sum(f"Mate {number}" in home for number in range(3)) == 3
    begun = "select began_at from first_weeks join people on people.id = person_id where handle = 'new'"
    assert await world.connection.fetchval(begun) is not None
