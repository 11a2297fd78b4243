"""One open socket of an application in the same process, on which everything is subscribed to that somebody can name."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from tests.law.scene import Scene
from weetwie.events import Fact


class Frame(NamedTuple):
    stream: tuple[str, ...]
    event: str
    payload: bytes


class Socket:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._said: list[dict[str, Any]] = []
        self._all_was_heard = asyncio.Event()
        self._leaves = asyncio.Event()
        self.is_refused = False
        self.raw: list[str] = []

    async def receive(self) -> dict[str, Any]:
        if self._said:
            return self._said.pop(0)
        self._all_was_heard.set()
        await self._leaves.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.close":
            self.is_refused = True
            self._leaves.set()
        elif message["type"] == "websocket.send":
            self.raw.append(message["text"])

    async def heard(self, facts: Sequence[Fact]) -> list[Frame]:
        """What comes of these facts, as if they had just been read. (What a transaction wrote itself no snapshot tells.)"""
        live = self._scene.live
        self.raw.clear()  # complaints about what cannot be subscribed to
        for begin in range(0, len(facts), 20):  # a look with more than this is more than waits for one reader
            async with live._database.reading() as db:
                await live._confirm(db)
                found = await live._find_out(db, facts[begin : begin + 20])
            await live._hand_out(found)
            await self._rest()
        return [
            Frame(tuple(one["stream"]), one["event"], one.get("payload", "").encode())
            for one in map(json.loads, self.raw)
        ]

    async def _rest(self) -> None:
        for _wait in range(2000):
            streams = list(self._scene.live._listeners)
            assert not self.is_refused, "the stream has ended"
            if all(not stream._news and stream._waiting is not None for stream in streams):
                return
            await asyncio.sleep(0.001)
        raise AssertionError("the streams do not come to rest")


@asynccontextmanager
async def listening(scene: Scene, viewer: str, wishes: list[dict[str, str]]) -> AsyncIterator[Socket]:
    """From now on, subscribed to all of these (as far as the application takes them)."""
    socket = Socket(scene)
    socket._said = [{"type": "websocket.connect"}]
    for wish in wishes:
        text = json.dumps({"type": "subscribe", **wish})
        socket._said.append({"type": "websocket.receive", "text": text})
    token = scene.token(viewer)
    headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
    scope = {
        "type": "websocket",
        "path": "/api/v1/streaming",
        "query_string": b"",
        "headers": headers,
        "subprotocols": [],
    }
    running = asyncio.create_task(scene.application(scope, socket.receive, socket.send))
    try:
        waiting = asyncio.create_task(socket._all_was_heard.wait())
        await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        yield socket
    finally:
        socket._leaves.set()
        await running
