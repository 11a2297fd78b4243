"""Archives are opened under the names people gave their files, or refused with a sentence."""

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from weetwie.errors import Invalid
from weetwie.imports.box import opened


def names_of(path: Path) -> set[str]:
    with opened(path) as box:
        return set(box.sizes)


def zipped(path: Path, **files: bytes) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path.read_bytes()


def test_a_file_whose_name_is_empty_hides_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(path, Q=b"1", posts=b"2").replace(b"Q", b"\0"))
    with opened(path) as box:
        assert set(box.sizes) == {"", "posts"}
        assert box.words("posts") == b"2"


def test_names_in_utf_8_are_read_where_the_archive_does_not_say_so(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    content = zipped(path, Q=b"1").replace(
        b"Q", "é".encode()[:1]
    )  # one byte that begins a sign, and then nothing
    path.write_bytes(content)
    assert names_of(path) == {"\u251c"}, "what is no UTF-8 stays as the format says"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("QQnderungen/1.json", b"[]")
    path.write_bytes(path.read_bytes().replace(b"QQ", "Ä".encode()))
    with opened(path) as box:
        assert box.words("Änderungen/1.json") == b"[]"


def test_backslashes_of_windows_and_what_a_mac_adds(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("general\\2020.json", b"[]")
        archive.writestr("__MACOSX/general/._2020.json", b"\0\5")
    with opened(path) as box:
        assert set(box.sizes) == {"general/2020.json"}
        assert box.words("general/2020.json") == b"[]"


def test_a_name_that_is_no_utf_8_can_be_said(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    with open(os.path.join(os.fsencode(folder), b"caf\xe9.json"), "wb") as file:
        file.write(b"[]")
    with opened(folder) as box:
        assert {name.encode() for name in box.sizes} == {"caf\ufffd.json".encode()}
        assert box.words("caf\ufffd.json") == b"[]"
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        archive.add(folder, "export")
    (tmp_path / "a.tar.gz").write_bytes(content.getvalue())
    assert names_of(tmp_path / "a.tar.gz") == {"export/caf\ufffd.json"}


def test_an_archive_in_several_parts_is_refused(tmp_path: Path) -> None:
    """The standard library's question whether it is a ZIP raises what the opening should."""
    path = tmp_path / "a.zip"
    end = zipped(path, posts=b"2")[-22:]
    locator = b"PK\x06\x07" + b"\0" * 12 + b"\x05\0\0\0"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 100 + locator + end)
    with pytest.raises(Invalid), opened(path):
        pass
