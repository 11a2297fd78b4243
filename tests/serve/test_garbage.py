"""What pages leave behind in objects that hold one another."""

import asyncio
import gc
import socket
from collections.abc import Iterator
from weakref import WeakSet

import pytest
from websockets.asyncio.client import connect
from websockets.server import ServerProtocol

from weetwie.runtime.asgi import Receive, Scope, Send
from weetwie.serve import process, web


class _Holding:
    """Nothing but the collector gets rid of it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def as_a_command_leaves_it() -> Iterator[None]:
    usual = gc.get_threshold()
    gc.set_threshold(200_000)
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)


@pytest.mark.usefixtures("as_a_command_leaves_it")
def test_a_server_does_not_pile_up_what_pages_leave_behind() -> None:
    process.settle()
    left: WeakSet[_Holding] = WeakSet()
    most = 0
    for _one in range(30_000):
        left.add(_Holding())
        most = max(most, len(left))
    assert most <= 11_000


async def _listen(_scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def test_a_stream_that_was_closed_does_not_wait_for_the_collector() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = web.server(_listen)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        gc.collect()
        gc.disable()
        try:
            for _stream in range(5):
                async with connect(f"ws://127.0.0.1:{listening.getsockname()[1]}/") as stream:
                    await stream.send("here")
                    assert _streams() > 0
            while server.server_state.connections or server.server_state.tasks:
                await asyncio.sleep(0)
            assert _streams() == 0
        finally:
            gc.enable()
            server.should_exit = True
            await serving


def _streams() -> int:
    return sum(type(one) is ServerProtocol for one in gc.get_objects())
