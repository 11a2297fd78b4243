"""Sounds freed of what they tell of place, device and maker; in place, so that all offsets hold. And how long they play."""

import struct
from typing import IO, Final

from weetwie.media.films import UnreadableFilm, size_of, zero
from weetwie.media.sniff import frame_length, tag_end

_KEPT_OF_WAV: Final = (b"fmt ", b"data", b"fact")
_MOST_SAID: Final = 64
_UNTIL_THE_END: Final = 0xFFFFFFFF
"""As those write it who do not know yet how long it will be."""
_KEPT_OF_FLAC: Final = (0, 1, 3, 5)
"""What is played, nothing, where it is, and tracks."""
_MOST_CHUNKS: Final = 1000
_BLOCK: Final = 1 << 16


def wav_seconds(file: IO[bytes]) -> float | None:
    """None where it does not say so."""
    file.seek(12)
    rate = 0
    for _chunk in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            return None
        name, size = struct.unpack("<4sI", head)
        if name == b"data":
            return float(size / rate) if rate else None
        if name == b"fmt " and size >= 12:
            rate = struct.unpack("<I", file.read(12)[8:12].ljust(4, b"\0"))[0]
            file.seek(size - 12 + size % 2, 1)
        else:
            file.seek(size + size % 2, 1)
    return None


def flac_seconds(file: IO[bytes]) -> float | None:
    file.seek(18)
    bits = int.from_bytes(file.read(8))
    return float((bits & (1 << 36) - 1) / (bits >> 44)) if bits >> 44 else None


def forget_wav(file: IO[bytes]) -> None:
    """Chunks that say who made it, where, and with what. Raises UnreadableFilmFilm."""
    size, at, has_sound = size_of(file), 12, False
    for _chunk in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            break
        name, length = struct.unpack("<4sI", head)
        end = at + 8 + length
        if name == b"data" and length == _UNTIL_THE_END:
            end = size
        if end > size or (name in _KEPT_OF_WAV and name != b"data" and length > _MOST_SAID):
            raise UnreadableFilm("it is cut off")
        has_sound = has_sound or name == b"data"
        if name not in _KEPT_OF_WAV:
            file.seek(at)
            file.write(b"JUNK")
            zero(file, at + 8, end)
        at = end + length % 2
    if not has_sound:
        raise UnreadableFilm("nothing in it can be heard")
    zero(file, at, size)


def forget_flac(file: IO[bytes]) -> None:
    """Raises UnreadableFilmFilm."""
    size, at, is_last = size_of(file), 4, False
    while not is_last:
        file.seek(at)
        head = file.read(4)
        end = at + 4 + int.from_bytes(head[1:4])
        if len(head) < 4 or end > size:
            raise UnreadableFilm("it is cut off")
        is_last, kind = head[0] >= 128, head[0] & 127
        if kind not in _KEPT_OF_FLAC:
            file.seek(at)
            file.write(bytes((head[0] & 128 | 1,)))
            zero(file, at + 4, end)
        elif kind == 1:
            zero(file, at + 4, end)
        at = end


def forget_tags(file: IO[bytes]) -> None:
    """Of an MP3 or AAC: what stands before, between and behind the frames."""
    size, at = size_of(file), tag_end(file)
    zero(file, 10, min(at, size))
    while at < size:
        length = frame_length(file, at)
        if length:
            at += length
            continue
        begin, at = at, _next_frame(file, at + 1, size)
        file.seek(begin)
        kept = 3 if file.read(3) == b"TAG" else 0  # readers take it for a frame without this
        zero(file, begin + kept, at)


def _next_frame(file: IO[bytes], at: int, size: int) -> int:
    """Where frames go on: two of them, one behind the other, or one up to the end."""
    while at < size:
        file.seek(at)
        block = file.read(_BLOCK)
        place = block.find(b"\xff")
        while place >= 0:
            length = frame_length(file, at + place)
            if length and (at + place + length == size or frame_length(file, at + place + length)):
                return at + place
            place = block.find(b"\xff", place + 1)
        at += len(block)
    return size
