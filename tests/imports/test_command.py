"""Imports on the command line, as programs of their own."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.imports.bringing import DATA


async def weetwie(dsn: str, *words: str | Path) -> tuple[int, str, str]:
    """What it ended with, and what it said on its two outputs."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from weetwie.cli import main; main()", "import", *map(str, words)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "WEETWIE_DATABASE_URL": dsn, "PYTHONPATH": "."},
    )
    out, err = await program.communicate()
    assert program.returncode is not None
    return program.returncode, out.decode(), err.decode()


async def as_json(dsn: str, *words: str | Path) -> Any:
    code, out, err = await weetwie(dsn, *words, "--json")
    assert code == 0, err
    return json.loads(out)


async def test_from_dry_run_to_removal(dsn: str) -> None:
    dry = await as_json(dsn, "people", DATA / "people.csv", "--dry-run")
    assert (dry["dry_run"], dry["people_new"]) == (True, 4)
    assert await as_json(dsn, "list") == []
    await as_json(dsn, "people", DATA / "people.csv", "--rank")
    code, out, err = await weetwie(dsn, "posts", DATA / "posts.jsonl", "--audience", "network")
    assert code == 0 and out.startswith("9 posts imported; ")
    assert (
        f"{DATA / 'posts.jsonl'}:10: 'yesterday' is not a time: Unix seconds or ISO 8601" in err.splitlines()
    )
    assert "\x1b" not in err, "a bar is for terminals alone"
    people, posts = await as_json(dsn, "list")
    assert (people["people"], posts["posts"]) == (4, 9) and posts["ended_at"]
    assert (await as_json(dsn, "remove", posts["id"]))["posts"] == 9
    assert (await weetwie(dsn, "remove", posts["id"]))[0] == 3


async def test_what_is_not_there_or_holds_nothing_is_said_plainly(dsn: str, tmp_path: Path) -> None:
    assert (await weetwie(dsn, "posts", tmp_path / "gone.jsonl"))[0] == 2
    code, _, err = await weetwie(dsn, "git", tmp_path)
    assert code == 4 and "not a git repository" in err and "Traceback" not in err
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    assert (await as_json(dsn, "posts", empty))["read"] == 0
