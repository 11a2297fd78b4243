"""Ogg freed of what its comments tell; in place, and each page that was changed gets its sum anew."""

import struct
import zlib
from typing import IO, Final

import msgspec

from weetwie.media.films import UnreadableFilm, size_of, zero

_HEAD: Final = 27
_COMMENTS: Final = {b"\x01vorbis": b"\x03vorbis", b"OpusHead": b"OpusTags", b"\x80theora": b"\x81theora"}
"""How the packet with the comments begins, by how the first one does."""
_INDEX: Final = b"fishead\0"
_MIRRORED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class _Stream(msgspec.Struct):
    awaited: bytes
    """How the next packet begins; empty once the comments are through."""
    parts: list[tuple[int, int]] = []
    """Where the bytes of this packet lie."""
    pages: list[tuple[int, int]] = []


def forget(file: IO[bytes]) -> None:
    """Raises UnreadableFilm, for streams that are not known, too."""
    size, at = size_of(file), 0
    streams: dict[bytes, _Stream] = {}
    while page := _page(file, at, size):
        flags, serial, start, lengths = page
        if flags & 2:
            streams[serial] = _begun(file, start)
        elif serial not in streams:
            raise UnreadableFilm("a stream has no beginning")
        elif streams[serial].awaited:
            _gather(file, streams[serial], (at, start + sum(lengths)), start, lengths)
        at = start + sum(lengths)
    if not at or any(stream.awaited for stream in streams.values()):
        raise UnreadableFilm("it is cut off")
    zero(file, at, size)


def _page(file: IO[bytes], at: int, size: int) -> tuple[int, bytes, int, bytes] | None:
    """Its flags, of which stream it is, where its content begins, and the lengths of the parts of it."""
    file.seek(at)
    head = file.read(_HEAD + 255)
    if len(head) < _HEAD or not head.startswith(b"OggS\0"):
        return None
    lengths = head[_HEAD : _HEAD + head[26]]
    start = at + _HEAD + head[26]
    return None if start + sum(lengths) > size else (head[5], head[14:18], start, lengths)


def _begun(file: IO[bytes], start: int) -> _Stream:
    file.seek(start)
    head = file.read(8)
    if head == _INDEX:
        return _Stream(b"")
    for first, comments in _COMMENTS.items():
        if head.startswith(first):
            return _Stream(comments)
    raise UnreadableFilm("it holds a stream that is not known here")


def _gather(file: IO[bytes], stream: _Stream, page: tuple[int, int], start: int, lengths: bytes) -> None:
    """A part of 255 bytes is followed by more of its packet."""
    stream.pages.append(page)
    for length in lengths:
        stream.parts.append((start, length))
        start += length
        if length < 255:
            _blank(file, stream)
            stream.awaited = b""
            return


def _blank(file: IO[bytes], stream: _Stream) -> None:
    packet = bytearray(b"".join(_read(file, at, length) for at, length in stream.parts))
    if not packet.startswith(stream.awaited):
        raise UnreadableFilm("where it would tell of itself is something else")
    _blank_comments(packet, len(stream.awaited))
    done = 0
    for at, length in stream.parts:
        file.seek(at)
        file.write(packet[done : done + length])
        done += length
    for begin, end in stream.pages:
        page = bytearray(_read(file, begin, end - begin))
        page[22:26] = bytes(4)
        file.seek(begin + 22)
        file.write(struct.pack("<I", _sum(bytes(page))))


def _blank_comments(packet: bytearray, at: int) -> None:
    """The maker's name and each comment become blanks of the same length."""
    at = _blank_text(packet, at, b"")
    (count,) = struct.unpack_from("<I", packet, at)
    at += 4
    for _comment in range(count):
        at = _blank_text(packet, at, b"X=")
    # Behind them stands a single bit, or nothing that is read.
    packet[at:] = (
        bytes(packet[at : at + 1]) + bytes(max(len(packet) - at - 1, 0)) if at < len(packet) else b""
    )


def _blank_text(packet: bytearray, at: int, begin: bytes) -> int:
    length = int.from_bytes(packet[at : at + 4], "little")
    at += 4
    if at + length > len(packet):
        raise UnreadableFilm("it is cut off")
    packet[at : at + length] = (begin + b" " * length)[:length]
    return at + length


def _sum(page: bytes) -> int:
    """As Ogg counts it: that of zlib, with all bits the other way round."""
    mirrored: int = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


def _read(file: IO[bytes], at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)
