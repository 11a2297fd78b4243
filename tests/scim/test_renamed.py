"""A directory renames an address: the new one is the person's, the old one is nobody's, and its next owner gets nothing of theirs."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.letters import waiting
from tests.scim.test_directories import USER, Directory
from tests.site import HOME
from tests.world import World
from weetwie import reactions
from weetwie.domain.identity import addresses, asked, links
from weetwie.domain.scim import tokens
from weetwie.errors import NotFound
from weetwie.scim.server import ScimServer

OLD, NEW = "old.name@corp.example", "new.name@corp.example"


@pytest.fixture
async def directory(dsn: str) -> AsyncIterator[Directory]:
    world = await World.open(dsn, is_kept=True)
    reactions.attach(world.database)
    chief = await world.member("chief", is_admin=True)
    async with world.database.transaction() as db:
        _id, token = await tokens.make(db, await world.viewer(chief), "Entra ID")
    transport = httpx.ASGITransport(
        ScimServer(world.database, replace(world.site, base_url=HOME, sends_mail=True))
    )
    async with httpx.AsyncClient(transport=transport, base_url=HOME) as site:
        yield Directory(world, site, token)
    await world.close()


def user(address: str, name: str = "First Person", **more: Any) -> dict[str, Any]:
    emails = [{"primary": True, "type": "work", "value": address}]
    return {
        "schemas": [USER],
        "userName": address,
        "displayName": name,
        "active": True,
        "emails": emails,
    } | more


async def add(directory: Directory, address: str, name: str = "First Person", status: int = 201) -> Any:
    return await directory.say("POST", "/Users", user(address, name), status)


async def person_of(directory: Directory, made: Any) -> int:
    id: int = (await directory.person(made))["id"]
    return id


async def reached(directory: Directory, name: str) -> tuple[int, str] | None:
    """Whose password a letter sets that is asked for by this name, and where it goes."""
    found = await asked.asked(directory.world.db, name, "192.0.2.1")
    return (found.person_id, found.address) if found else None


def renamings() -> list[Any]:
    patch = [
        {"op": "Replace", "path": "userName", "value": NEW},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": NEW},
    ]
    whole = [{"op": "replace", "value": {"userName": NEW, "emails": [{"value": NEW, "type": "work"}]}}]
    removed = [
        {"op": "Remove", "path": 'emails[type eq "work"].value', "value": OLD},
        {"op": "Add", "path": "emails", "value": [{"value": NEW}]},
        {"op": "replace", "path": "userName", "value": NEW},
    ]
    return [
        pytest.param(one, id=name)
        for name, one in (("patch", patch), ("whole", whole), ("removed", removed), ("put", None))
    ]


@pytest.mark.parametrize("operations", renamings())
async def test_the_next_owner_of_an_address_gets_nothing_of_the_one_before(
    directory: Directory, operations: list[dict[str, Any]] | None
) -> None:
    db = directory.world.db
    made = await add(directory, OLD)
    first = await person_of(directory, made)
    assert await reached(directory, OLD) == (first, OLD)
    waits = {purpose: await links.make(db, purpose, first) for purpose in ("set-password", "sign-in")}
    at = f"/Users/{made['id']}"
    if operations is None:
        await directory.say("PUT", at, user(NEW))
    else:
        await directory.patch(at, *operations)
    assert await addresses.verified_owner(db, NEW) == first
    assert await addresses.owner(db, OLD) is None
    assert await reached(directory, OLD) is None
    assert await reached(directory, NEW) == (first, NEW)
    for purpose, token in waits.items():
        with pytest.raises(NotFound):
            await links.look(db, purpose, token)  # type: ignore[arg-type]
    second = await person_of(directory, await add(directory, OLD, "Second Person"))
    assert second != first
    assert await reached(directory, OLD) == (second, OLD)
    assert await reached(directory, NEW) == (first, NEW)
    told = await waiting(directory.world)
    assert [one.address for one in told] == [OLD, NEW] and all(NEW in one.text for one in told)


async def test_whoever_comes_hears_nothing_of_their_first_address_and_of_a_later_one_by_the_way(
    directory: Directory,
) -> None:
    made = await add(directory, OLD)
    count = "select count(*) from account_events where person_id = $1"
    first, connection = await person_of(directory, made), directory.world.connection
    assert await connection.fetchval(count, first) == 0
    await directory.say("PUT", f"/Users/{made['id']}", user(NEW))
    acts = await connection.fetch("select act from account_events where person_id = $1 order by id", first)
    assert [row["act"] for row in acts] == ["address.release", "address.change"]


async def test_an_address_that_is_taken_away_is_gone_and_ones_own_stays(directory: Directory) -> None:
    db = directory.world.db
    made = await add(directory, OLD)
    first = await person_of(directory, made)
    await addresses.choose_personal(db, first, "me@home.example")
    await directory.patch(f"/Users/{made['id']}", {"op": "Remove", "path": "emails"})
    assert await addresses.owner(db, OLD) is None
    assert await addresses.verified_owner(db, "me@home.example") == first
    again = [{"type": "work", "value": "me@home.example"}]
    await directory.patch(f"/Users/{made['id']}", {"op": "Replace", "path": "emails", "value": again})
    await directory.patch(f"/Users/{made['id']}", {"op": "Remove", "path": "emails"})
    assert await addresses.personal(db, first) == "me@home.example"


async def test_an_address_of_somebody_else_who_is_here_is_refused_and_nothing_changes(
    directory: Directory,
) -> None:
    made, other = await add(directory, OLD), await add(directory, NEW, "Other")
    theirs = await person_of(directory, other)
    member = await directory.world.member("ada")
    await addresses.add(directory.world.db, member.id, "ada@corp.example", is_verified=True)
    for taken in (NEW, "ada@corp.example"):
        body = user(OLD) | {"emails": [{"type": "work", "value": taken}]}
        refused = await directory.say("PUT", f"/Users/{made['id']}", body, 409)
        assert refused["scimType"] == "uniqueness"
    assert await addresses.verified_owner(directory.world.db, OLD) == await person_of(directory, made)
    assert await addresses.verified_owner(directory.world.db, NEW) == theirs
    body = user("third@corp.example", "Third") | {"emails": [{"type": "work", "value": NEW}]}
    await directory.say("POST", "/Users", body, 409)
    assert (await directory.say("GET", f"/Users/{made['id']}"))["emails"][0]["value"] == OLD


async def test_an_address_of_somebody_who_was_let_go_is_the_next_ones(directory: Directory) -> None:
    made = await add(directory, OLD)
    first = await person_of(directory, made)
    await directory.patch(f"/Users/{made['id']}", {"op": "Replace", "path": "active", "value": "False"})
    await directory.patch(f"/Users/{made['id']}", {"op": "Replace", "path": "userName", "value": "gone-1"})
    second = await person_of(directory, await add(directory, OLD, "Second Person"))
    assert second != first and await reached(directory, OLD) == (second, OLD)
    assert await reached(directory, "first_person") is None


async def test_an_address_that_was_renamed_before_this_was_kept_up_is_let_go_when_it_is_needed(
    directory: Directory,
) -> None:
    made = await add(directory, NEW)
    first = await person_of(directory, made)
    await addresses.add(directory.world.db, first, OLD, is_verified=True)
    second = await person_of(directory, await add(directory, OLD, "Second Person"))
    assert second != first and await reached(directory, OLD) == (second, OLD)


async def test_an_address_that_an_import_knows_is_the_persons_to_whom_the_directory_gives_it(
    directory: Directory,
) -> None:
    made = await add(directory, OLD)
    imported = await directory.world.member("new_name", has_joined=False)
    await addresses.add(directory.world.db, imported.id, NEW, is_kept=False)
    await directory.say("PUT", f"/Users/{made['id']}", user(NEW))
    assert await addresses.verified_owner(directory.world.db, NEW) == await person_of(directory, made)


@pytest.mark.parametrize(
    ("body", "is_bot"),
    [
        (user("backup@corp.example", "Backup", userType="Service"), True),
        (user("b@corp.example", "Backup", userType="service account"), True),
        (user("b@corp.example", "Build", userType="Bot"), True),
        (user("svc-backup@corp.example", "Backup"), True),
        (user("dependabot@corp.example", "dependabot[bot]"), True),
        (user("noreply@corp.example", "Notifications"), True),
        (user("ben.bot@corp.example", "Ben Bot", userType="Employee"), False),
        (user("abbot@corp.example", "Ann Abbot"), False),
    ],
    ids=lambda one: str(one)[:60],
)
async def test_an_account_of_a_program_is_a_bot_and_in_no_ranking(
    directory: Directory, body: dict[str, Any], is_bot: bool
) -> None:
    made = await directory.say("POST", "/Users", body, 201)
    assert (await directory.person(made))["is_bot"] is is_bot


async def test_who_is_said_to_be_a_program_later_becomes_a_bot(directory: Directory) -> None:
    made = await add(directory, OLD)
    await directory.patch(f"/Users/{made['id']}", {"op": "Add", "path": "userType", "value": "Service"})
    assert (await directory.person(made))["is_bot"] is True
