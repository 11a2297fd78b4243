"""The file that a backup is: a tar with what pg_dump writes, the media, and a list of all that is in it with its checksum.

database              what pg_dump writes (its custom format): people, posts, sealed secrets, all as of one moment
erasures.log          who had been erased by then
media/                as it lies in the data folder
manifest.json         what made it, when, and the SHA-256 of each of the others
manifest.json.sha256  that of the list itself
"""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import msgspec

from weetwie import __version__
from weetwie.errors import Conflict, Invalid
from weetwie.migrations import knows

DATABASE: Final = "database"
_MANIFEST, _ITS_SUM = "manifest.json", "manifest.json.sha256"
_NO_BACKUP: Final = (
    "{file} is no backup of Weetwie, or it was cut off or damaged where its list of contents stands."
)
_TOO_NEW: Final = (
    "{file} was made by Weetwie {version}, which is newer than this one ({own}). Install that one first."
)
_CHUNK: Final = 1 << 20


class Manifest(msgspec.Struct, frozen=True):
    weetwie: str
    revision: str
    """Of the schema (see `migrations/`)."""
    made_at: datetime
    files: dict[str, str] | None = None
    """Name and SHA-256; None in backups of the first release, which had no checksums."""


class Packing:
    """Writes the file; what is put into it is noted with its checksum."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._files: dict[str, str] = {}

    def add(self, path: Path, name: str) -> None:
        """Files come and go while a backup is made: one that has gone is left out."""
        with suppress(FileNotFoundError), path.open("rb") as file:
            info = self._tar.gettarinfo(arcname=name, fileobj=file)
            read = _Summing(file)
            self._tar.addfile(info, read)  # type: ignore[arg-type]
            self._files[name] = read.sum.hexdigest()

    def finish(self, revision: str, made_at: datetime) -> Manifest:
        manifest = Manifest(__version__, revision, made_at, self._files)
        content = msgspec.json.encode(manifest)
        for name, bytes_ in (
            (_MANIFEST, content),
            (_ITS_SUM, hashlib.sha256(content).hexdigest().encode()),
        ):
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(bytes_), int(made_at.timestamp()), 0o600
            self._tar.addfile(info, io.BytesIO(bytes_))
        return manifest


class _Summing:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sum = hashlib.sha256()

    def read(self, size: int) -> bytes:
        found = self._file.read(size)
        self.sum.update(found)
        return found


@contextmanager
def opened(file: Path) -> Iterator[tarfile.TarFile]:
    """Raises Invalid where it is no backup, as soon as that is seen."""
    try:
        with tarfile.open(file) as tar:
            yield tar
    except (tarfile.TarError, EOFError) as error:
        raise Invalid(_NO_BACKUP, file=file) from error


def manifest_of(tar: tarfile.TarFile, file: Path) -> Manifest:
    """Raises Invalid, and Conflict where it was made by a newer release."""
    try:
        content = _content(tar, _MANIFEST)
        manifest = msgspec.json.decode(content, type=Manifest)
        is_whole = (
            manifest.files is None or hashlib.sha256(content).hexdigest() == _content(tar, _ITS_SUM).decode()
        )
    except (KeyError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise Invalid(_NO_BACKUP, file=file) from error
    if not is_whole:
        raise Invalid(_NO_BACKUP, file=file)
    if not knows(manifest.revision):
        raise Conflict(_TOO_NEW, file=file, version=manifest.weetwie, own=__version__)
    return manifest


def damaged(tar: tarfile.TarFile, manifest: Manifest) -> list[str]:
    """What is missing, or not as it was when the backup was made. Reads all of it."""
    found = {one.name: one for one in tar.getmembers() if one.isfile()}
    if manifest.files is None:
        wrong = [name for name, member in found.items() if not _sum(tar, member)]
    else:
        wrong = [name for name, sum in manifest.files.items() if sum != _sum(tar, found.get(name))]
    return sorted({*wrong, *({DATABASE} - found.keys())})


def _sum(tar: tarfile.TarFile, member: tarfile.TarInfo | None) -> str:
    """Empty where it is missing or cannot be read to its end."""
    if member is None:
        return ""
    sum, size = hashlib.sha256(), 0
    with suppress(tarfile.TarError, EOFError, OSError):
        file = tar.extractfile(member)
        while file is not None and (chunk := file.read(_CHUNK)):
            sum.update(chunk)
            size += len(chunk)
    return sum.hexdigest() if size == member.size else ""


def _content(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file.read()


def unpack(tar: tarfile.TarFile, name: str, to: Path, *, but: list[str]) -> None:
    """A file, or all that lies in a folder."""
    members = [
        one
        for one in tar.getmembers()
        if (one.name == name or one.name.startswith(f"{name}/")) and one.name not in but
    ]
    tar.extractall(to, members, filter="data")
