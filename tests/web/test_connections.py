"""Administration, Connections: what is on, who uses it, a switch and a test for each."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.agents.connecting import agent, application, let_in
from tests.site import Choices, act, browser, give_password, sign_in, text_of
from tests.world import World
from weetwie.domain.audit.trail import TrailFilter, entries


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
