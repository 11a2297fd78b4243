"""Tokens, links, addresses and tries to sign in, in the database."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.world import SOME_DAY, Someone, World
from weetwie.access.viewer import system
from weetwie.database.pool import Database
from weetwie.domain.identity import (
    addresses,
    apps,
    attempts,
    grants,
    links,
    passwords,
    sessions,
    sign_in,
    tokens,
)
from weetwie.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from weetwie.events import PersonErased, PersonLeft, PersonSuspended
from weetwie.runtime import clock


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, at=SOME_DAY)
    yield world
    await world.close()


async def is_good(world: World, token: str) -> bool:
    return await world.memory.recognise(world.db, token=token) is not None


async def keys_of(world: World, someone: Someone) -> str:
    """Everything that someone can come in with; gives a token."""
    await sessions.begin(world.db, someone.id)
    await links.make(world.db, "set-password", someone.id)
    await addresses.add(world.db, someone.id, f"{someone.handle}@house.example")
    await passwords.put(world.db, await world.viewer(someone), someone.id, "a hash")
    app, _secret = await apps.register(world.db, "app", ["https://app.example/"])
    await grants.grant(world.db, await world.viewer(someone), app, "https://app.example/", ["read"])
    return (await tokens.issue(world.db, app.id, someone.id, ["read"])).token


async def left(world: World, someone: Someone) -> dict[str, int]:
    return {
        table: await world.connection.fetchval(
            f"select count(*) from {table} where person_id = $1", someone.id
        )
        for table in ("sessions", "grants", "sign_in_links", "addresses", "passwords")
    }


async def test_whoever_leaves_or_is_suspended_loses_their_keys_and_whoever_is_erased_all(
    world: World,
) -> None:
    ada, bo, cy, di = [await world.member(name) for name in ("ada", "bo", "cy", "di")]
    given = {someone.handle: await keys_of(world, someone) for someone in (ada, bo, cy, di)}
    await world.leave(ada)
    await world.suspend(bo)
    await world.connection.execute(
        "update people set erased_at = now(), version = version + 1 where id = $1", cy.id
    )
    facts: list[PersonLeft | PersonSuspended | PersonErased] = [
        PersonLeft(ada.id),
        PersonSuspended(bo.id),
        PersonErased(cy.id),
        PersonLeft(di.id),
    ]
    for _time in range(2):
        await tokens.revoke_all(world.db, system((await world.viewer()).policy), facts)
        known = {handle for handle, token in given.items() if await is_good(world, token)}
        assert known == {"bo", "di"}, "tokens of who is suspended rest, and work again when that is lifted"
        kept = {"sessions": 0, "grants": 0, "sign_in_links": 0, "addresses": 1, "passwords": 1}
        assert await left(world, ada) == kept | {"passwords": 0}
        assert await left(world, bo) == kept
        assert await left(world, cy) == dict.fromkeys(kept, 0)
        assert await left(world, di) == dict.fromkeys(kept, 1), "di has come back before this ran"


async def test_a_token_made_by_hand_bears_its_scopes(world: World) -> None:
    ada = await world.member("ada")
    issued = await tokens.issue_by_hand(
        world.db, system((await world.viewer()).policy), ada.id, "read:statuses"
    )
    viewer = await world.memory.recognise(world.db, token=issued.token)
    assert viewer is not None
    assert (viewer.person_id, viewer.scopes) == (ada.id, frozenset(("read:statuses",)))


async def test_an_address_is_found_however_it_is_written_and_belongs_to_one(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await addresses.add(world.db, ada.id, "Ada@House.example", is_kept=False)
    await addresses.add(world.db, ada.id, "ada@house.example")
    assert await addresses.owner(world.db, " ADA@house.EXAMPLE ") == ada.id
    with pytest.raises(Conflict):
        await addresses.add(world.db, bo.id, "ada@house.example")
    with pytest.raises(Invalid):
        await addresses.add(world.db, bo.id, "not an address")
    stored = await world.connection.fetch("select address, address_hash from addresses")
    assert [row["address"] for row in stored] == ["ada@house.example"], (
        "known in full when it is given to be kept"
    )


async def test_a_link_is_good_for_once_for_its_purpose_and_for_a_while(world: World) -> None:
    ada = await world.member("ada")
    older = await links.make(world.db, "set-password", ada.id)
    token = await links.make(world.db, "set-password", ada.id)
    for purpose, wrong in (("first-admin", token), ("set-password", older), ("set-password", "")):
        with pytest.raises(NotFound):
            await links.use(world.db, purpose, wrong)  # type: ignore[arg-type]
    assert (await links.look(world.db, "set-password", token)).person_id == ada.id
    await links.use(world.db, "set-password", token)
    with pytest.raises(NotFound):
        await links.use(world.db, "set-password", token)
    late = await links.make(world.db, "first-admin")
    clock.stop(SOME_DAY + links.LASTS["first-admin"])
    with pytest.raises(NotFound):
        await links.look(world.db, "first-admin", late)


async def test_tries_that_come_at_once_are_counted_one_after_the_other(dsn: str) -> None:
    database = await Database.open(dsn, size=6)

    async def knock() -> bool:
        try:
            async with database.transaction() as db:
                await sign_in.knock(db, "ada", "203.0.113.7")
        except TooMany:
            return False
        return True

    try:
        assert sum(await asyncio.gather(*(knock() for _time in range(30)))) == 5
    finally:
        await database.close()


async def test_nobody_can_keep_another_out_for_more_than_a_moment(world: World) -> None:
    await world.member("ada")
    for number in range(200):
        async with world.database.transaction() as db:
            try:
                await sign_in.knock(db, "ada", f"2001:db8:{number:x}::1")
            except TooMany as refusal:
                assert refusal.retry_after <= 30


async def test_a_whole_network_of_ipv6_counts_as_one_place(world: World) -> None:
    for number in range(5):
        await sign_in.knock(world.db, "ada", f"2001:db8:0:1::{number:x}")
    with pytest.raises(TooMany):
        await sign_in.knock(world.db, "ada", "2001:db8:0:1:ffff::1")


async def test_the_right_password_forgives_the_tries_before_it(world: World) -> None:
    ada = await world.member("ada")
    await passwords.put(
        world.db, await world.viewer(ada), ada.id, await passwords.hashed("four words in a row")
    )
    for _round in range(3):
        for _try in range(4):
            attempt = await sign_in.knock(world.db, "ada", "203.0.113.7")
            with pytest.raises(Invalid):
                await sign_in.check(attempt, "wrong")
        attempt = await sign_in.knock(world.db, "ada", "203.0.113.7")
        assert await sign_in.check(attempt, "four words in a row") == ada.id
        await sign_in.enter(world.db, await world.viewer(ada), attempt, "")
        with pytest.raises(Forbidden):
            await sign_in.enter(world.db, await world.viewer(), attempt, "")


def test_passwords_are_hashed_strongly_where_it_is_not_a_test() -> None:
    code = "import asyncio\nfrom weetwie.domain.identity.passwords import hashed\nprint(asyncio.run(hashed('four words in a row')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("cost", [passwords.STRONG, passwords.cost], ids=["strong", "in tests"])
async def test_nobodys_hash_is_as_slow_as_any_and_fits_no_password(
    cost: passwords.Cost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "cost", cost)
    own = await passwords.hashed("four words in a row")
    assert own.split("$")[1:4] == passwords.nobodys().split("$")[1:4], "the same setting, so the same time"
    for password in ("", "four words in a row", "x" * 10_000, "\ud800"):
        assert not await passwords.fits(None, password)
    assert await passwords.fits(own, "four words in a row")
    for bad in ("short", "x" * 257):
        with pytest.raises(Invalid):
            await passwords.hashed(bad)


async def test_what_is_over_is_swept(world: World) -> None:
    ada = await world.member("ada")
    await keys_of(world, ada)
    await sign_in.knock(world.db, "ada", "203.0.113.7")
    clock.stop(SOME_DAY + timedelta(days=31))
    assert [await one(world.db) for one in (sessions.end_old, grants.sweep, links.sweep, attempts.sweep)] == [
        1,
        1,
        1,
        3,
    ]
