"""The command line for people and tokens, as a program of its own beside a running database."""

import asyncio
import json
import os
import subprocess
import sys
from typing import Any

import asyncpg

from weetwie.access.authenticate import Memory
from weetwie.access.enums import Standing
from weetwie.database.pool import Database

PROGRAM = [sys.executable, "-c", "from weetwie.cli import main; main(prog_name='weetwie')"]


async def weetwie(dsn: str, *words: str, given: str = "") -> tuple[int, str, str]:
    """What the program ends with, and what it says on either channel."""
    done = await asyncio.to_thread(
        subprocess.run,
        [*PROGRAM, *words],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "WEETWIE_DATABASE_URL": dsn},
    )
    return done.returncode, done.stdout.strip(), done.stderr.strip()


async def shown(dsn: str, handle: str) -> Any:
    code, out, _err = await weetwie(dsn, "person", "show", handle, "--json")
    assert code == 0
    return json.loads(out)


async def test_a_person_is_made_and_signs_in_with_what_was_given(dsn: str) -> None:
    code, out, err = await weetwie(
        dsn, "person", "create", "ada", "--email", "ada@example.org", "--name", "Ada", "--admin", "--password-stdin",
        "--json", given="correct horse\n",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert json.loads(out)["handle"] == "ada"
    person = await shown(dsn, "ADA")
    assert (person["name"], person["standing"], person["admin"]) == ("Ada", "member", True)
    connection = await asyncpg.connect(dsn)
    assert await connection.fetchval("select address from addresses where is_verified") == "ada@example.org"
    assert (await connection.fetchval("select hash from passwords")).startswith("$argon2id$")
    await connection.close()


async def test_a_refused_person_leaves_nothing_behind(dsn: str) -> None:
    await weetwie(dsn, "person", "create", "ada", "--email", "ada@example.org")
    code, _out, err = await weetwie(dsn, "person", "create", "bo", "--email", "Ada@Example.org")
    assert code == 4
    assert "address" in err
    code, out, _err = await weetwie(dsn, "person", "list", "--json")
    assert [person["handle"] for person in json.loads(out)] == ["ada"]


async def test_a_guest_needs_a_sponsor_and_an_end(dsn: str) -> None:
    await weetwie(dsn, "person", "create", "ada", "--email", "ada@example.org")
    guest = ["person", "create", "gus", "--email", "gus@example.org", "--standing", "guest"]
    assert (await weetwie(dsn, *guest))[0] == 4
    assert (await weetwie(dsn, *guest, "--sponsor", "ada"))[0] == 4
    assert (await weetwie(dsn, *guest, "--sponsor", "zoe", "--until", "2100-01-31"))[0] == 3
    assert (await weetwie(dsn, *guest, "--sponsor", "ada", "--until", "someday"))[0] == 2
    assert (await weetwie(dsn, *guest, "--sponsor", "ada", "--until", "2100-01-31"))[0] == 0
    assert (await shown(dsn, "gus"))["until"] == "2100-02-01T00:00:00+00:00"


async def test_people_are_taken_from_standing_to_standing(dsn: str) -> None:
    await weetwie(dsn, "person", "create", "ada", "--email", "ada@example.org")
    for verb, field, value in (
        ("leave", "standing", Standing.alumnus.name),
        ("rejoin", "standing", Standing.member.name),
        ("suspend", "suspended", True),
        ("unsuspend", "suspended", False),
    ):
        assert (await weetwie(dsn, "person", verb, "ada"))[0] == 0
        assert (await shown(dsn, "ada"))[field] == value
    assert (await weetwie(dsn, "person", "rejoin", "ada"))[0] == 4
    assert (await weetwie(dsn, "person", "erase", "ada"))[0] == 0
    assert (await weetwie(dsn, "person", "show", "ada"))[0] == 3


async def test_a_token_is_printed_alone_and_opens_what_it_says(dsn: str) -> None:
    await weetwie(dsn, "person", "create", "ada", "--email", "ada@example.org")
    code, token, err = await weetwie(dsn, "token", "ada", "--scopes", "read write:follows")
    assert (code, err) == (0, "")
    assert token.split() == [token]
    assert (await weetwie(dsn, "token", "ada", "--scopes", "everything"))[0] == 4
    database = await Database.open(dsn, size=1)
    async with database.reading() as db:
        viewer = await Memory().recognise(db, token=token)
    await database.close()
    assert viewer is not None
    assert viewer.handle == "ada"
    assert viewer.scopes == {"read", "write:follows"}


async def test_a_database_out_of_reach_is_said_so() -> None:
    code, _out, err = await weetwie("postgresql://weetwie@/none?host=/nowhere", "person", "list")
    assert code == 6
    assert "database" in err


def test_help_loads_nothing_that_is_slow() -> None:
    done = subprocess.run([*PROGRAM, "--help"], capture_output=True, text=True, check=True, timeout=60)
    assert "person" in done.stdout
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, weetwie.cli.person, weetwie.cli.token; print('sqlalchemy' in sys.modules)"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert loaded.stdout.strip() == "False"
