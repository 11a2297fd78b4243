"""Ties on the command line, as programs of their own."""

import asyncio
import os
import stat
import sys
import zipfile
from pathlib import Path

from tests.world import World


async def weetwie(dsn: str, *words: str | Path) -> tuple[int, str, str]:
    """What it ended with, and what it said on its two outputs."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from weetwie.cli import main; main()", *map(str, words)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "WEETWIE_DATABASE_URL": dsn,
            "WEETWIE_BASE_URL": "https://weetwie.example",
            "PYTHONPATH": ".",
        },
    )
    out, err = await program.communicate()
    assert program.returncode is not None
    return program.returncode, out.decode(), err.decode()


async def test_out_of_one_account_and_into_another(dsn: str, tmp_path: Path) -> None:
    world = await World.open(dsn, is_kept=True)
    bo = await world.member("bo")
    await world.member("ada", follows=[bo])
    await world.member("new")
    await world.close()
    file = tmp_path / "follows.csv"
    assert (await weetwie(dsn, "export", "follows", "--as", "ada", file))[0] == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    code, _, err = await weetwie(dsn, "export", "follows", "--as", "ada", file)
    assert code == 2 and "File exists" in err
    with file.open("a") as more:
        more.write("eve@other.example,true,false,\n")
    told = f"{file}:3: eve@other.example: This is on another server. Only people and posts of weetwie.example can be imported.\n"
    code, out, err = await weetwie(dsn, "import", "follows", file, "--as", "new", "--preview")
    assert (code, out, err) == (0, "1 rows match someone here. Read as UTF-8.\n", told)
    code, out, err = await weetwie(dsn, "import", "follows", file, "--as", "new")
    assert (code, out, err) == (0, "Follows: 1 new; 1 rows left out.\n", told)
    code, out, _ = await weetwie(dsn, "export", "follows", "--as", "new")
    assert out.endswith("\nbo@weetwie.example,true,false,\n")
    assert (await weetwie(dsn, "export", "followers", "--as", "bo"))[1] == (
        "new@weetwie.example\nada@weetwie.example\n"
    )


async def test_posts_out_into_a_new_file(dsn: str, tmp_path: Path) -> None:
    world = await World.open(dsn, is_kept=True)
    ada = await world.member("ada")
    await world.post(ada, "Good morning")
    await world.close()
    file = tmp_path / "mine.zip"
    code, out, err = await weetwie(dsn, "export", "posts", "--as", "ada", file)
    assert (code, out, err) == (0, f"{file}: 1 posts, 0 boosts, 0 files.\n", "")
    with zipfile.ZipFile(file) as archive:
        assert b"Good morning" in archive.read("outbox.json")
    assert (await weetwie(dsn, "export", "posts", "--as", "ada", file))[0] == 2
    code, out, _ = await weetwie(dsn, "import", "mastodon", file, "--as", "ada", "--preview")
    assert out.splitlines() == ["No posts to import.", "1 left out: written here, and still here"]
