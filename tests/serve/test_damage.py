"""A backup that is not as it was made: seen by --verify and by restore, which changes nothing then."""

import shutil
import tarfile
from pathlib import Path

import pytest

from tests.serve.running import Installation, serving


@pytest.fixture(scope="session")
async def kept(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with a picture in it."""

    folder = tmp_path_factory.mktemp("damage")
    shutil.copytree(made, folder / "data", ignore=shutil.ignore_patterns("socket", "lock"))
    installation = Installation(folder / "data")
    await installation.somebody("ada")
    for name in ("one", "two"):
        place = installation.data / "media" / "posts" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(name.encode() * 1000)
    await installation.asked("backup", str(folder / "kept.tar"))
    return folder / "kept.tar"


def flipped(kept: Path, name: str, to: Path) -> Path:
    """A copy with one bit changed in the middle of what it holds under this name."""
    content = bytearray(kept.read_bytes())
    with tarfile.open(kept) as tar:
        member = tar.getmember(name)
    content[member.offset_data + member.size // 2] ^= 1
    (to / "flipped.tar").write_bytes(content)
    return to / "flipped.tar"


@pytest.mark.parametrize("name", ["media/posts/one", "database", "manifest.json", "manifest.json.sha256"])
async def test_one_flipped_bit_is_seen_before_anything_is_changed(
    kept: Path, tmp_path: Path, name: str
) -> None:
    file = flipped(kept, name, tmp_path)
    again = Installation(tmp_path / "again")
    code, out, err = await again.command("backup", "--verify", str(file))
    assert code == 4
    assert name in out or "damaged" in err
    code, _out, err = await again.command("restore", str(file))
    assert code == 4
    assert "damaged" in err
    assert name in err or name.startswith("manifest")
    assert not again.data.exists()


async def test_a_whole_one_is_said_to_be_whole(kept: Path, tmp_path: Path) -> None:
    told = await Installation(tmp_path / "none").asked("backup", "--verify", str(kept))
    assert told["is_whole"]
    assert told["has_checksums"]


@pytest.mark.parametrize("part", [0.3, 0.9, 0.999])
async def test_one_that_was_cut_off_is_no_backup(kept: Path, tmp_path: Path, part: float) -> None:
    content = kept.read_bytes()
    with tarfile.open(kept) as tar:
        last = tar.getmember("manifest.json.sha256")
    (tmp_path / "cut.tar").write_bytes(content[: int(last.offset_data * part)])
    code, _out, err = await Installation(tmp_path / "again").command("restore", str(tmp_path / "cut.tar"))
    assert code == 4
    assert "damaged" in err


async def test_all_but_a_damaged_picture_comes_back_when_asked_for(kept: Path, tmp_path: Path) -> None:
    file = flipped(kept, "media/posts/one", tmp_path)
    again = Installation(tmp_path / "again")
    told = await again.asked(
        "restore", str(file), "--without-damaged", "--key", str(kept.parent / "data" / "secret-key")
    )
    assert told["left_out"] == ["media/posts/one"]
    assert (again.data / "media/posts/two").read_bytes() == b"two" * 1000
    assert not (again.data / "media/posts/one").exists()
    async with serving(again):
        handles = [one["handle"] for one in await again.asked("person", "list")]
        assert "ada" in handles
