"""Hosts that share a database and a bucket, behind the proxies that docs/scale.md shows: as one, also while they are restarted one by one."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests import machine
from tests.patience import PATIENCE
from tests.serve.running import PROGRAM, Installation, Run, free_port, post, serving, until
from tests.serve.test_media import bucket, picture

__all__ = ["bucket"]

_DOCS = Path(__file__).parents[2] / "docs" / "scale.md"


def _sample(kind: str, ports: list[int], listens: str) -> str:
    """As the documentation has it, but for addresses and TLS."""
    found = re.search(rf"```{kind}\n(.*?)```", _DOCS.read_text("utf-8"), re.DOTALL)
    assert found
    text = found[1]
    for place, port in zip(("10.0.0.11:8080", "10.0.0.12:8080"), ports, strict=True):
        text = text.replace(place, f"127.0.0.1:{port}")
    return text.replace("listen 443 ssl", f"listen {listens}").replace(
        "weetwie.example.org {", f"http://{listens} {{"
    )


@asynccontextmanager
async def proxy(kind: str, ports: list[int], folder: Path) -> AsyncIterator[str]:
    """Its address."""
    listens = f"127.0.0.1:{free_port()}"
    sample, place = _sample(kind, ports, listens), folder / kind
    place.mkdir()
    if kind == "nginx":
        root = machine.nginx() or "/"
        (place / "conf").write_text(
            f"daemon off; pid {place}/pid; error_log {place}/log; events {{}} http {{ access_log off; "
            f"client_body_temp_path {place}; proxy_temp_path {place}; fastcgi_temp_path {place}; "
            f"uwsgi_temp_path {place}; scgi_temp_path {place};\n{sample}\n}}"
        )
        words = [f"{root}/usr/sbin/nginx", "-e", f"{place}/log", "-c", f"{place}/conf"]
    else:
        root = machine.caddy() or "/"
        (place / "Caddyfile").write_text(f"{{\nadmin off\nauto_https off\n}}\n{sample}")
        words = [f"{root}/usr/bin/caddy", "run", "--config", f"{place}/Caddyfile", "--adapter", "caddyfile"]
    environment = machine.unpacked(root) | {"HOME": str(place)}
    with (place / "said").open("wb") as said:
        process = subprocess.Popen(words, env=environment, stdout=said, stderr=said)
    try:
        async with httpx.AsyncClient(base_url=f"http://{listens}") as site:

            async def answers() -> bool:
                assert process.poll() is None, (place / "said").read_text()
                try:
                    return (await site.get("/health")).status_code == 200
                except httpx.TransportError:
                    return False

            await until(answers)
        yield f"http://{listens}"
    finally:
        process.terminate()
        process.wait()


class Hosts:
    def __init__(self, dsn: str, bucket: str, key: str, tmp_path: Path) -> None:
        self.all = [
            Installation(
                tmp_path / name,
                WEETWIE_DATABASE_URL=dsn,
                WEETWIE_SECRET_KEY=key,
                WEETWIE_MEDIA_URL="s3://house/files",
                WEETWIE_S3_ENDPOINT=bucket,
                WEETWIE_S3_KEY_ID="id",
                WEETWIE_S3_SECRET="secret",
                WEETWIE_TRUSTED_PROXIES="127.0.0.1",
                WEETWIE_DRAIN="3",
            )
            for name in ("one", "two")
        ]


@pytest.fixture
async def hosts(dsn: str, bucket: str, tmp_path: Path) -> Hosts:
    _code, key, _err = await Installation(tmp_path / "none").command("key", "make")
    return Hosts(dsn, bucket, key, tmp_path)


@pytest.mark.needs("proxies")
async def test_no_request_is_refused_while_hosts_behind_a_proxy_are_restarted_one_after_the_other(
    hosts: Hosts, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        runs = [await stack.enter_async_context(serving(one)) for one in hosts.all]
        ports = [one.port for one in hosts.all]
        urls = [await stack.enter_async_context(proxy(kind, ports, tmp_path)) for kind in ("nginx", "caddy")]
        token = await hosts.all[0].somebody("ada")
        for url in urls:
            await _streams_come_through(url, token)
        answered: Counter[tuple[str, int]] = Counter()
        asking = [asyncio.create_task(_ask_on(url, token, answered)) for url in urls for _client in range(2)]
        for number, run in enumerate(runs):
            await _restarted(run, hosts.all[number], stack)
            before = answered.total()
            await until(lambda before=before: _are(answered.total() > before + 40))  # type: ignore[misc]
        for task in asking:
            task.cancel()
        await asyncio.wait(asking)
        assert all(task.cancelled() for task in asking), asking
        assert {status for _url, status in answered} == {200}
        assert {url for url, _status in answered} == set(urls)


async def _are(answer: bool) -> bool:
    return answer


async def _restarted(run: Run, host: Installation, stack: AsyncExitStack) -> None:
    await run.told_to_end()
    assert run.process.returncode == 0
    await stack.enter_async_context(serving(host))


async def _ask_on(url: str, token: str, answered: "Counter[tuple[str, int]]") -> None:
    async with httpx.AsyncClient(
        base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=PATIENCE
    ) as site:
        while True:
            for method, path in (("GET", "/api/v1/timelines/home"), ("POST", "/api/v1/statuses")):
                answer = await site.request(method, path, json={"status": "on"} if method == "POST" else None)
                answered[url, answer.status_code] += 1
                await asyncio.sleep(0.02)


async def _streams_come_through(url: str, token: str) -> None:
    there = f"{url.replace('http', 'ws')}/api/v1/streaming?stream=user&access_token={token}"
    async with (
        asyncio.timeout(PATIENCE),
        connect(there) as websocket,
        httpx.AsyncClient(
            base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=PATIENCE
        ) as site,
        site.stream("GET", "/api/v1/streaming/user") as stream,
    ):
        lines = stream.aiter_lines()
        assert await anext(lines) == ":)"
        kept = await post(site)
        async for line in lines:
            if f'"id":"{kept}"' in line:
                break
        async for said in websocket:
            if kept in str(said):
                break


async def test_what_happens_at_one_host_is_so_at_the_other_at_once(hosts: Hosts, tmp_path: Path) -> None:
    one, two = hosts.all
    async with serving(one), serving(two):
        ada = await one.somebody("ada")
        async with one.client(ada) as here, two.client(ada) as there:
            file = await here.post("/api/v2/media", files={"file": ("a", picture())})
            given = {"status": "A picture of #bees", "media_ids": [file.json()["id"]]}
            status = (await here.post("/api/v1/statuses", json=given)).json()
            shown = (await there.get(f"/api/v1/statuses/{status['id']}")).json()
            path = "/media/" + shown["media_attachments"][0]["url"].partition("/media/")[2]
            assert (await there.get(path)).content == (await here.get(path)).content != b""
            await two.asked("policy", "set", "name", "Two hosts")
            for site in (here, there):
                assert (await site.get("/api/v2/instance")).json()["title"] == "Two hosts"
            await two.asked("person", "suspend", "ada")
            assert {(await site.get("/api/v1/timelines/home")).status_code for site in (here, there)} == {403}


async def test_who_comes_while_a_server_whose_port_is_held_is_restarted_waits_and_is_answered(
    installation: Installation, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", installation.port)) as held:
        first = Held(installation, held)
        try:
            await first.ready()
            token = await installation.somebody("ada")
            async with installation.client(
                token,
            ) as site:
                await post(site)
                site.timeout = 120
                await first.told_to_end()
                waiting = asyncio.create_task(post(site))
                second = Held(installation, held)
                try:
                    await second.ready()
                    assert await waiting
                    await second.told_to_end()
                finally:
                    second.over()
        finally:
            first.over()


class Held(Run):
    """A run that is given the socket as systemd gives it."""

    def __init__(self, installation: Installation, held: socket.socket) -> None:
        given = f"import os, sys; os.dup2({held.fileno()}, 3); os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')"
        words = [sys.executable, "-c", f"{given}; os.execv(sys.argv[1], sys.argv[1:])"]
        self._log = installation.log.open("w+b")
        self._url = installation.url
        self.process = subprocess.Popen(
            [*words, *PROGRAM, "serve", "--port", "1"],
            pass_fds=[held.fileno()],
            stdout=self._log,
            stderr=self._log,
            env=os.environ | installation.environment,
        )
