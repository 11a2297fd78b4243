"""The command line for people and tokens, as a program of its own beside a running database."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg

from tests.patience import PATIENCE
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
        timeout=PATIENCE,
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
    done = subprocess.run([*PROGRAM, "--help"], capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert "person" in done.stdout
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, weetwie.cli.person, weetwie.cli.token; print('sqlalchemy' in sys.modules)"],
        capture_output=True, text=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
    assert loaded.stdout.strip() == "False"


async def test_everyone_in_a_file_is_created_in_one_start(dsn: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    lines = [f"crowd{number},crowd{number}@example.com,Someone {number},Pumps,," for number in range(100)]
    file.write_text(
        "\n".join(["handle,email,name,unit,standing,admin", *lines, "boss,boss@example.com,,,member,yes"])
    )
    code, out, err = await weetwie(dsn, "person", "create", "--file", str(file), "--json")
    assert (code, err) == (0, "")
    assert [one["handle"] for one in json.loads(out)] == [
        *(f"crowd{number}" for number in range(100)),
        "boss",
    ]
    crowded = await shown(dsn, "crowd99")
    assert (crowded["name"], crowded["unit"]) == ("Someone 99", "Pumps")
    assert (await shown(dsn, "boss"))["admin"] is True


async def test_a_wrong_line_is_named_and_nobody_in_the_file_is_created(dsn: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    for wrong, why in (
        ("fine2,no address", "Line 3:"),
        ("fine,other@example.com", "Line 3:"),
        ("fine2", "does not have as many values"),
    ):
        file.write_text(f"handle,email\nfine,fine@example.com\n{wrong}\n")
        code, out, err = await weetwie(dsn, "person", "create", "--file", str(file))
        assert (code, out) == (4, "")
        assert why in err
        assert (await weetwie(dsn, "person", "show", "fine"))[0] == 3


async def test_a_file_needs_its_columns_and_nothing_beside_it(dsn: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    for header, why in (
        ("handle,name", "no column email"),
        ("handle,email,phone", "column phone is not known"),
    ):
        file.write_text(f"{header}\n")
        code, _out, err = await weetwie(dsn, "person", "create", "--file", str(file))
        assert code == 4
        assert why in err
    assert (await weetwie(dsn, "person", "create", "someone", "--file", str(file)))[0] == 2
    assert (await weetwie(dsn, "person", "create", "someone"))[0] == 2


async def test_creating_a_person_loads_only_what_it_takes(dsn: str) -> None:
    loaded = (
        "import sys\nfrom weetwie.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    words = ["person", "create", "light", "--email", "light@example.com"]
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", loaded, *words],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "WEETWIE_DATABASE_URL": dsn},
    )
    modules = set(done.stderr.split())
    assert "weetwie.flows.arrive" in modules
    heavy = {"numpy", "joserfc", "httpx", "babel", "jinja2", "starlette", "uvicorn", "PIL", "alembic"}
    heavy |= {"argon2", "obstore", "smtplib", "sqlalchemy.orm", "tomllib", "structlog", "rich", "regex"}
    heavy |= {"weetwie.access.visibility", "weetwie.flows.sign_in", "weetwie.tables.knowledge"}
    heavy |= {"weetwie.tables.questions", "weetwie.domain.knowledge.experts", "weetwie.domain.timelines.home"}
    assert modules & heavy == set()
