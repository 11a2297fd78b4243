"""More than a server can do: it says so soon, people who are logged in go on, and who reads or writes slowly costs nobody else anything."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.patience import PATIENCE
from tests.serve.running import until
from weetwie.http.admission import Gate, admitted
from weetwie.http.turns import Requester, Turns
from weetwie.serve import web

LONG = b"x" * 4_000_000
"""More than the buffers of a connection take."""


async def _application(scope: Any, receive: Any, send: Any) -> None:
    """Takes its time; answers much where it is asked for much."""
    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(0.02)
    body = LONG if scope["path"] == "/long" else b"ok"
    head = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})


def _caller(scope: Any) -> Requester:
    token = next((value.decode() for name, value in scope["headers"] if name == b"authorization"), "")
    return Requester(token or "address:127.0.0.1", is_person=bool(token))


@pytest.fixture
def turns() -> Turns:
    return Turns(places=2)


@pytest.fixture
def gate(turns: Turns) -> Gate:
    return Gate(turns, _caller, lambda _scope, sentence: sentence)


@pytest.fixture
async def server(gate: Gate) -> AsyncIterator[web.WebServer]:
    server = web.server(admitted(_application, gate), gate)
    serving = asyncio.create_task(server.serve([socket.create_server(("127.0.0.1", 0), backlog=2048)]))
    await server.is_open.wait()
    yield server
    server.should_exit = True
    await serving


@pytest.fixture
def port(server: web.WebServer) -> int:
    return int(server.servers[0].sockets[0].getsockname()[1])


class Client:
    """A connection that is kept alive."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, method: str = "GET", path: str = "/api/x", token: str = "", length: int = 0) -> None:
        who = f"authorization: {token}\r\n" if token else ""
        body = f"content-length: {length}\r\n" if length else ""
        self.writer.write(f"{method} {path} HTTP/1.1\r\nhost: x\r\n{who}{body}\r\n".encode())

    async def answer(self, *, has_body: bool = True) -> tuple[int, dict[str, str]]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        if has_body:
            await self.reader.readexactly(int(headers["content-length"]))
        return int(head[0].split()[1]), headers

    async def ask(self, **how: Any) -> tuple[int, dict[str, str]]:
        self.send(**how)
        return await self.answer()


@asynccontextmanager
async def clients(port: int, count: int, receive_buffer: int = 0) -> AsyncIterator[list[Client]]:
    opened = []
    for _one in range(count):
        own = socket.socket()
        if receive_buffer:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        own.setblocking(False)
        await asyncio.get_running_loop().sock_connect(own, ("127.0.0.1", port))
        opened.append(Client(*await asyncio.open_connection(sock=own)))
    try:
        yield opened
    finally:
        for one in opened:
            one.writer.transport.abort()


async def test_under_a_flood_strangers_are_refused_and_people_go_on_reading(port: int) -> None:
    answered: Counter[int] = Counter()

    async def flood(client: Client) -> None:
        while True:
            status, headers = await client.ask()
            answered[status] += 1
            assert status == 200 or int(headers["retry-after"]) > 0

    async with clients(port, 201) as (ada, *strangers), asyncio.timeout(PATIENCE):
        flooding = [asyncio.create_task(flood(one)) for one in strangers]
        await until(_is(lambda: answered[503] > 0))
        for _page in range(20):
            assert (await ada.ask(token="ada"))[0] == 200
        for task in flooding:
            task.cancel()
        await asyncio.wait(flooding)
        assert all(task.cancelled() for task in flooding)
        assert answered[200] > 0, "strangers are let in as far as there is room"


async def test_who_is_refused_costs_no_task_is_counted_and_may_ask_again_on_the_same_connection(
    server: web.WebServer, gate: Gate, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weetwie.http.turns.WAIT_SECONDS", 0.01)
    refused: list[tuple[Any, int]] = []
    gate.on_refusal = lambda scope, _seconds: refused.append(
        (scope["method"], len(server.server_state.tasks))
    )
    held = [gate.turns.take_free(), gate.turns.take_free()]
    async with clients(port, 1) as (ada,), asyncio.timeout(PATIENCE):
        for method in ("GET", "HEAD"):
            ada.send(method)
            status, headers = await ada.answer(has_body=method == "GET")
            assert (status, headers["content-type"]) == (503, "application/json; charset=utf-8")
        assert refused == [("GET", 0), ("HEAD", 0)]
        for place in held:
            assert place is not None
            gate.turns.give_back(place)
        assert (await ada.ask())[0] == 200


async def test_who_waits_and_goes_takes_no_turn(turns: Turns, port: int) -> None:
    held = [turns.take_free(), turns.take_free()]
    async with clients(port, 2) as (ada, bo), asyncio.timeout(PATIENCE):
        ada.send(token="ada")
        await until(_is(lambda: bool(turns._people)))
        waits = next(iter(turns._people._queues["ada"]))
        ada.writer.transport.abort()
        await until(_is(lambda: waits.is_over))
        bo.send(token="bo")
        await until(_is(lambda: len(turns._people._queues) == 2))
        for place in held:
            assert place is not None
            turns.give_back(place)
        assert (await bo.answer())[0] == 200
        assert not turns._at_work


async def test_one_person_with_many_connections_takes_no_more_than_their_turn(
    turns: Turns, port: int
) -> None:
    async with clients(port, 202) as (bo, cleo, *many), asyncio.timeout(PATIENCE):
        for one in many:
            one.send(token="ada")
        for reader, token in ((bo, "bo"), (cleo, "cleo")):
            for _page in range(5):
                assert (await reader.ask(token=token))[0] == 200
        assert turns._people, "most of the others still wait"


async def test_who_sends_slowly_takes_no_turn_until_all_is_there(port: int) -> None:
    async with clients(port, 101) as (ada, *slow), asyncio.timeout(PATIENCE):
        for one in slow:
            one.send("POST", length=100)
            one.writer.write(b"x" * 99)
        for _page in range(5):
            assert (await ada.ask())[0] == 200
        slow[0].writer.write(b"x")
        assert (await slow[0].answer())[0] == 200


async def test_who_reads_slowly_takes_no_turn_and_who_does_not_read_at_all_is_given_up(
    server: web.WebServer, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "READING_SECONDS", 0.5)
    monkeypatch.setattr("weetwie.http.turns.WAIT_SECONDS", 30.0)  # all of them get their answer
    async with (
        clients(port, 1) as (ada,),
        clients(port, 20, receive_buffer=4096) as slow,
        asyncio.timeout(PATIENCE),
    ):
        for one in slow:
            one.writer.transport.pause_reading()  # type: ignore[attr-defined]
            one.send(path="/long")
        for _page in range(5):
            assert (await ada.ask())[0] == 200
        await until(_is(lambda: len(server.server_state.connections) == 1))
        for one in slow:
            one.writer.transport.resume_reading()  # type: ignore[attr-defined]
            await _ends(one)


async def _ends(client: Client) -> None:
    """Only a part of the answer comes, for the server has given the connection up."""
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await client.reader.readexactly(len(LONG))


def _is(check: Callable[[], bool]) -> Callable[[], Any]:
    async def is_so() -> bool:
        return check()

    return is_so
