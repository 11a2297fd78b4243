"""Who has which address, as a file has it now: a changed one is no longer the old one, and nobody gets what was another's."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.imports.bringing import Told, acting, kept
from tests.world import World
from weetwie.domain.identity import addresses
from weetwie.domain.people.claim import claim, claimable
from weetwie.domain.people.rules import Newcomer
from weetwie.flows.imports.bring import bring_commits, bring_people
from weetwie.flows.imports.run import ImportReport, Terms

OLD, NEW = "old.name@corp.example", "new.name@corp.example"


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, is_kept=True)
    yield world
    await world.close()


async def bring(
    world: World, folder: Path, *rows: str, head: str = "id,name,email"
) -> tuple[ImportReport, Told]:
    file, told = folder / "people.csv", Told()
    file.write_text("\n".join([head, *rows, ""]))
    return await bring_people(world.database, await acting(world.database), file, Terms(), told), told


async def whose(world: World, address: str) -> str | None:
    """Who would take over what was brought in, or signs in, with this address."""
    async with world.database.reading() as db:
        digest = addresses.hashed(await addresses.hash_key(db), address)
        person_id = await claimable(db, digest) or await addresses.verified_owner(db, address)
        name: str | None = await db.connection.fetchval("select name from people where id = $1", person_id)
        return name


async def join(world: World, address: str, handle: str) -> None:
    async with world.database.transaction() as db:
        digest = addresses.hashed(await addresses.hash_key(db), address)
        person_id = await claimable(db, digest)
        assert person_id is not None
        await claim(db, await acting(world.database), person_id, Newcomer(handle=handle))
        await addresses.add(db, person_id, address, is_verified=True)


@pytest.mark.parametrize("has_joined", [False, True])
@pytest.mark.parametrize("is_first", [False, True])
async def test_a_changed_address_is_theirs_and_the_old_one_is_that_of_who_has_it_now(
    world: World, tmp_path: Path, has_joined: bool, is_first: bool
) -> None:
    await bring(world, tmp_path, f"p1,First,{OLD}")
    if has_joined:
        await join(world, OLD, "first")
    rows = [f"p1,First,{NEW}", f"p2,Second,{OLD}"]
    report, told = await bring(world, tmp_path, *(rows if is_first else reversed(rows)))
    assert (report.people_new, report.people_known, told.bads) == (1, 1, [])
    assert (await whose(world, NEW), await whose(world, OLD)) == ("First", "Second")
    again, told = await bring(world, tmp_path, *rows)
    assert (again.people_new, again.people_known, told.bads) == (0, 2, [])
    assert (await whose(world, NEW), await whose(world, OLD)) == ("First", "Second")
    if has_joined:
        async with world.database.reading() as db:
            person_id = await addresses.verified_owner(db, NEW)
            assert person_id is not None and await kept(db, person_id) == NEW
            heard = "select act from account_events where person_id = $1"
            assert [row["act"] for row in await db.connection.fetch(heard, person_id)] == ["address.change"]


async def test_a_changed_address_alone_leaves_the_old_one_to_nobody(world: World, tmp_path: Path) -> None:
    await bring(world, tmp_path, f"ann,Ann,{OLD}", head="handle,name,email")
    report, _told = await bring(world, tmp_path, f"ann,Ann,{NEW}", head="handle,name,email")
    assert (report.people_new, report.people_known) == (0, 1)
    assert (await whose(world, NEW), await whose(world, OLD)) == ("Ann", None)


async def test_two_handles_that_swap_their_addresses_stay_two(world: World, tmp_path: Path) -> None:
    head = "handle,name,email"
    await bring(world, tmp_path, f"ann,Ann,{OLD}", head=head)
    await bring(world, tmp_path, f"bo,Bo,{OLD}", f"ann,Ann,{NEW}", head=head)
    assert (await whose(world, NEW), await whose(world, OLD)) == ("Ann", "Bo")
    await bring(world, tmp_path, f"bo,Bo,{NEW}", f"ann,Ann,{OLD}", head=head)
    assert (await whose(world, OLD), await whose(world, NEW)) == ("Ann", "Bo")


async def test_whoever_is_gone_from_the_file_gives_their_address_to_its_next_owner(
    world: World, tmp_path: Path
) -> None:
    await bring(world, tmp_path, f"p1,First,{OLD}")
    await bring(world, tmp_path, f"p2,Second,{OLD}")
    assert await whose(world, OLD) == "Second"


async def test_an_address_that_two_share_stays_with_the_first_and_is_told(
    world: World, tmp_path: Path
) -> None:
    for _time in range(2):
        report, told = await bring(world, tmp_path, f"p1,First,{OLD}", f"p2,Second,{OLD}")
        assert [bad.number for bad in told.bads] == [3] and "somebody else's" in told.bads[0].reason
        assert report.people_new + report.people_known == 2 and await whose(world, OLD) == "First"


async def test_what_a_member_has_shown_to_be_theirs_goes_to_nobody(world: World, tmp_path: Path) -> None:
    bo = await world.member("bo", name="Bo")
    async with world.database.transaction() as db:
        await addresses.add(db, bo.id, OLD, is_verified=True)
    _report, told = await bring(world, tmp_path, f"p1,Bo,{OLD}")
    assert told.bads == [] and await whose(world, OLD) == "Bo"
    _report, told = await bring(world, tmp_path, f"p2,Second,{OLD}")
    assert "somebody else's" in told.bads[0].reason and await whose(world, OLD) == "Bo"


async def test_what_git_knew_by_an_address_alone_is_theirs_who_has_it(world: World, tmp_path: Path) -> None:
    from tests.imports.test_readers import commit

    folder = tmp_path / "repository"
    folder.mkdir()
    import subprocess

    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    commit(folder, b"Mend the pump", 1_600_000_000, f"Ann <{OLD}>")
    await bring_commits(world.database, await acting(world.database), folder, Terms(), Told())
    report, told = await bring(world, tmp_path, f"p1,Ann Bee,{OLD}")
    assert (report.people_new, report.people_known, told.bads) == (0, 1, [])
    assert await whose(world, OLD) == "Ann Bee"
