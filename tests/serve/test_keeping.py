"""Backups, bringing one back, and what the doctor sees."""

import asyncio
import json
import shutil
import tarfile
from pathlib import Path

from tests.serve.running import Installation, post, serving


async def test_a_backup_made_while_people_write_brings_everything_back(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "kept.tar"
    async with serving(installation):
        ada, bo = await installation.somebody("ada"), await installation.somebody("bo")
        async with installation.client(ada) as here, installation.client(bo) as there:
            kept = [await post(here), await post(there)]
            writing = asyncio.create_task(_write(here))
            told = await installation.asked("backup", str(file))
            writing.cancel()
            assert told["bytes"] == file.stat().st_size
            assert file.stat().st_mode & 0o777 == 0o600
            assert list(tmp_path.glob(".kept*")) == []
            # After the backup one leaves for good.
            await installation.asked("person", "erase", "bo")
            log = installation.data / "erasures.log"
            for _ in range(100):
                if log.exists():
                    break
                await asyncio.sleep(0.1)
        code, _out, err = await installation.command("restore", str(file))
        assert code == 4
        assert "already has people" in err
    again = Installation(tmp_path / "again")
    restored = await again.asked("restore", str(file), "--erasures", str(log))
    assert restored["erased_again"] == 1
    async with serving(again), again.client(ada) as site:
        assert (await site.get(f"/api/v1/statuses/{kept[0]}")).status_code == 200
        assert (await site.get(f"/api/v1/statuses/{kept[1]}")).status_code == 404
        assert (await site.get("/api/v1/accounts/lookup?acct=bo")).status_code == 404
        await post(site)
    assert _erased(again.data / "erasures.log") == _erased(log)


def _erased(log: Path) -> set[str]:
    return {json.loads(line)["person_id"] for line in log.read_text().splitlines()}


async def _write(site: object) -> None:
    while True:
        await post(site)  # type: ignore[arg-type]


async def test_who_was_erased_stays_erased_where_the_log_lies_in_the_folder(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "kept.tar"
    async with serving(installation):
        await installation.somebody("ada", "--admin")
        await installation.somebody("bo")
        await installation.asked("backup", str(file))
        await installation.asked("person", "erase", "bo")
        for _ in range(100):
            if (installation.data / "erasures.log").exists():
                break
            await asyncio.sleep(0.1)
    shutil.rmtree(installation.data / "database")
    assert (await installation.asked("restore", str(file)))["erased_again"] == 1
    handles = {one["handle"] for one in await installation.asked("person", "list")}
    assert "ada" in handles
    assert "bo" not in handles


async def test_a_backup_may_be_brought_back_under_a_program_that_serves_nobody_yet(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "kept.tar"
    ada = await installation.somebody("ada")
    await installation.asked("backup", str(file))
    again = Installation(tmp_path / "again")
    async with serving(again), again.client(ada) as site:
        assert (await site.get("/api/v1/timelines/public")).status_code == 401
        await again.asked("restore", str(file))
        await post(site)
        home = await site.get("/api/v1/timelines/home")
        assert len(home.json()) == 1


async def test_what_is_no_backup_or_of_a_newer_release_is_refused_and_changes_nothing(
    installation: Installation, tmp_path: Path
) -> None:
    (tmp_path / "words").write_text("no backup")
    code, _out, err = await installation.command("restore", str(tmp_path / "words"))
    assert code == 4
    assert "no backup" in err
    (tmp_path / "manifest.json").write_text(
        json.dumps({"weetwie": "99.0", "revision": "9999", "made_at": "2026-01-01T00:00:00Z"})
    )
    with tarfile.open(tmp_path / "newer.tar", "w") as tar:
        tar.add(tmp_path / "manifest.json", "manifest.json")
    code, _out, err = await installation.command("restore", str(tmp_path / "newer.tar"))
    assert code == 4
    assert "99.0" in err


async def test_the_doctor_finds_nothing_wrong_in_a_good_house_and_tells_what_is_wrong_in_another(
    installation: Installation,
) -> None:
    installation.environment["WEETWIE_PORT"] = str(installation.port)
    async with serving(installation):
        found = await installation.asked("doctor")
        assert found["is_good"], found
        assert {one["about"] for one in found["findings"] if one["state"] == "good"} >= {
            "address", "answers", "clock", "data", "database", "disk", "key", "schema", "secrets", "worker",
        }  # fmt: skip
    (installation.data / "database").chmod(0o755)
    installation.environment["WEETWIE_BASE_URL"] = "http://weetwie.example"
    code, out, _err = await installation.command("doctor", "--json")
    assert code == 6
    wrong = {one["about"] for one in json.loads(out)["findings"] if one["state"] == "wrong"}
    assert wrong >= {"address", "secrets"}
    installation.environment["WEETWIE_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    code, out, _err = await installation.command("doctor", "--json")
    assert code == 6
    assert "database" in {one["about"] for one in json.loads(out)["findings"] if one["state"] == "wrong"}
