"""Whatever comes to `/mcp`: slow, huge, deep, forged, too often; and what it costs where it is off."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

import httpx2
import pytest
from msgspec import structs

from tests.agents.connecting import AT, agent, application, http, let_in, said, switch_on
from tests.site import HOME, Choices
from tests.world import SOME_DAY, Someone, World
from weetwie.agents import server, tools
from weetwie.app import build
from weetwie.errors import Unavailable
from weetwie.http import body
from weetwie.runtime import clock
from weetwie.security.ratelimit import LIMITS, Limit

ACCEPT = {"accept": "application/json, text/event-stream"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.fixture
async def ada(world: World) -> Someone:
    await switch_on(world)
    return await world.member("ada", name="Ada")


async def post(world: World, token: str | None, **more: Any) -> httpx2.Response:
    headers = ACCEPT | ({"authorization": f"Bearer {token}"} if token else {}) | more.pop("headers", {})
    async with http(more.pop("app", None) or application(world)) as client:
        return await client.post(AT, headers=headers, **more)


def test_what_agents_need_is_not_loaded_with_the_application() -> None:
    code = "import weetwie.app, sys; print([name for name in sys.modules if name.split('.')[0] in ('mcp', 'mcp_types')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'["x"]',
        b"\xff\xfe",
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"[" * 50_000 + b"]" * 10_000,
    ],
    ids=[*"12345678"],
)
async def test_what_is_no_request_is_refused(world: World, ada: Someone, content: bytes) -> None:
    answer = await post(
        world, await let_in(world, ada), content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400 and answer.json()["error"]["code"] == -32700


@pytest.mark.parametrize(
    "request_",
    [
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "nothing", "arguments": {}}},
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "who_knows", "arguments": {}}},
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "who_knows", "arguments": {"question": 7}},
        },
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "search_posts", "arguments": {"query": "x", "limit": 1000}},
        },
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "search_posts", "arguments": {"query": "x", "as": "admin"}},
        },
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "search_posts", "arguments": {"query": "during:yesterdayish"}},
        },
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "read_thread", "arguments": {"post": "9" * 30}},
        },
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "person", "arguments": {"handle": "\u0000"}},
        },
    ],
    ids=[*"12345678"],
)
async def test_a_tool_that_is_asked_wrongly_says_why(
    world: World, ada: Someone, request_: dict[str, Any]
) -> None:
    answer = await post(world, await let_in(world, ada), json=request_)
    assert answer.status_code == 200
    told = answer.json()["result"]
    assert told["isError"] and len(told["content"][0]["text"]) > 10


async def test_methods_that_are_not_there_and_streams_are_refused(world: World, ada: Someone) -> None:
    token = await let_in(world, ada)
    answer = await post(world, token, json=LIST | {"method": "resources/list"})
    assert answer.json()["error"]["code"] == -32601
    async with http(application(world), headers=ACCEPT | {"authorization": f"Bearer {token}"}) as client:
        for method in ("GET", "DELETE", "PUT"):
            assert (await client.request(method, AT)).status_code == 405


async def test_a_request_that_is_too_large_is_not_read(world: World, ada: Someone) -> None:
    token = await let_in(world, ada)
    assert (await post(world, token, content=b"x" * (body.SMALL + 1))).status_code == 413


async def test_a_request_that_comes_too_slowly_is_given_up(
    world: World, ada: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "FIRST_SECONDS", 0.05)
    token, answer = await let_in(world, ada), []

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: MutableMapping[str, Any]) -> None:
        answer.append(message)

    headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-length", b"10")]
    scope = {"type": "http", "method": "POST", "path": "/mcp", "headers": headers, "query_string": b""}
    await application(world)(scope, receive, send)
    assert answer[0]["status"] == 408


@pytest.mark.parametrize("token", [None, "", "made-up", "token-of-ada", "x" * 5000, "ünicode"], ids=str)
async def test_a_token_that_is_none_is_told_where_to_get_one(
    world: World, ada: Someone, token: str | None
) -> None:
    headers = {} if token is None else {"authorization": f"Bearer {token}".encode()}
    answer = await post(world, None, json=LIST, headers=headers)
    assert answer.status_code == 401 and "resource_metadata=" in answer.headers["www-authenticate"]


async def test_whoever_guesses_tokens_is_made_to_wait(world: World, ada: Someone) -> None:
    app = build(Choices(rate_limits=True), world.database, world.site)
    statuses = [(await post(world, f"guess-{n}", json=LIST, app=app)).status_code for n in range(110)]
    assert statuses[0] == 401 and statuses[-1] == 429


async def test_pages_of_others_have_no_business_here(world: World, ada: Someone) -> None:
    token = await let_in(world, ada)
    for origin, status in (
        ("https://evil.example", 403),
        ("null", 403),
        ("http://[", 403),
        (HOME, 200),
        ("http://localhost:6274", 200),
    ):
        answer = await post(world, token, json=LIST, headers={"origin": origin})
        assert answer.status_code == status, origin
        is_open = answer.headers.get("access-control-allow-origin") == origin
        assert is_open == (origin == "http://localhost:6274")


async def test_how_often_is_counted_for_each_person_and_agent(
    world: World, ada: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.stop(SOME_DAY)
    monkeypatch.setitem(LIMITS, "agent", Limit(2, 60))
    app = build(Choices(rate_limits=True), world.database, world.site)
    token, other, of_bo = (
        await let_in(world, ada),
        await let_in(world, ada),
        await let_in(world, await world.member("bo")),
    )
    statuses = [(await post(world, token, json=LIST, app=app)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = await post(world, token, json=LIST, app=app)
    assert 0 < int(refused.headers["retry-after"]) <= 60
    for one in (other, of_bo):
        assert (await post(world, one, json=LIST, app=app)).status_code == 200
    clock.stop(None)


async def test_each_use_of_a_tool_is_written_down_and_nothing_of_what_was_asked(
    world: World, ada: Someone
) -> None:
    async with agent(application(world), await let_in(world, ada)) as client:
        await client.call_tool("who_knows", {"question": "zqsecretquestion"})
    rows = await world.connection.fetch("select * from audit where act like 'agent.%'")
    assert [(row["act"], row["actor_id"], row["door"]) for row in rows] == [
        ("agent.who_knows", ada.id, "mcp")
    ]
    assert sorted(rows[0]["ids"]) == ["app_id", "token_id"]
    tables = await world.connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    for table in tables:
        name = table["tablename"]
        kept = await world.connection.fetchval(
            f"select count(*) from {name} as t where t::text like '%zqsecret%'"
        )
        assert kept == 0, name


async def test_what_fails_within_a_tool_is_an_answer_with_a_number(
    world: World, ada: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(context: Any, asked: Any) -> Any:
        raise ValueError("an inner thing")

    async def hang(context: Any, asked: Any) -> Any:
        await asyncio.Event().wait()

    async def away(context: Any, asked: Any) -> Any:
        raise Unavailable

    monkeypatch.setattr(server, "SECONDS", 0.3)
    token = await let_in(world, ada)
    for run in (fail, hang, away):
        failing = structs.replace(tools.BY_NAME["person"], run=run)
        monkeypatch.setitem(tools.BY_NAME, "person", failing)
        async with agent(application(world), token) as client:
            answer = await client.call_tool("person", {"handle": "ada"})
        assert answer.is_error and "inner" not in said(answer)


async def test_a_client_that_goes_away_leaves_nothing_behind(world: World, ada: Someone) -> None:
    token = await let_in(world, ada)
    sent: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": b'{"json', "more_body": True}, {"type": "http.disconnect"}]
    )
    answer = []

    async def receive() -> dict[str, Any]:
        return next(sent)

    async def send(message: MutableMapping[str, Any]) -> None:
        answer.append(message)

    headers = [(b"authorization", f"Bearer {token}".encode())]
    scope = {"type": "http", "method": "POST", "path": "/mcp", "headers": headers, "query_string": b""}
    await application(world)(scope, receive, send)
    assert answer[0]["status"] == 400


async def test_many_agents_ask_at_once(world: World, ada: Someone) -> None:
    app, token = application(world), await let_in(world, ada)
    answers = await asyncio.gather(*(post(world, token, json=LIST, app=app) for _ in range(25)))
    assert {answer.status_code for answer in answers} == {200}
