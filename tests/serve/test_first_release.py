"""What the first release backed up is brought back, brought up to date, and answers as it did; its secrets are sealed then."""

import base64
import json
import subprocess
import tarfile
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.patience import PATIENCE
from tests.serve.running import Installation, serving
from tests.site import form_of
from weetwie.database import postgres
from weetwie.database.postgres.folder import Folder, dsn
from weetwie.domain.identity import one_time

DATA = Path(__file__).parent / "data"
BACKUP = DATA / "first-release.tar"
KNOWN: dict[str, Any] = json.loads((DATA / "first-release.json").read_text())
IDS: dict[str, str] = KNOWN["ids"]


@pytest.fixture
async def restored(tmp_path: Path) -> Installation:
    again = Installation(tmp_path / "again")
    told = await again.asked("restore", str(BACKUP))
    assert told["lost"] is None
    return again


async def test_what_was_written_is_there_for_those_who_may_see_it(restored: Installation) -> None:
    async with serving(restored):
        seen = {handle: await _seen(restored, token) for handle, token in KNOWN["tokens"].items()}
        async with restored.client(KNOWN["tokens"]["dee"]) as dee:
            home = (await dee.get("/api/v1/timelines/home")).json()
            asked = await dee.get("/api/weetwie/v1/who_knows", params={"q": "turbine bearing"})
            searched = await dee.get("/api/v2/search", params={"q": "kafka lag", "type": "statuses"})
            picture = (await dee.get(f"/api/v1/statuses/{IDS['picture']}")).json()["media_attachments"][0]
            file = await dee.get(picture["url"])
            poll = (await dee.get(f"/api/v1/statuses/{IDS['poll']}")).json()["poll"]
    everything = set(IDS)
    assert seen["bo"] == seen["cyd"] == everything
    assert seen["ada"] == everything - {"direct", "private"}
    assert seen["dee"] == everything - {"direct"}
    assert seen["gus"] <= everything - {"direct", "private", "colleagues"}
    assert {one["id"] for one in home} >= {IDS["private"], IDS["colleagues"]}
    assert [one["account"]["username"] for one in asked.json()["people"]] == ["bo"]
    assert {one["id"] for one in searched.json()["statuses"]} >= {IDS["public"], IDS["reply"]}
    assert file.status_code == 200
    assert poll["votes_count"] == 1


async def _seen(installation: Installation, token: str) -> set[str]:
    async with installation.client(token) as site:
        return {name for name, id in IDS.items() if (await site.get(f"/api/v1/statuses/{id}")).is_success}


async def test_the_second_proof_is_asked_for_and_its_codes_fit(restored: Installation) -> None:
    async with serving(restored):
        assert await sign_in(restored) == 422
        assert await sign_in(restored, code="000000") == 422
        assert await sign_in(restored, code=code_of_now()) == 303


async def test_no_secret_stands_in_clear_in_the_database_or_in_a_backup(
    restored: Installation, tmp_path: Path
) -> None:
    secrets = [
        *map(bytes.fromhex, [*KNOWN["secrets"], *KNOWN["audit_keys"], KNOWN["push_auth"]]),
        base64.b32decode(KNOWN["one_time"]["secret"]),
        KNOWN["id_token"].encode(),
    ]
    assert all(found(secret, _as_it_was(tmp_path)) for secret in secrets)
    dump = await _dumped(restored)
    assert not any(found(secret, dump) for secret in secrets)
    file = tmp_path / "kept.tar"
    await restored.asked("backup", str(file))
    key = (restored.data / "secret-key").read_bytes().strip()
    assert key not in file.read_bytes()
    assert not found(base64.urlsafe_b64decode(key), dump)


def found(secret: bytes, dump: bytes) -> bool:
    return secret in dump or secret.hex().encode() in dump


def _as_it_was(folder: Path) -> bytes:
    with tarfile.open(BACKUP) as tar:
        tar.extract("database", folder, filter="data")
    command = [postgres.find()["pg_restore"], "--file=-", str(folder / "database")]
    return subprocess.run(command, capture_output=True, check=True).stdout


async def _dumped(installation: Installation) -> bytes:
    """All of the database as text."""
    folder = installation.data / "database"
    async with postgres.running(folder):
        done = subprocess.run(
            [postgres.find()["pg_dump"], f"--dbname={dsn(Folder(folder).sockets())}"],
            capture_output=True,
            check=True,
        )
    return done.stdout


async def test_without_its_key_a_backup_names_who_sets_up_codes_again_and_lets_nobody_in_without(
    restored: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "kept.tar"
    told = await restored.asked("backup", str(file))
    assert told["key"] == str(restored.data / "secret-key")
    other = Installation(tmp_path / "other")
    told = await other.asked("restore", str(file))
    assert told["lost"] == {"people": ["cyd"], "devices": 1, "sessions": 1, "addresses": 0}
    async with serving(other):
        assert await sign_in(other) == 422
        assert await sign_in(other, code=code_of_now()) == 422
        assert await sign_in(other, "ada") == 303
        assert await sign_in(other, "ada@example.org") == 303
        async with other.client(KNOWN["tokens"]["cyd"]) as site:
            assert (await site.get(f"/api/v1/statuses/{IDS['direct']}")).is_success
        assert await sign_in(other, code=KNOWN["one_time"]["recovery"][0]) == 303
        await other.asked("person", "reset-codes", "cyd")
        assert await sign_in(other) == 303


async def test_with_its_key_a_backup_comes_back_whole_and_is_sealed_with_that_of_its_new_place(
    restored: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "kept.tar"
    await restored.asked("backup", str(file))
    other = Installation(tmp_path / "other")
    code, _out, err = await other.command("migrate")
    assert code == 0, err
    told = await other.asked("restore", str(file), "--key", str(restored.data / "secret-key"))
    assert told["lost"] is None
    assert (other.data / "secret-key").read_bytes() != (restored.data / "secret-key").read_bytes()
    async with serving(other):
        assert await sign_in(other, code=code_of_now()) == 303


async def test_a_key_is_changed_while_the_program_runs(restored: Installation) -> None:
    was = (restored.data / "secret-key").read_text()
    async with serving(restored):
        assert (await restored.asked("key", "change"))["sealed"] > 5
        assert await sign_in(restored, code=code_of_now()) == 303
    lines = (restored.data / "secret-key").read_text().splitlines(keepends=True)
    assert lines[1:] == [was]
    (restored.data / "secret-key").write_text(lines[0])
    shown = await restored.asked("key", "show")
    assert len(shown["keys"]) == 1


async def sign_in(installation: Installation, name: str = "cyd", **given: str) -> int:
    async with httpx.AsyncClient(base_url=installation.url, timeout=PATIENCE) as browser:
        form = form_of(await browser.get("/auth/sign_in"))
        answer = await browser.post(
            "/auth/sign_in",
            data=form | {"name": name, "password": KNOWN["password"]} | given,
            headers={"origin": installation.url},
        )
        return answer.status_code


def code_of_now() -> str:
    return one_time.at(base64.b32decode(KNOWN["one_time"]["secret"]), int(time.time()) // one_time.STEP)
