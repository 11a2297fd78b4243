"""Connections on which nothing is asked, or nothing is read, are not kept."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.patience import PATIENCE
from weetwie.serve import web


async def _application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            if "text" in message:
                await send({"type": "websocket.send", "text": message["text"]})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(web, "HEAD_SECONDS", 0.3)
    listener = socket.create_server(("127.0.0.1", 0))
    server = web.server(_application)
    serving = asyncio.create_task(server.serve([listener]))
    await server.is_open.wait()
    yield listener.getsockname()[1]
    server.should_exit = True
    await serving


async def test_a_second_head_that_dribbles_ends_the_connection_and_answers_say_when(port: int) -> None:
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"date: " in head.lower()
        assert await reader.readexactly(2) == b"ok"
        writer.write(b"GET / HT")
        assert await reader.read() == b""
        writer.close()


async def test_a_websocket_stays_open_for_longer_than_a_head_may_take(port: int) -> None:
    async with asyncio.timeout(PATIENCE), connect(f"ws://127.0.0.1:{port}/") as line:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.read() == b"", "one that came later, and says nothing, is closed"
        writer.close()
        await line.send("still here")
        assert await line.recv() == "still here"


async def test_where_there_are_too_many_the_longest_waiting_one_goes(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "HEAD_SECONDS", 20.0)
    monkeypatch.setattr(web._Protocol, "most", 2)
    async with asyncio.timeout(PATIENCE):
        opened = [await asyncio.open_connection("127.0.0.1", port) for _one in range(3)]
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await opened[0][0].readexactly(1)
        opened[2][1].write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert (await opened[2][0].readline()).startswith(b"HTTP/1.1 200")
        for _reader, writer in opened:
            writer.close()
