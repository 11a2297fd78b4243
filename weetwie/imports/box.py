"""The files of an archive: in a ZIP, a tar, a folder, or one file alone. Nothing is ever unpacked under a name it gives itself."""

import errno
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from weetwie.errors import Invalid, NoSpace, _

MOST_FILES: Final = 500_000
LARGEST_WORDS: Final = 512 << 20
"""Bytes of one file of words: a quarter of a million posts."""
LARGEST_UNPACKED: Final = 50 << 30
MOST_RATIO: Final = 200
"""What is packed tighter than this was made to fill a disk, and not to keep posts."""
_PIECE: Final = 1 << 20
_LONGEST_NAME: Final = 1 << 20
_IS_UTF8: Final = 0x800
_OF_A_MAC: Final = "__MACOSX/"
"""Where a Mac puts what it knows about each file besides."""

DAMAGED: Final = _("This file is damaged. Download the archive again. Nothing was imported.")
TOO_LARGE: Final = _("{name} is too large: more than {most} MB.")
BOMB: Final = _("This file would unpack to far more than it should, so it wasn't read.")
LOCKED: Final = _("This archive has a password. Unpack it first and use the folder.")


class OpenArchive:
    """Names, sizes, and a way to open each. Names have forward slashes and no folder of the archive's own in front."""

    def __init__(
        self,
        sizes: dict[str, int],
        open_one: Callable[[str], IO[bytes]],
        name: str = "",
        folder: Path | None = None,
    ) -> None:
        self.sizes = sizes
        self.name = name
        """What the file or the folder is called."""
        self.folder = folder
        """Where it lies, for a folder that is read by a program (git)."""
        self._open = open_one

    def open(self, name: str) -> IO[bytes]:
        """To read a file piece by piece, however large; reading on may raise whatever damaged packing does."""
        return self._open(name)

    def words(self, name: str) -> bytes:
        """A whole file of words. Raises Invalid."""
        content = self.read(name, LARGEST_WORDS)
        if content is None:
            raise Invalid(TOO_LARGE, field="file", name=name.rsplit("/", 1)[-1], most=LARGEST_WORDS >> 20)
        return content

    def read(self, name: str, most: int) -> bytes | None:
        """None for what is larger, whatever its entry says. Raises Invalid where it cannot be read."""
        try:
            with self._open(name) as file:
                content = file.read(most + 1)
        except Exception as error:  # what is packed wrongly fails in ways that no list of errors names
            is_locked = isinstance(error, RuntimeError) and "encrypted" in str(error)
            raise Invalid(LOCKED if is_locked else DAMAGED, field="file") from error
        return None if len(content) > most else content

    def ending(self, *endings: str) -> list[str]:
        """The names that are or end in one of these, those with the shortest way first."""
        wanted = tuple(f"/{ending}" for ending in endings)
        found = [name for name in self.sizes if f"/{name}".endswith(wanted)]
        return sorted(found, key=lambda name: (name.count("/"), name))


@contextmanager
def opened(path: Path) -> Iterator[OpenArchive]:
    """Raises Invalid for what is no archive."""
    if path.is_dir():
        yield _folder(path)
    elif _is_one(zipfile.is_zipfile, path):
        with _zip(path) as box:
            yield box
    elif _begins(path, b"PK\x03\x04"):
        raise Invalid(DAMAGED, field="file")
    elif _is_one(tarfile.is_tarfile, path) or path.name.endswith((".tar.gz", ".tgz")):
        with _tar(path) as box:
            yield box
    else:
        yield OpenArchive({path.name: path.stat().st_size}, lambda _name: path.open("rb"), path.name)


def _is_one(tells: Callable[[Path], bool], path: Path) -> bool:
    """The libraries' own tests fail on some damage in ways that no list of errors names."""
    try:
        return tells(path)
    except Exception as error:
        raise Invalid(DAMAGED, field="file") from error


def _begins(path: Path, sign: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(sign)) == sign


def _folder(folder: Path) -> OpenArchive:
    """Links are not followed: they could lead out of it."""
    places: dict[str, Path] = {}
    for place, _folders, files in os.walk(folder, followlinks=False):
        for name in files:
            path = Path(place) / name
            if not path.is_symlink() and path.is_file():
                places[_sayable(path.relative_to(folder).as_posix())] = path
        _check_count(len(places))
    sizes = {name: path.stat().st_size for name, path in places.items()}
    return OpenArchive(sizes, lambda name: places[name].open("rb"), _sayable(folder.resolve().name), folder)


def _sayable(name: str) -> str:
    """A name of bytes that are no UTF-8 can be said all the same."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


@contextmanager
def _zip(path: Path) -> Iterator[OpenArchive]:
    try:
        archive = zipfile.ZipFile(path)
    except Exception as error:
        raise Invalid(DAMAGED, field="file") from error
    with archive:
        entries = {
            _name(entry): entry
            for entry in archive.infolist()
            if not entry.filename.endswith("/") and not entry.filename.startswith(_OF_A_MAC)
        }
        _check_count(len(entries))
        sizes = {name: entry.file_size for name, entry in entries.items()}
        _check_size(sum(sizes.values()), path.stat().st_size)
        yield OpenArchive(sizes, lambda name: archive.open(entries[name]), path.name)


def _name(entry: zipfile.ZipInfo) -> str:
    """Many programs write UTF-8 without saying so, and some of Windows' write backslashes."""
    name = entry.filename
    if not entry.flag_bits & _IS_UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return name.replace("\\", "/")


@contextmanager
def _tar(path: Path) -> Iterator[OpenArchive]:
    """Its files can only be read one after the other, so they are put into a folder of our own, under numbers."""
    with tempfile.TemporaryDirectory(prefix="weetwie-archive-") as given:
        folder = Path(given)
        places: dict[str, Path] = {}
        sizes: dict[str, int] = {}
        size = path.stat().st_size
        try:
            unpacked = 0
            with tarfile.open(path, "r|*", tarinfo=_Entry) as archive:
                for entry in archive:
                    if not entry.isreg():
                        continue
                    content = archive.extractfile(entry)
                    assert content is not None, "a regular file has content"
                    unpacked += entry.size
                    _check_size(unpacked, size)
                    name = _sayable(entry.name.removeprefix("./"))
                    places[name] = folder / str(len(places))
                    with places[name].open("wb") as file:
                        shutil.copyfileobj(content, file, _PIECE)
                    sizes[name] = entry.size
                    _check_count(len(sizes))
        except OSError as error:
            raise NoSpace if error.errno == errno.ENOSPC else Invalid(DAMAGED, field="file") from error
        except Invalid:
            raise
        except Exception as error:
            raise Invalid(DAMAGED, field="file") from error
        yield OpenArchive(sizes, lambda name: places[name].open("rb"), path.name)


class _Entry(tarfile.TarInfo):
    """Long names and the like are read whole into memory: no more than a name can need."""

    def _proc_member(self, archive: tarfile.TarFile) -> Any:
        if not self.isreg() and self.size > _LONGEST_NAME:
            raise Invalid(BOMB, field="file")
        return super()._proc_member(archive)  # type: ignore[misc]


def _check_count(count: int) -> None:
    if count > MOST_FILES:
        raise Invalid(BOMB, field="file")


def _check_size(unpacked: int, packed: int) -> None:
    if unpacked > LARGEST_UNPACKED or unpacked > MOST_RATIO * packed + (1 << 20):
        raise Invalid(BOMB, field="file")
