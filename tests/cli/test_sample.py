"""The sample company on the command line: put up, signed in to, taken out again."""

import json
from pathlib import Path

import asyncpg

from tests.cli.test_person import weetwie
from weetwie.domain.identity import passwords


async def test_from_putting_up_to_taking_out(dsn: str, tmp_path: Path) -> None:
    code, out, err = await weetwie(dsn, "sample", "--data", str(tmp_path))
    assert (code, err) == (0, "")
    first, signing_in, removing = out.splitlines()
    assert first.startswith("Loaded the sample company: 40 people and ") and "--remove" in removing
    code, again, _err = await weetwie(dsn, "sample", "--data", str(tmp_path), "--json")
    told = json.loads(again)
    assert (code, told["handle"], told["is_new"]) == (0, "priya", False)
    connection = await asyncpg.connect(dsn)
    hash = await connection.fetchval("select hash from passwords")
    await connection.close()
    assert await passwords.fits(hash, told["password"])
    assert not await passwords.fits(hash, signing_in.split()[-1])
    code, out, _err = await weetwie(dsn, "sample", "--data", str(tmp_path), "--remove")
    assert code == 0 and out.startswith("Removed the sample company: ") and "40 people" in out
    assert (await weetwie(dsn, "sample", "--data", str(tmp_path), "--remove"))[0] == 3


async def test_it_is_not_put_up_among_what_people_wrote(dsn: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        """
        with me as (insert into people (id, handle, name, bio, standing, profile_ring) values (new_id(), 'ada', '', '', 0, 0) returning id)
        insert into posts (id, author_id, root_id, ring, visibility) select new_id(), id, 1, 0, 0 from me
        """
    )
    await connection.close()
    code, _out, err = await weetwie(dsn, "sample", "--data", str(tmp_path))
    assert code == 4 and "--force" in err
