"""A proxy that recognises people itself: believed from its own address alone, and by nobody's word but its."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.api.conformance import Conforming
from tests.site import Choices, act, give_password, sign_in, text_of
from tests.world import Someone, World
from weetwie.app import build
from weetwie.settings import SettingsError, read
from weetwie.settings.sources import RemoteUser, remote_user
from weetwie.settings.values import Given

PROXY = "198.51.100.9"


@asynccontextmanager
async def browser(
    world: World, peer: str = PROXY, named: dict[str, str] | None = None, **more: Given
) -> AsyncIterator[httpx.AsyncClient]:
    told = remote_user({"proxies": ["198.51.100.0/28"], "creates_people": True, **more})
    application = build(
        Choices(trusted_proxies=["203.0.113.0/24"]), world.database, replace(world.site, remote_user=told)
    )
    transport = httpx.ASGITransport(application, client=(peer, 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=Conforming(transport), base_url="https://house.example", headers=named or {}
    ) as site:
        yield site


@pytest.fixture
async def world(world: World) -> World:
    await world.policy(connections=["remote_user"])
    return world


async def sessions(world: World) -> int:
    return int(await world.connection.fetchval("select count(*) from sessions"))


async def test_whom_the_proxy_names_comes_in_and_is_known_the_next_time(world: World) -> None:
    for name in ("Bo.Berg@HOUSE.EXAMPLE", "bo.berg@house.example"):
        async with browser(world, named={"X-Remote-User": name}) as site:
            assert "/auth/proxy?next=%2Fpeople" in (await site.get("/auth/sign_in?next=/people")).text
            answer = await site.get("/auth/proxy?next=/people")
            assert (answer.status_code, answer.headers["location"]) == (303, "/people")
            assert "bo_berg" in (await site.get("/settings")).text
    assert await world.connection.fetchval("select count(*) from identities") == 1


@pytest.mark.parametrize(
    ("peer", "named"),
    [
        ("192.0.2.7", {"X-Remote-User": "bo"}),
        ("192.0.2.7", {"X-Remote-User": "bo", "X-Forwarded-For": PROXY}),
        ("203.0.113.5", {"X-Remote-User": "bo", "X-Forwarded-For": PROXY}),
        (PROXY, {}),
        (PROXY, {"X-Remote-User": ""}),
        (PROXY, {"X-Remote-User": "(null)"}),
        (PROXY, {"Remote-User": "bo"}),
        (PROXY, {"X_Remote_User": "bo"}),
        (PROXY, {"X-Remote-User": "b" * 300}),
        (PROXY, {"X-Remote-User": "bo\tberg"}),
    ],
)
async def test_from_others_and_in_other_words_it_is_nobody(
    world: World, peer: str, named: dict[str, str]
) -> None:
    async with browser(world, peer, named) as site:
        answer = await site.get("/auth/proxy")
        assert answer.status_code == 403 and "didn't say who you are" in text_of(answer)
    assert await sessions(world) == 0


async def test_two_names_are_none(world: World) -> None:
    async with browser(world) as site:
        twice = [("X-Remote-User", "bo"), ("x-remote-user", "root")]
        assert (await site.get("/auth/proxy", headers=twice)).status_code == 403


@pytest.mark.parametrize(
    "policy", [{"connections": []}, {"connections": ["remote_user"], "sign_in": "local"}]
)
async def test_where_it_is_off_there_is_no_such_way(world: World, policy: dict[str, Any]) -> None:
    await world.policy(**policy)
    async with browser(world, named={"X-Remote-User": "bo"}) as site:
        assert (await site.get("/auth/proxy")).status_code == 404
        assert "/auth/proxy" not in (await site.get("/auth/sign_in")).text
    assert await sessions(world) == 0


async def test_the_header_alone_signs_nobody_in_on_other_pages(world: World) -> None:
    await world.member("root", is_admin=True)
    async with browser(world, named={"X-Remote-User": "root"}) as site:
        assert (await site.get("/settings")).status_code == 303
        assert (await site.get("/api/v1/accounts/verify_credentials")).status_code == 401


async def test_who_is_here_already_is_connected_by_the_rules_of_single_sign_on(world: World) -> None:
    bo = await world.member("bo")
    await world.connection.execute(
        "insert into addresses (person_id, address, address_hash, is_verified) values ($1, $2, $3, true)",
        bo.id, "bo@house.example", await hashed(world, "bo@house.example"),
    )  # fmt: skip
    named = {"X-Remote-User": "bo", "X-Mail": "bo@house.example"}
    async with browser(world, named=named, email_header="X-Mail") as site:
        answer = await site.get("/auth/proxy")
        assert "already an account with your e-mail address" in text_of(answer)
    async with browser(world, named=named, email_header="X-Mail", connects_by_email=True) as site:
        assert (await site.get("/auth/proxy")).status_code == 303
    assert await world.connection.fetchval("select person_id from identities") == bo.id
    async with browser(world, named={"X-Remote-User": "nobody"}, creates_people=False) as site:
        assert "don't have an account here yet" in text_of(await site.get("/auth/proxy"))


async def hashed(world: World, address: str) -> bytes:
    from weetwie.domain.identity import addresses

    return addresses.hashed(await addresses.hash_key(world.db), address)


async def test_it_leads_nowhere_else_and_is_no_fresh_proof(world: World) -> None:
    root = await world.member("root", is_admin=True)
    await world.connection.execute(
        "insert into identities (issuer, subject, person_id) values ('remote-user:proxy', 'root', $1)",
        root.id,
    )
    async with browser(world, named={"X-Remote-User": "root"}) as site:
        answer = await site.get("/auth/proxy?next=//evil.example/")
        assert answer.headers["location"] == "/begin"  # their first steps, as after every way to log in
        answer = await site.get("/admin/policy")
        assert answer.status_code == 303 and "again=1" in answer.headers["location"]


async def test_the_directory_s_person_of_this_name_is_them_only_in_its_realm(world: World) -> None:
    from tests.slapd import BASE, READER
    from weetwie.settings import sources

    bo: Someone = await world.member("bo")
    await world.connection.execute(
        "insert into directory_entries (entry_id, person_id, known_as, login, digest) values ('1', $1, '', 'Bo', '')",
        bo.id,
    )
    directory = sources.directory(
        {"kind": "ldap", "urls": ["ldaps://x"], "bind_dn": READER, "people_base": BASE}
    )
    world.site = replace(world.site, directory=directory)
    for name, is_bo in (
        ("bo@OTHER.EXAMPLE", False),
        ("bo@House.Example", True),
        ("HOUSE.EXAMPLE\\BO", True),
        ("bo", True),
    ):
        async with browser(world, named={"X-Remote-User": name}, realms=["house.example"]) as site:
            assert (await site.get("/auth/proxy")).status_code == 303
        owner = await world.connection.fetchval(
            "select person_id from identities where subject = $1", name.lower()
        )
        assert (owner == bo.id) == is_bo


async def test_administrators_switch_it_on_and_test_it(world: World) -> None:
    await give_password(world, await world.member("root", is_admin=True))
    async with browser(world) as site:
        await sign_in(site, "root")
        assert "Works: the header is taken" in text_of(await act(site, "/admin/connections/remote_user/test"))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"proxies": []},
        {"proxies": ["everywhere"]},
        {"proxies": ["10.0.0.1"], "header": "Cookie"},
        {"proxies": ["10.0.0.1"], "header": "X User"},
        {"proxies": ["10.0.0.1"], "more": "x"},
    ],
)
def test_what_is_set_wrongly_is_refused_at_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="WEETWIE_REMOTE_USER must be a table"):
        read({"WEETWIE_REMOTE_USER": json.dumps(wrong)})


def test_the_header_is_looked_for_however_it_is_written() -> None:
    assert RemoteUser(proxies=("10.0.0.1",)).headers == ("x-remote-user",)
