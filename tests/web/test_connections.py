"""Administration, Connections: what is on, who uses it, a switch and a test for each."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.agents.connecting import agent, application, let_in
from tests.site import Choices, act, browser, give_password, sign_in, text_of
from tests.world import World
from weetwie.domain.audit.trail import TrailFilter, entries
from weetwie.domain.identity import keys
from weetwie.flows.directory_sync import PASSWORD
from weetwie.settings import Directory, MailIn, RemoteUser
from weetwie.web.connections import CONNECTIONS


@pytest.fixture
async def root(world: World) -> AsyncIterator[httpx.AsyncClient]:
    await give_password(world, await world.member("root", is_admin=True))
    async with browser(world) as site:
        await sign_in(site, "root")
        yield site


async def test_everything_is_off_until_an_administrator_switches_it_on(
    world: World, root: httpx.AsyncClient
) -> None:
    assert "Switch on: Assistants and agents" in (await root.get("/admin/connections")).text
    answer = await act(root, "/admin/connections/agents/on")
    assert answer.headers["location"] == "/admin/connections?saved=1#agents"
    page = (await root.get("/admin/connections")).text
    assert "Switch off: Assistants and agents" in page and "https://house.example/mcp" in page
    assert (await world.memory.policy(world.db)).connections == ("agents",)
    await act(root, "/admin/connections/agents/off")
    assert (await world.memory.policy(world.db)).connections == ()


async def test_each_switch_stands_in_the_audit_trail(world: World, root: httpx.AsyncClient) -> None:
    await act(root, "/admin/connections/agents/on")
    (person_id,) = await world.connection.fetchrow("select id from people where handle = 'root'")
    viewer = await world.memory.person(world.db, person_id)
    assert viewer is not None
    (entry, *_older) = await entries(world.db, viewer, TrailFilter(act="policy.choose"))
    assert entry.actor_id == person_id and entry.ids["connections"] == 1


async def test_for_everybody_else_there_is_no_such_page(world: World) -> None:
    await give_password(world, await world.member("bo"))
    async with browser(world) as site:
        await sign_in(site, "bo")
        assert (await site.get("/admin/connections")).status_code == 404
        assert (await act(site, "/admin/connections/agents/on")).status_code == 404
    assert (await world.memory.policy(world.db)).connections == ()


async def test_a_switch_that_is_not_there_is_not_found(root: httpx.AsyncClient) -> None:
    for at in ("agents/explode", "nothing/on"):
        assert (await act(root, f"/admin/connections/{at}")).status_code == 404


async def test_it_is_told_which_agents_are_in_use_and_in_works_council_mode_of_few_no_number(
    world: World, root: httpx.AsyncClient
) -> None:
    await act(root, "/admin/connections/agents/on")
    assert "Nobody uses it yet." in (await root.get("/admin/connections")).text
    token = await let_in(world, await world.member("bo"))
    async with agent(application(world), token) as client:
        await client.call_tool("open_questions", {})
    page = " ".join(text_of(await root.get("/admin/connections")).split())
    assert "Testing agent 1 person" in page and "last used" in page
    await world.policy(works_council=True)
    page = " ".join(text_of(await root.get("/admin/connections")).split())
    assert "Testing agent Fewer than 10 people" in page and "last used" not in page


async def test_the_test_says_what_works_and_what_is_missing(world: World, root: httpx.AsyncClient) -> None:
    await act(root, "/admin/connections/agents/on")
    answer = await act(root, "/admin/connections/agents/test")
    assert "Works: agents that people have allowed are answered" in answer.text
    choices = Choices(base_url="http://house.example")
    async with browser(world, choices) as site:
        await sign_in(site, "root")
        answer = await act(site, "/admin/connections/agents/test")
    assert answer.status_code == 422 and "has no https address" in answer.text


DIRECTORY = Directory(
    urls=("ldaps://ldap.house.example",),
    kind="ldap",
    people_base="ou=people,dc=house,dc=example",
    bind_dn="cn=reader,dc=house,dc=example",
    people_filter="(objectClass=person)",
    groups_filter="(objectClass=group)",
    id_attribute="entryUUID",
    login_attribute="uid",
    unit_attribute="ou",
    photo_attribute="",
    end_attribute="",
)
MAIL_IN = MailIn(address="reply@house.example", lmtp="127.0.0.1:8024")
NEEDS: dict[str, list[tuple[dict[str, Any], str]]] = {
    "directory": [
        ({}, "No directory is set up. Add [directory] to the settings file"),
        ({"directory": DIRECTORY}, "The password of cn=reader,dc=house,dc=example is missing"),
    ],
    "saml": [({}, "No SAML provider is set up. Add [[saml]] to the settings file")],
    "remote_user": [({}, "No proxy is set up. Add [remote_user] to the settings file")],
    "mail_in": [
        ({"sends_mail": True}, "There's no address for replies. Add [mail_in] to the settings file"),
        ({"mail_in": MAIL_IN}, "This server sends no e-mail, so nobody can reply to one. Add smtp_url"),
    ],
}


@pytest.mark.parametrize(("name", "given", "why"), [(n, *one) for n, every in NEEDS.items() for one in every])
async def test_what_is_not_set_up_is_not_switched_on_and_the_page_says_what_is_missing(
    world: World, name: str, given: dict[str, Any], why: str
) -> None:
    await give_password(world, await world.member("root", is_admin=True))
    world.site = replace(world.site, **given)
    async with browser(world) as site:
        await sign_in(site, "root")
        page = await site.get("/admin/connections")
        assert why in text_of(page) and f'disabled aria-describedby="missing-{name}"' in page.text
        answer = await act(site, f"/admin/connections/{name}/on")
        assert answer.status_code == 422 and why in text_of(answer)
        assert (await act(site, f"/admin/connections/{name}/off")).status_code == 303
    assert (await world.memory.policy(world.db)).connections == ()


async def test_what_is_set_up_is_switched_on(world: World) -> None:
    root = await world.member("root", is_admin=True)
    await give_password(world, root)
    await keys.put(world.db, await world.viewer(root), PASSWORD, "secret")
    proxy = RemoteUser(proxies=("10.0.0.5",))
    world.site = replace(world.site, sends_mail=True, directory=DIRECTORY, mail_in=MAIL_IN, remote_user=proxy)
    async with browser(world) as site:
        await sign_in(site, "root")
        for name in ("directory", "remote_user", "mail_in"):
            assert (await act(site, f"/admin/connections/{name}/on")).status_code == 303, name
    assert (await world.memory.policy(world.db)).connections == ("directory", "remote_user", "mail_in")


async def test_what_was_switched_on_before_its_settings_went_is_marked_and_can_be_switched_off(
    world: World, root: httpx.AsyncClient
) -> None:
    await world.policy(connections=["saml"])
    page = await root.get("/admin/connections")
    assert "No SAML provider is set up" in text_of(page) and "Switch off: Single sign-on by SAML" in page.text
    await act(root, "/admin/connections/saml/off")
    assert (await world.memory.policy(world.db)).connections == ()


async def test_each_connection_links_to_its_page_of_the_documentation(root: httpx.AsyncClient) -> None:
    page = (await root.get("/admin/connections")).text
    for one in CONNECTIONS:
        address = f"/admin/documentation/{one.page}"
        assert f'href="{address}"' in page
        shown = await root.get(address)
        assert shown.status_code == 200 and "<h1>" in shown.text, address


async def test_the_documentation_leads_to_its_own_pages_and_ids(root: httpx.AsyncClient) -> None:
    page = (await root.get("/admin/documentation/remote-user")).text
    assert (
        'href="/admin/documentation/admin#single-sign-on"' in page and "<code>X-Forwarded-For</code>" in page
    )
    assert 'id="single-sign-on"' in (await root.get("/admin/documentation/admin")).text
    for name in ("nothing", "..%2fREADME", "Admin"):
        assert (await root.get(f"/admin/documentation/{name}")).status_code == 404


async def test_only_administrators_read_the_documentation(world: World) -> None:
    await give_password(world, await world.member("bo"))
    async with browser(world) as site:
        await sign_in(site, "bo")
        assert (await site.get("/admin/documentation/saml")).status_code == 404
