"""Files read line by line, plain or gzip, in memory that does not grow with the file."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Final

import msgspec

LONGEST: Final = 1 << 20
"""Bytes; a longer line is told as bad and read past."""

_GZIP: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"


class FileLine(msgspec.Struct, frozen=True):
    number: int
    data: bytes


class BadLine(msgspec.Struct, frozen=True):
    """Something that could not be read, and why."""

    number: int
    reason: str


class LinesFile:
    """An open file. `position` of `size` bytes tells how far the reading is (of a gzip file: of what lies on disk)."""

    def __init__(self, path: Path) -> None:
        self.size = path.stat().st_size
        self._raw = path.open("rb")
        is_gzip = self._raw.read(2) == _GZIP
        self._raw.seek(0)
        self._file: IO[bytes] = gzip.GzipFile(fileobj=self._raw) if is_gzip else self._raw  # type: ignore[assignment]

    def __enter__(self) -> "LinesFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._raw.close()

    @property
    def position(self) -> int:
        return self._raw.tell()

    def beginning(self) -> bytes:
        """A little of it; nothing has been read by that."""
        try:
            begin = self._file.read(64)
            self._file.seek(0)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            return b""
        return begin

    def whole(self, most: int) -> tuple[bytes, BadLine | None]:
        """All of it, or as much as can be unpacked and is not more than `most` (and one byte)."""
        content = bytearray()
        try:
            while len(content) <= most and (data := self._file.read(1 << 16)):
                content += data
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            number = content.count(b"\n") + 1
            return bytes(content), BadLine(number, f"the file cannot be unpacked any further: {error}")
        return bytes(content[: most + 1]), None

    def lines(self) -> Iterator[FileLine | BadLine]:
        """Every line that is not blank, numbered from 1."""
        number = 0
        try:
            while data := self._file.readline(LONGEST + 1):
                number += 1
                if len(data) > LONGEST and not data.endswith(b"\n"):
                    self._read_past()
                    yield BadLine(number, f"longer than {LONGEST:,} bytes")
                    continue
                data = data.removeprefix(_BOM) if number == 1 else data
                if data.strip():
                    yield FileLine(number, data)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            yield BadLine(number + 1, f"the file cannot be unpacked any further: {error}")

    def _read_past(self) -> None:
        while data := self._file.readline(LONGEST):
            if data.endswith(b"\n"):
                return
