"""Exports of other programs, brought in on the command line."""

import json
from pathlib import Path

import pytest

from tests.cli.test_ties import weetwie
from tests.web.test_sources import CANARY, export
from tests.world import World


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "export.zip"
    file.write_bytes(export())
    return file


async def test_an_export_is_looked_at_imported_named_and_removed(
    dsn: str, file: Path, tmp_path: Path
) -> None:
    world = await World.open(dsn, is_kept=True)
    await world.member("ann")
    await world.close()
    code, out, err = await weetwie(dsn, "import", "slack", file, "--dry-run")
    assert code == 0 and "pumps" in out + err and CANARY not in out + err
    code, out, err = await weetwie(dsn, "import", "slack", file, "--json")
    assert code == 0, err
    report = json.loads(out.splitlines()[-1])
    assert report["new"] == 4 and report["names"] == 2
    id = str(report["import_id"])
    code, table, err = await weetwie(dsn, "import", "names", id)
    assert code == 0, err
    heading, *rows = table.splitlines()
    assert heading == "key,name,passages,suggestion,person" and len(rows) == 2
    (row,) = [row for row in rows if ",Ann," in row]
    decided = tmp_path / "names.csv"
    decided.write_text(f"{heading}\n{row}@ann\n")
    code, out, err = await weetwie(dsn, "import", "names", id, "--decide", decided)
    assert code == 0 and "1 names decided, 2 messages" in out, out + err
    code, out, err = await weetwie(dsn, "import", "remove", id)
    assert code == 0 and "4" in out, out + err


@pytest.mark.parametrize("option", ["--map", "--keep-addresses"])
async def test_what_posts_cannot_have_is_refused(dsn: str, file: Path, tmp_path: Path, option: str) -> None:
    table = tmp_path / "people.csv"
    table.write_text("name,handle\nAnn,ann\n")
    given = [option, table] if option == "--map" else [option]
    code, _out, err = await weetwie(dsn, "import", "slack", file, "--as", "posts", *given)
    assert code == 2 and f"{option} works with --as evidence only" in err


async def test_a_file_that_is_no_export_is_told(dsn: str, tmp_path: Path) -> None:
    file = tmp_path / "export.zip"
    file.write_bytes(b"no zip")
    code, _out, err = await weetwie(dsn, "import", "slack", file)
    assert code != 0 and "Traceback" not in err and err.strip()
