"""A question is posted once its person has confirmed it, and never otherwise."""

from collections.abc import Mapping
from typing import Any

import httpx2
import mcp_types as wire
import msgspec
import pytest
from mcp import Client

from tests.agents.connecting import AT, VERSIONS, agent, application, http, let_in, said, switch_on
from tests.site import HOME
from tests.world import Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.domain.identity import agent_rules

QUESTION = "Who can mend the dosing pump?"
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "tests", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
}


@pytest.fixture
async def ada(world: World) -> Someone:
    await switch_on(world)
    return await world.member("ada", name="Ada")


class Asked:
    """What the person was shown, and what they say to it."""

    def __init__(self, action: Any = "accept", **content: Any) -> None:
        self.action, self.content = action, content
        self.shown: list[str] = []

    async def __call__(self, context: Any, params: Any) -> wire.ElicitResult:
        self.shown.append(params.message)
        return wire.ElicitResult(action=self.action, content=self.content or None)


async def posts(world: World) -> list[tuple[str, int, int]]:
    rows = await world.connection.fetch(
        "select text, ring, visibility from posts join post_texts on post_id = posts.id where is_question"
    )
    return [tuple(row) for row in rows]


async def test_the_person_confirms_the_words_and_who_sees_them(world: World, ada: Someone) -> None:
    person = Asked(post=True)
    async with agent(application(world), await let_in(world, ada), elicitation_callback=person) as client:
        answer = await client.call_tool("ask", {"question": QUESTION})
    assert not answer.is_error, said(answer)
    (shown,) = person.shown
    assert f"> {QUESTION}" in shown and "It is for colleagues." in shown
    assert await posts(world) == [(QUESTION, Ring.colleagues, Visibility.public)]
    assert answer.structured_content["is_posted"] and answer.structured_content["link"].startswith(
        f"{HOME}/@ada/"
    )
    assert await world.connection.fetchval("select count(*) from questions") == 1, "people are asked"


@pytest.mark.parametrize(
    "person",
    [Asked("decline"), Asked("cancel"), Asked("accept", post=False), Asked("accept")],
    ids=["declines", "cancels", "says no", "leaves it open"],
)
async def test_nothing_is_posted_without_a_yes(world: World, ada: Someone, person: Asked) -> None:
    async with agent(application(world), await let_in(world, ada), elicitation_callback=person) as client:
        answer = await client.call_tool("ask", {"question": QUESTION})
    assert answer.is_error and person.shown and await posts(world) == []


@pytest.mark.parametrize("mode", VERSIONS)
async def test_an_agent_that_cannot_ask_back_gives_the_page_where_the_person_posts_it(
    world: World, ada: Someone, mode: str
) -> None:
    async with agent(application(world), await let_in(world, ada), mode) as client:
        answer = await client.call_tool("ask", {"question": QUESTION})
    told = answer.structured_content
    assert (
        not told["is_posted"]
        and told["link"] == f"{HOME}/?text=Who%20can%20mend%20the%20dosing%20pump%3F#write"
    )
    assert await posts(world) == []


async def test_the_audience_that_the_words_choose_is_told(world: World, ada: Someone) -> None:
    person = Asked(post=True)
    async with agent(application(world), await let_in(world, ada), elicitation_callback=person) as client:
        await client.call_tool("ask", {"question": f"!network {QUESTION}"})
    assert "It is for colleagues, alumni and guests." in person.shown[0]
    assert await posts(world) == [(QUESTION, Ring.network, Visibility.public)]


async def test_what_could_not_be_posted_is_refused_before_the_person_is_asked(
    world: World, ada: Someone
) -> None:
    person = Asked(post=True)
    async with agent(application(world), await let_in(world, ada), elicitation_callback=person) as client:
        for question in ("   ", "x" * 1001):
            assert (await client.call_tool("ask", {"question": question})).is_error
    assert not person.shown


async def test_an_agent_that_was_not_allowed_to_ask_is_told_what_to_ask_for(
    world: World, ada: Someone
) -> None:
    token = await let_in(world, ada, [agent_rules.KNOWLEDGE])
    async with agent(application(world), token) as client:
        assert "ask" not in [tool.name for tool in (await client.list_tools()).tools]
    answer = await call(world, token, {"question": QUESTION})
    assert answer.status_code == 403 and 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert await posts(world) == []


async def call(world: World, token: str, arguments: Mapping[str, Any], **params: Any) -> httpx2.Response:
    """As the newest protocol has it, without a client that keeps its rules."""
    asked = {"name": "ask", "arguments": dict(arguments), "_meta": MODERN, **params}
    headers = {
        "authorization": f"Bearer {token}",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "ask",
    }
    async with http(application(world), headers=headers) as client:
        return await client.post(
            AT, json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked}
        )


YES = {"confirm": {"action": "accept", "content": {"post": True}}}


async def test_a_confirmation_that_was_made_up_changed_or_taken_from_another_is_none(
    world: World, ada: Someone
) -> None:
    token = await let_in(world, ada)
    bo = await let_in(world, await world.member("bo"))
    asked = {"question": QUESTION}
    first = await call(world, token, asked)
    state = first.json()["result"]["requestState"]
    assert first.json()["result"]["resultType"] == "input_required"
    for who, arguments, made in (
        (token, asked, "1 made-up"),
        (token, asked, state[:-4] + "AAAA"),
        (token, {"question": "Who pays my rent?"}, state),
        (bo, asked, state),
    ):
        answer = await call(world, who, arguments, requestState=made, inputResponses=YES)
        assert "error" in answer.json(), answer.text
    no_state = await call(world, token, asked, inputResponses=YES)
    assert no_state.json()["result"]["resultType"] == "input_required", "asked again, not posted"
    assert await posts(world) == []
    links = set()
    for _twice in range(2):
        answer = await call(world, token, asked, requestState=state, inputResponses=YES)
        links.add(answer.json()["result"]["structuredContent"]["link"])
    assert len(links) == 1 and len(await posts(world)) == 1, "the same yes twice is one question"


async def test_a_post_says_by_which_agent_it_came(world: World, ada: Someone) -> None:
    async with agent(
        application(world), await let_in(world, ada), elicitation_callback=Asked(post=True)
    ) as client:
        assert isinstance(client, Client)
        await client.call_tool("ask", {"question": QUESTION})
    name = await world.connection.fetchval(
        "select apps.name from post_texts join apps on apps.id = app_id where text = $1", QUESTION
    )
    assert name == "Testing agent" and msgspec.json.encode(name)
