"""The files of an export read piece by piece, packed by gzip or not, and how far the reading is."""

import gzip
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Final

from weetwie.errors import Invalid
from weetwie.imports.box import BOMB, MOST_RATIO, OpenArchive

_GZIP: Final = b"\x1f\x8b"
_PIECE: Final = 1 << 16
_ALLOWED: Final = 1 << 24
"""Bytes that anything may unpack to."""


class Files:
    """Opens files of an export and counts what was read of them."""

    def __init__(self, box: OpenArchive, names: Iterable[str] | None = None, times: int = 1) -> None:
        """`names`: the files that are read, each as many `times`; all where none are given."""
        self.box = box
        wanted = box.sizes if names is None else names
        self.size = times * sum(box.sizes.get(name, 0) for name in wanted)
        self._read = 0

    def position(self) -> int:
        return min(self._read, self.size)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Reading may raise anything that damaged packing does; `Invalid` for what unpacks to far more than it should."""
        with self.box.open(name) as file:
            counted = _Counted(file, self)
            raw = io.BufferedReader(counted, _PIECE)
            if raw.peek(2)[:2] == _GZIP:
                with gzip.GzipFile(fileobj=raw) as packed:
                    yield io.BufferedReader(_Bounded(packed, counted), _PIECE)
            else:
                yield raw

    def begin(self, name: str, most: int = 4096) -> bytes:
        """The first bytes, unpacked; empty where they cannot be read. Not counted."""
        at = self._read
        try:
            with self.open(name) as file:
                return file.read(most)
        except Exception:  # noqa: BLE001  what is packed wrongly fails in ways that no list of errors names
            return b""
        finally:
            self._read = at

    def note(self, count: int) -> None:
        self._read += count


class _Counted(io.RawIOBase):
    def __init__(self, file: IO[bytes], files: Files) -> None:
        self._file = file
        self._files = files
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        piece = self._file.read(len(into))
        into[: len(piece)] = piece
        self.count += len(piece)
        self._files.note(len(piece))
        return len(piece)


class _Bounded(io.RawIOBase):
    """What was unpacked, as long as it is not far more than was read."""

    def __init__(self, file: IO[bytes] | gzip.GzipFile, packed: _Counted) -> None:
        self._file = file
        self._packed = packed
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        piece = self._file.read(len(into))
        into[: len(piece)] = piece
        self._count += len(piece)
        if self._count > _ALLOWED + MOST_RATIO * self._packed.count:
            raise Invalid(BOMB, field="file")
        return len(piece)
