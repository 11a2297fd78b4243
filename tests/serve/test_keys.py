"""The key that secrets are sealed with: made once, shared by hosts, and missed with a clear sentence."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.serve.running import Installation
from weetwie.security.sealing import CannotOpen, Keys

FIRST, SECOND = bytes(32), bytes(range(32))


def test_a_sealed_value_opens_in_its_own_place_alone() -> None:
    keys = Keys([FIRST])
    sealed = keys.seal("one_time.secret", 7, b"a secret")
    assert b"secret" not in sealed
    assert keys.open("one_time.secret", 7, sealed) == b"a secret"
    for place, row in (("one_time.secret", 8), ("secrets.value", 7)):
        with pytest.raises(CannotOpen):
            keys.open(place, row, sealed)


@pytest.mark.parametrize("changed", [b"", b"a secret in clear", b"\x01", b"\x02"])
def test_what_was_not_sealed_here_does_not_open(changed: bytes) -> None:
    sealed = Keys([FIRST]).seal("secrets.value", "push", b"a secret")
    for value in (changed, changed + sealed[len(changed) :][:-1], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(CannotOpen):
            Keys([FIRST]).open("secrets.value", "push", value)


def test_the_first_key_seals_and_any_opens_one_that_came_later_too() -> None:
    keys = [FIRST]
    held = Keys(keys, lambda: keys)
    older = held.seal("secrets.value", "push", b"older")
    keys.insert(0, SECOND)
    newer = Keys(keys).seal("secrets.value", "push", b"newer")
    assert held.open("secrets.value", "push", newer) == b"newer"
    assert held.open("secrets.value", "push", older) == b"older"
    with pytest.raises(CannotOpen):
        Keys([FIRST]).open("secrets.value", "push", newer)


async def test_a_host_without_the_key_does_not_start_and_says_what_to_do(dsn: str, tmp_path: Path) -> None:
    first = Installation(tmp_path / "first", WEETWIE_DATABASE_URL=dsn)
    second = Installation(tmp_path / "second", WEETWIE_DATABASE_URL=dsn)
    await first.somebody("ada")
    code, _out, err = await second.command("serve", "--port", str(second.port))
    assert code == 6
    assert (
        f"Copy the file secret-key from the data folder of the installation that has it to {second.data}"
        in err
    )
    assert not (second.data / "secret-key").exists()
    (second.data).mkdir()
    (second.data / "secret-key").write_text((await second.command("key", "make"))[1])
    code, _out, err = await second.command("person", "list")
    assert code == 6
    assert "sealed with another key" in err
    shutil.copy(first.data / "secret-key", second.data)
    assert [one["handle"] for one in await second.asked("person", "list")] == ["ada"]
    third = Installation(
        tmp_path / "third",
        WEETWIE_DATABASE_URL=dsn,
        WEETWIE_SECRET_KEY=(first.data / "secret-key").read_text().strip(),
    )
    assert [one["handle"] for one in await third.asked("person", "list")] == ["ada"]


async def test_hosts_that_start_at_once_agree_on_one_key(dsn: str, tmp_path: Path) -> None:
    hosts = [Installation(tmp_path / name, WEETWIE_DATABASE_URL=dsn) for name in ("one", "two", "three")]
    ended = await asyncio.gather(*(one.command("migrate") for one in hosts))
    assert sorted(code for code, _out, _err in ended) == [0, 6, 6]
    assert [(one.data / "secret-key").exists() for one in hosts] == [code == 0 for code, _out, _err in ended]


async def test_a_lost_key_is_gone_on_without_when_somebody_is_sure(
    installation: Installation, tmp_path: Path
) -> None:
    await installation.somebody("ada")
    assert (await installation.command("key", "lost", "--yes"))[0] == 4  # it is here
    assert (installation.data / "secret-key").stat().st_mode & 0o777 == 0o600
    (installation.data / "secret-key").unlink()
    assert (await installation.command("person", "list"))[0] == 6
    assert (await installation.command("key", "lost"))[0] == 4
    told = await installation.asked("key", "lost", "--yes")
    assert told == {"people": [], "devices": 0, "sessions": 0, "addresses": 0}
    await installation.asked("person", "list")


@pytest.mark.parametrize("words", ["", "short\n", "not base64!\n"])
async def test_a_file_that_holds_no_key_is_told(installation: Installation, words: str) -> None:
    (installation.data / "secret-key").write_text(words)
    code, _out, err = await installation.command("person", "list")
    assert code == 4
    assert "holds no keys" in err
