"""Clients that do not finish what they send: whatever they ask for, the others are answered."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.site import Choices
from tests.world import World
from weetwie.api.endpoints import endpoints
from weetwie.app import build
from weetwie.context import Context
from weetwie.database import pool as databases
from weetwie.database.pool import Database
from weetwie.domain.identity import sessions
from weetwie.domain.people import bots
from weetwie.domain.scim import tokens
from weetwie.domain.timelines.live import Live
from weetwie.flows import bots as bot_flow
from weetwie.http import body as bodies
from weetwie.web.site import PAGES

POOL = 2
MORE_THAN_THE_POOL = POOL + 2
SMALL, LARGE = b"60000", b"900000"
IN_TIME = 30
"""Seconds after which a test that hangs has failed."""

Route = tuple[str, str]


def routes() -> Iterator[Route]:
    for endpoint in endpoints():
        yield endpoint.method, _filled(endpoint.path)
    for path, (_show, act) in PAGES.items():
        yield "GET", _filled(path)
        if act is not None:
            yield "POST", _filled(path)
    for method, path in (
        ("GET", "Users"), ("POST", "Users"), ("PUT", "Users/1"), ("PATCH", "Users/1"), ("DELETE", "Users/1"),
        ("POST", "Groups"), ("PUT", "Groups/1"), ("PATCH", "Groups/1"), ("POST", "Bulk"), ("POST", ".search"),
        ("POST", "Users/.search"), ("GET", "Me"), ("POST", "Me"), ("GET", "ServiceProviderConfig"),
    ):  # fmt: skip
        yield method, f"/scim/v2/{path}"
    yield "POST", "/nothing/here"


def _filled(path: str) -> str:
    return re.sub(r"\{([^}]*)\}", lambda found: "1" if "id" in found[1].split(":")[0] else "x", path)


class Slow:
    """A request whose body begins and does not end."""

    def __init__(
        self, application: Any, route: Route, length: bytes, headers: list[tuple[bytes, bytes]]
    ) -> None:
        self.stuck = asyncio.Event()
        self.started: dict[str, Any] = {}
        self.answer = b""
        self._pieces = [b"{"]
        scope = {
            "type": "http",
            "method": route[0],
            "path": route[1],
            "raw_path": route[1].encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "https",
            "http_version": "1.1",
            "client": ("192.0.2.9", 1),
            "server": ("house.example", 443),
            "headers": [
                (b"host", b"house.example"),
                (b"content-type", b"application/x-www-form-urlencoded"),
                (b"content-length", length),
                *headers,
            ],
        }
        self.task = asyncio.create_task(application(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if self._pieces:
            return {"type": "http.request", "body": self._pieces.pop(), "more_body": True}
        self.stuck.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.started = message
        self.answer += message.get("body", b"")

    @property
    def headers(self) -> dict[bytes, bytes]:
        return {name.lower(): value for name, value in self.started["headers"]}

    async def settled(self) -> None:
        """Until it waits for its client, or has been answered."""
        waiting = asyncio.create_task(self.stuck.wait())
        await asyncio.wait((self.task, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


class Town:
    def __init__(
        self, database: Database, application: Any, who: dict[str, list[tuple[bytes, bytes]]]
    ) -> None:
        self.database = database
        self.application = application
        self.who = who

    def slow(self, who: str, route: Route, length: bytes = SMALL) -> Slow:
        kind = "directory" if route[1].startswith("/scim") and who == "somebody" else who
        return Slow(self.application, route, length, self.who[kind])

    async def asked(self, path: str = "/api/v2/instance") -> int:
        one = Slow(self.application, ("GET", path), b"0", [])
        await one.task
        return int(one.started["status"])


@pytest.fixture
async def town(dsn: str) -> AsyncIterator[Town]:
    world = await World.open(dsn, is_kept=True)
    database = await Database.open(dsn, size=POOL)
    chief = await world.member("chief", is_admin=True, is_moderator=True, is_compliance=True)
    session = await sessions.begin(world.db, chief.id)
    _id, directory = await tokens.make(world.db, await world.viewer(chief), "")
    live = Live(database, world.memory)
    yield Town(
        database,
        build(Choices(), database, replace(world.site, sends_mail=True), live=live),
        {
            "nobody": [],
            "somebody": [
                (b"authorization", f"Bearer {chief.token}".encode()),
                (b"cookie", f"__Host-weetwie-session={session}".encode()),
            ],
            "directory": [(b"authorization", f"Bearer {directory}".encode())],
        },
    )
    await database.close()
    await world.close()


@pytest.mark.parametrize("length", [SMALL, LARGE])
@pytest.mark.parametrize("who", ["nobody", "somebody"])
async def test_on_every_route_more_slow_bodies_than_connections_hold_nobody_up(
    town: Town, who: str, length: bytes
) -> None:
    some_waited = 0
    for route in routes():
        slow = [town.slow(who, route, length) for _one in range(MORE_THAN_THE_POOL)]
        try:
            async with asyncio.timeout(IN_TIME):
                for one in slow:
                    await one.settled()
                pool = town.database.pool
                assert pool.get_idle_size() == pool.get_size(), route
                assert await town.asked() == 200, route
        finally:
            for one in slow:
                await one.end()
        some_waited += slow[0].stuck.is_set()
    assert some_waited > (30 if who == "nobody" else 150) or length == LARGE


@pytest.mark.parametrize(
    ("route", "told"),
    [
        (("POST", "/api/v1/apps"), b'{"error":'),
        (("POST", "/auth/sign_in"), b"<!doctype html>"),
        (("POST", "/scim/v2/Users"), b'{"schemas":'),
    ],
)
async def test_a_body_that_does_not_arrive_in_time_is_ended_with_408(
    town: Town, monkeypatch: pytest.MonkeyPatch, route: Route, told: bytes
) -> None:
    monkeypatch.setattr(bodies, "FIRST_SECONDS", 0.05)
    one = town.slow("somebody", route)
    async with asyncio.timeout(IN_TIME):
        await one.task
    assert one.started["status"] == 408
    assert one.headers[b"connection"] == b"close"
    assert one.answer.strip().lower().startswith(told)


@pytest.mark.parametrize("at", ["/hooks/{secret}", "/chat/slack", "/chat/mattermost", "/chat/teams", "/mcp"])
async def test_what_programs_send_slowly_holds_nobody_up_and_is_ended(
    dsn: str, town: Town, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    world = await World.open(dsn, is_kept=True)
    await world.policy(connections=["bots", "chat", "agents"])
    context = Context(world.db, await world.viewer(await world.member("maker")), world.site)
    bot_id = await bots.make(world.db, context.viewer, "ci", "CI", None)
    route = "POST", at.format(secret=await bot_flow.add_hook(context, bot_id, "CI"))
    slow = [town.slow("nobody", route) for _one in range(MORE_THAN_THE_POOL)]
    async with asyncio.timeout(IN_TIME):
        for one in slow:
            await one.settled()
        assert all(one.stuck.is_set() for one in slow) and await town.asked() == 200
        pool = town.database.pool
        assert pool.get_idle_size() == pool.get_size()
    for one in slow:
        await one.end()
    monkeypatch.setattr(bodies, "FIRST_SECONDS", 0.05)
    late = town.slow("nobody", route)
    async with asyncio.timeout(IN_TIME):
        await late.task
    assert late.started["status"] == 408
    await world.close()


async def test_a_long_body_has_longer_for_as_long_as_it_arrives_fast_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "FIRST_SECONDS", 0.05)
    hanging = asyncio.Event()
    messages = iter([{"type": "http.request", "body": b"x" * 1_000_000, "more_body": True}])

    async def receive() -> dict[str, Any]:
        for message in messages:
            return message
        await hanging.wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    receiving = bodies.bounded(receive, 2_000_000)
    await receiving()
    rest = asyncio.ensure_future(receiving())
    done, _waiting = await asyncio.wait((rest,), timeout=0.2)
    assert not done
    hanging.set()
    assert (await rest)["more_body"] is False


@pytest.mark.parametrize("path", ["/api/v2/instance", "/", "/nothing", "/scim/v2/Users"])
async def test_who_waits_too_long_for_a_connection_is_told_to_come_again(
    town: Town, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(databases, "WAIT_SECONDS", 0.05)
    held = [await town.database.pool.acquire() for _one in range(POOL)]
    one = Slow(town.application, ("GET", path), b"0", town.who["directory"] if "scim" in path else [])
    async with asyncio.timeout(IN_TIME):
        await one.task
    for connection in held:
        await town.database.pool.release(connection)
    assert one.started["status"] == 503
    assert int(one.headers[b"retry-after"]) > 0
    kind = one.headers[b"content-type"]
    assert kind.startswith(b"text/html" if path in ("/", "/nothing") else b"application/")
    assert await town.asked(path if "scim" not in path else "/api/v2/instance") in (200, 404)


async def test_a_stranger_is_refused_before_a_long_body_is_read(town: Town) -> None:
    for route, length in (
        (("POST", "/api/v2/media"), b"40000000"),
        (("POST", "/api/v1/statuses"), SMALL),
        (("POST", "/scim/v2/Users"), SMALL),
        (("POST", "/posts"), b"40000000"),
    ):
        one = town.slow("nobody", route, length)
        async with asyncio.timeout(IN_TIME):
            await one.task
        assert one.started["status"] in (401, 413), route
        assert not one.stuck.is_set()


async def test_a_form_that_comes_in_pieces_is_no_longer_than_any_other(town: Town) -> None:
    """Nothing has to be said of its length beforehand."""
    one = town.slow("somebody", ("POST", "/settings/filters"), b"0")
    await one.end()
    sent = 0

    async def receive() -> dict[str, Any]:
        nonlocal sent
        sent += 1
        return {"type": "http.request", "body": b"a=" + b"x" * 65536 + b"&", "more_body": sent < 1000}

    headers = [
        (b"transfer-encoding", b"chunked"),
        (b"content-type", b"application/x-www-form-urlencoded"),
        *town.who["somebody"],
    ]
    started: dict[str, Any] = {}

    async def send(message: dict[str, Any]) -> None:
        started.update(message)

    scope = {
        "type": "http", "method": "POST", "path": "/settings/filters", "raw_path": b"/settings/filters",
        "query_string": b"", "root_path": "", "scheme": "https", "http_version": "1.1",
        "client": ("192.0.2.9", 1), "server": ("house.example", 443), "headers": headers,
    }  # fmt: skip
    await town.application(scope, receive, send)
    assert started["status"] == 413
    assert sent < 5
