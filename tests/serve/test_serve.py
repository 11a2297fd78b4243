"""Starting and ending the program."""

import asyncio
import os
import re
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.patience import PATIENCE
from tests.serve.running import Installation, first, post, servers, serving, welcome, workers


async def test_from_an_empty_folder_to_the_first_administrator(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data")
    async with serving(installation) as run, installation.client() as site:
        assert installation.url in run.said
        path = welcome(run.said)
        assert path
        page = await site.get(path)
        for file in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text):
            assert (await site.get(file)).status_code == 200, file
        form = re.search(r'name="form" value="([0-9a-f]{128})"', page.text)
        assert form
        given = {"form": form[1], "handle": "ada", "name": "Ada", "address": "ada@example.org"}
        made = await site.post(path, data=given | {"password": "four words in a row"})
        assert made.status_code == 303, made.text
        assert (await site.get(path)).status_code == 404
    async with serving(installation) as run:
        assert welcome(run.said) is None
    assert servers(installation.data) == []


async def test_a_port_in_use_is_told_before_anything_starts(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        for more in ([], ["--workers", "2"]):
            code, _out, err = await installation.command("serve", "--port", str(installation.port), *more)
            assert code == 6
            assert f"Port {installation.port}" in err
            assert "in use" in err


async def test_a_second_program_on_the_same_folder_joins_its_database_and_takes_it_over(
    installation: Installation,
) -> None:
    other = Installation(installation.data)
    other.log = installation.log.with_name("other.log")
    async with serving(installation) as first, serving(other) as second:
        assert "joins the database" in second.said
        token = await installation.somebody()
        async with installation.client(token) as here, other.client(token) as there:
            kept = await post(here)
            assert (await there.get(f"/api/v1/statuses/{kept}")).status_code == 200
            await first.told_to_end()
            deadline = time.monotonic() + PATIENCE
            while (answer := await there.get(f"/api/v1/statuses/{kept}")).status_code != 200:
                assert answer.status_code == 503
                assert time.monotonic() < deadline
                await asyncio.sleep(0.1)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_end_it_answers_what_has_begun_and_ends_within_five_seconds(
    installation: Installation, how: signal.Signals
) -> None:
    async with serving(installation) as run:
        token = await installation.somebody()
        async with installation.client(token) as site:
            await post(site)  # a connection that is kept alive
            async with (
                connect(
                    f"{installation.url.replace('http', 'ws')}/api/v1/streaming?access_token={token}"
                ) as there,
                site.stream("GET", "/api/v1/streaming/user") as stream,
            ):
                await there.send('{"type": "subscribe", "stream": "user"}')
                chunks = stream.aiter_bytes()
                assert await anext(chunks) == b":)\n\n"
                slow = asyncio.create_task(_slowly(installation, token))
                await asyncio.sleep(0.5)
                assert await run.told_to_end(how) < 5
                assert run.process.returncode == 0
                assert await slow == 200
                assert {chunk async for chunk in chunks} <= {b":thump\n\n"}
                assert [said async for said in there] == []
        assert "Traceback" not in run.said
        assert "died" not in run.said
    assert servers(installation.data) == []


async def _slowly(installation: Installation, token: str) -> int:
    """A post whose last byte comes when the server has been told to end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", installation.port)
    body = b'{"status": "slow"}'
    writer.write(
        f"POST /api/v1/statuses HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    )
    for byte in body:
        writer.write(bytes([byte]))
        await asyncio.sleep(0.09)
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


async def test_it_can_be_ended_while_it_starts(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data")
    for wait in (0.2, 0.8, 1.6):
        run = installation.start()
        await asyncio.sleep(wait)
        await run.told_to_end()
        run.over()
        assert servers(installation.data) == []
    async with serving(installation):
        pass


async def test_several_processes_share_the_port_and_one_that_dies_is_replaced(
    installation: Installation,
) -> None:
    async with serving(installation, "--workers", "2") as run:
        token = await installation.somebody()
        children = workers(run.process.pid)
        assert len(children) == 2
        os.kill(children[0], signal.SIGKILL)
        async with installation.client(token) as site:
            for _ in range(20):
                await post(site)
        deadline = time.monotonic() + PATIENCE
        while run.said.count("started again") < 1 or len(workers(run.process.pid)) < 2:
            assert time.monotonic() < deadline, run.said
            await asyncio.sleep(0.1)
        answers = set()
        for _ in range(20):
            async with installation.client(token) as site:
                answers.add((await site.get("/api/v1/timelines/home")).status_code)
        assert answers == {200}
        assert await run.told_to_end() < 5
    assert servers(installation.data) == []


async def test_the_program_ends_where_what_its_processes_are_forked_from_has_died(
    installation: Installation,
) -> None:
    async with serving(installation, "--workers", "2") as run:
        (origin,) = first(run.process.pid)
        os.kill(origin, signal.SIGKILL)
        assert await run.ended() == 6
        assert "have ended by themselves" in run.said
    assert servers(installation.data) == []


async def test_heads_that_are_too_long_are_refused_and_the_rest_goes_on(installation: Installation) -> None:
    async with serving(installation):
        async with installation.client() as site:
            long = await site.get("/api/v1/instance", headers={"x-long": "a" * 200_000})
            assert long.status_code == 431
            many = await site.get("/api/v1/instance", headers=[(f"x-{n}", "a" * 100) for n in range(400)])
            assert many.status_code == 431
            address = await site.get("/api/v1/instance?q=" + "a" * 40_000)
            assert address.status_code == 431
            assert (await site.get("/api/v1/instance", headers={"x-long": "a" * 20_000})).status_code == 200
        assert await _dribble(installation.port) < 200_000


async def _dribble(port: int) -> int:
    """How many bytes of a head without an end are taken."""
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nx: ")
    for sent in range(0, 2_000_000, 1000):
        try:
            writer.write(b"a" * 1000)
            await writer.drain()
        except OSError:
            return sent
        await asyncio.sleep(0.002)
    return 2_000_000


async def test_the_visitor_is_who_a_trusted_proxy_says(installation: Installation) -> None:
    told = {"x-forwarded-for": "203.0.113.7"}
    for trusted, is_counted_apart in (("", False), ("127.0.0.0/8", True)):
        installation.environment |= {"WEETWIE_RATE_LIMITS": "on", "WEETWIE_TRUSTED_PROXIES": trusted}
        async with serving(installation), installation.client() as site:
            first = await site.get("/api/v1/instance")
            second = await site.get("/api/v1/instance", headers=told)
            left = [int(answer.headers["x-ratelimit-remaining"]) for answer in (first, second)]
            assert (left[0] == left[1]) is is_counted_apart


async def test_a_wrong_setting_is_told_with_its_name(installation: Installation) -> None:
    installation.environment["WEETWIE_WORKERS"] = "many"
    code, _out, err = await installation.command("serve")
    assert code == 2
    assert "WEETWIE_WORKERS" in err


async def test_metrics_count_by_route_and_never_by_address(installation: Installation) -> None:
    async with serving(installation):
        token = await installation.somebody()
        async with installation.client(token) as site:
            kept = await post(site)
            await site.get(f"/api/v1/statuses/{kept}")
            await site.get("/secret-path")
            await site.get("/@ada")
            assert (await site.get("/metrics")).status_code == 404
        async with httpx.AsyncClient() as outside:
            numbers = (await outside.get(f"http://127.0.0.1:{installation.metrics_port}/metrics")).text
    assert 'weetwie_requests_total{method="POST",route="/api/v1/statuses",status="200"} 1.0' in numbers
    assert re.search(r'route="/api/v1/statuses/[:{]', numbers)
    assert "weetwie_events_waiting" in numbers
    for word in (kept, "secret-path", "ada"):
        assert word not in numbers
