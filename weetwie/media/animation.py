"""Pictures that move, byte by byte: what tells of the camera, the place or the author is left out, the frames stay as they are.

To decode and encode a long animation anew would cost seconds and quality. Pure.
"""

import struct
from collections.abc import Iterator


class NotWhole(ValueError):
    """The file does not hold together."""


def bare(content: bytes, kind: str) -> bytes:
    """The same animation without anything else in the file. Raises NotWhole."""
    try:
        return b"".join({"image/gif": _gif, "image/png": _png, "image/webp": _webp}[kind](content))
    except (IndexError, struct.error) as error:
        raise NotWhole from error


_PNG_KEPT = (
    b"IHDR",
    b"PLTE",
    b"tRNS",
    b"gAMA",
    b"cHRM",
    b"sRGB",
    b"acTL",
    b"fcTL",
    b"fdAT",
    b"IDAT",
    b"IEND",
)


def _png(content: bytes) -> Iterator[bytes]:
    yield content[:8]
    at = 8
    while True:
        size, name = struct.unpack_from(">I4s", content, at)
        chunk = content[at : at + 12 + size]
        if len(chunk) < 12 + size:
            raise NotWhole
        if name in _PNG_KEPT:
            yield chunk
        if name == b"IEND":
            return
        at += 12 + size


def _webp(content: bytes) -> Iterator[bytes]:
    kept = bytearray()
    at, end = 12, 8 + struct.unpack_from("<I", content, 4)[0]
    if end > len(content):
        raise NotWhole
    while at + 8 <= end:
        name, size = struct.unpack_from("<4sI", content, at)
        chunk = bytearray(content[at : at + 8 + size + size % 2])
        if name == b"VP8X":
            chunk[8] &= ~0x0C & 0xFF  # there is no EXIF and no XMP
        if name == b"ANMF":
            kept += _webp_frame(chunk)
        elif name in (b"VP8X", b"ANIM"):
            kept += chunk
        at += 8 + size + size % 2
    yield struct.pack("<4sI4s", b"RIFF", len(kept) + 4, b"WEBP")
    yield bytes(kept)


def _webp_frame(chunk: bytearray) -> bytes:
    """A frame may have parts that are no picture."""
    kept, at = chunk[8:24], 24
    while at + 8 <= len(chunk):
        name, size = struct.unpack_from("<4sI", chunk, at)
        end = at + 8 + size + size % 2
        if name in (b"ALPH", b"VP8 ", b"VP8L"):
            kept += chunk[at:end]
        at = end
    return struct.pack("<4sI", b"ANMF", len(kept)) + kept


def _gif(content: bytes) -> Iterator[bytes]:
    at = 13 + _colours(content[10])
    yield content[:at]
    while True:
        mark = content[at]
        if mark == 0x3B:
            yield b";"
            return
        start = at
        if mark == 0x2C:
            at = _blocks_end(content, at + 11 + _colours(content[at + 9]))
            yield content[start:at]
        elif mark == 0x21:
            at = _blocks_end(content, at + 2)
            is_loop = content[start + 1] == 0xFF and content[start + 3 : start + 14] == b"NETSCAPE2.0"
            if content[start + 1] == 0xF9 or is_loop:
                yield content[start:at]
        else:
            raise NotWhole


def _colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(content: bytes, at: int) -> int:
    while size := content[at]:
        at += size + 1
    return at + 1
