"""Files by name, and what is said when they cannot be stored."""

import io
from pathlib import Path

import pytest

from weetwie.errors import NoSpace, NotFound, Unavailable
from weetwie.media import blob


async def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    store = blob.in_folder(tmp_path / "media")
    await store.put("posts/1/original", io.BytesIO(b"0123456789"))
    pieces = [piece async for piece in await store.read("posts/1/original", 2, 5)]
    assert b"".join(pieces) == b"234"
    await store.remove(["posts/1/original", "posts/2/original"])
    assert list((tmp_path / "media").iterdir()) == []
    with pytest.raises(NotFound):
        await store.read("posts/1/original", 0, 5)


async def test_a_folder_that_cannot_be_written_to_is_out_of_order(tmp_path: Path) -> None:
    store = blob.in_folder(tmp_path / "media")
    (tmp_path / "media" / "posts").write_text("in the way")
    with pytest.raises(Unavailable):
        await store.put("posts/1/original", b"x")


async def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    store = blob.in_folder(tmp_path / "media")
    (tmp_path / "secret").write_text("x")
    with pytest.raises(NotFound):
        await store.whole("../secret")


async def test_a_full_disk_is_called_so() -> None:
    """/dev/full answers as a full disk does."""

    class Full:
        def read(self, _size: int = -1) -> bytes:
            with Path("/dev/full").open("wb", buffering=0) as disk:
                disk.write(b"x")
            return b""

        def seek(self, _to: int, _from: int = 0) -> int:
            return 0

    with pytest.raises(NoSpace):
        await blob.in_memory().put("a", Full())  # type: ignore[arg-type]
