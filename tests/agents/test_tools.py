"""What agents get of the six tools, asked by the official client in both forms of the protocol."""

import pytest

from tests.agents.connecting import VERSIONS, agent, application, let_in, said, switch_on
from tests.site import HOME
from tests.world import World
from weetwie.access.enums import Ring

by_version = pytest.mark.parametrize("mode", VERSIONS)


@by_version
async def test_an_agent_lists_the_tools_and_asks_each_of_them(world: World, mode: str) -> None:
    await switch_on(world)
    ada, bo = await world.member("ada", name="Ada"), await world.member("bo", name="Bo", bio="Valves.")
    asked = await world.post(ada, "Who can mend the dosing pump?", is_question=True, ring=Ring.colleagues)
    answer = await world.post(bo, "The dosing pump needs a new valve.", reply_to=asked, ring=Ring.colleagues)
    app, token = application(world), await let_in(world, ada)
    async with agent(app, token, mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(tools) == ["who_knows", "search_posts", "read_thread", "open_questions", "person", "ask"]
        hints = {name: tool.annotations.read_only_hint for name, tool in tools.items() if tool.annotations}
        assert hints == {name: name != "ask" for name in tools}

        found = await client.call_tool("search_posts", {"query": "dosing pump"})
        assert {post["link"] for post in found.structured_content["posts"]} == {
            f"{HOME}/@ada/{asked}",
            f"{HOME}/@bo/{answer}",
        }
        thread = await client.call_tool("read_thread", {"post": f"{HOME}/@ada/{asked}"})
        (below,) = thread.structured_content["below"]
        assert below["quoted_text"] == "The dosing pump needs a new valve."
        assert below["answers"] == f"{HOME}/@ada/{asked}" and below["by"]["name"] == "Bo"
        assert "> The dosing pump needs a new valve." in said(thread)
        person = await client.call_tool("person", {"handle": "@bo"})
        assert person.structured_content["quoted_bio"] == "Valves." and "> Valves." in said(person)
        open_ones = await client.call_tool("open_questions", {"about": "pump"})
        assert [post["link"] for post in open_ones.structured_content["posts"]] == [f"{HOME}/@ada/{asked}"]
        experts = await client.call_tool("who_knows", {"question": "dosing pump"})
        assert not experts.is_error, said(experts)


async def test_in_works_council_mode_no_dates_stand_beside_people(world: World) -> None:
    await switch_on(world)
    ada, bo = await world.member("ada"), await world.member("bo")
    asked = await world.post(ada, "Who mends the dosing pump?", is_question=True, ring=Ring.colleagues)
    for words in ("The dosing pump has a valve", "A dosing pump again"):
        await world.post(bo, words, reply_to=asked, ring=Ring.colleagues)
    app, token = application(world), await let_in(world, ada)
    dates = []
    for is_on in (False, True):
        await world.policy(works_council=is_on)
        async with agent(app, token) as client:
            found = await client.call_tool("who_knows", {"question": "dosing pump"})
        people = found.structured_content["people"]
        dates.append([proof["written"] for one in people for proof in one["proofs"]])
    assert all(dates[0]) and dates[0] and dates[1] and not any(dates[1])
