"""What a file is, told by its first bytes and never by its name, and how long it plays where that is cheap to know. Pure."""

import struct
from typing import IO, Final

PDF: Final = "application/pdf"

_STARTS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", PDF),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
)
_BRANDS: Final = {b"avif": "image/avif", b"avis": "image/avif", b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime"}  # fmt: skip
_RIFFS: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
KNOWN: Final = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "audio/mpeg",
    "audio/mp4",
    "audio/aac",
    "audio/ogg",
    "audio/flac",
    "audio/wav",
    "application/pdf",
)


def kind_of(file: IO[bytes]) -> str | None:
    """The content type; None for what is not taken here."""
    file.seek(0)
    head = file.read(4096)
    for start, kind in _STARTS:
        if head.startswith(start):
            return "video/ogg" if kind == "audio/ogg" and b"\x80theora" in head else kind
    if head[4:8] == b"ftyp" and len(head) >= 12:
        return _BRANDS.get(head[8:12], "video/mp4" if head[8:9] != b"h" else None)
    if head.startswith(b"RIFF"):
        return _RIFFS.get(head[8:12])
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else None
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "audio/aac" if head[1] & 0xF6 == 0xF0 else "audio/mpeg"
    return None


def seconds_of(file: IO[bytes], kind: str) -> float | None:
    """How long it plays; None where that is not told at its beginning."""
    try:
        if kind == "audio/wav":
            return _wav(file)
        if kind == "audio/flac":
            return _flac(file)
        if kind in ("video/mp4", "video/quicktime", "audio/mp4"):
            return _mp4(file)
    except (struct.error, ValueError, ZeroDivisionError):
        return None
    return None


def _wav(file: IO[bytes]) -> float | None:
    file.seek(12)
    rate = 0
    for _chunk in range(20):
        name, size = struct.unpack("<4sI", file.read(8))
        if name == b"fmt ":
            rate = struct.unpack("<I", file.read(size)[8:12])[0]
            continue
        if name == b"data":
            return float(size / rate)
        file.seek(size + size % 2, 1)
    return None


def _flac(file: IO[bytes]) -> float | None:
    file.seek(18)
    bits = int.from_bytes(file.read(8))
    return float((bits & (1 << 36) - 1) / (bits >> 44))


def _mp4(file: IO[bytes]) -> float | None:
    for name, start, end in boxes(file, 0, size_of(file)):
        if name == b"moov":
            for inner, begin, _end in boxes(file, start, end):
                if inner == b"mvhd":
                    file.seek(begin)
                    is_long = file.read(1) == b"\x01"
                    file.seek(begin + (20 if is_long else 12))
                    scale, length = struct.unpack(
                        ">IQ" if is_long else ">II", file.read(12 if is_long else 8)
                    )
                    return float(length / scale)
    return None


def forget_places(file: IO[bytes], kind: str) -> None:
    """Films of telephones say where they were made: what is told about the film is blanked, in place, so that all offsets
    hold."""
    if kind not in ("video/mp4", "video/quicktime", "audio/mp4"):
        return
    for name, start, end in list(boxes(file, 0, size_of(file))):
        if name == b"moov":
            for inner, begin, finish in list(boxes(file, start, end)):
                if inner == b"trak":
                    _blank(file, begin, finish)
            _blank(file, start, end)
        elif name in _TELLING:
            _overwrite(file, start, end)


_TELLING: Final = (b"udta", b"meta", b"uuid")


def _blank(file: IO[bytes], start: int, end: int) -> None:
    for name, begin, finish in list(boxes(file, start, end)):
        if name in _TELLING:
            _overwrite(file, begin, finish)


def _overwrite(file: IO[bytes], start: int, end: int) -> None:
    file.seek(start - 4)
    file.write(b"free")
    left = end - start
    while left:
        piece = min(left, 65536)
        file.write(bytes(piece))
        left -= piece


def boxes(file: IO[bytes], start: int, end: int) -> "list[tuple[bytes, int, int]]":
    """The boxes of an MP4 from one place to another: name, where the content begins and ends. Names of boxes with a 64 bit
    size stand right before the size; those are never ones that are overwritten here."""
    found: list[tuple[bytes, int, int]] = []
    at = start
    while at + 8 <= end and len(found) < 1000:
        file.seek(at)
        size, name = struct.unpack(">I4s", file.read(8))
        head = 8
        if size == 1:
            size, head = int.from_bytes(file.read(8)), 16
            name = b"" if name in _TELLING else name
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            break
        found.append((name, at + head, at + size))
        at += size
    return found


def size_of(file: IO[bytes]) -> int:
    return file.seek(0, 2)
