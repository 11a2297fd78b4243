"""Films, and sounds in the same form, freed of what they tell of place and device. In place: all offsets hold.

What is known to be needed for playing stays, everything else is blanked: the list of what cameras write is never complete.
"""

import struct
from collections.abc import Iterator
from typing import IO, Final

import msgspec


class UnreadableFilm(ValueError):
    """This is broken, cut off, or holds what cannot be taken out."""


class Mp4Box(msgspec.Struct, frozen=True):
    """A part of an MP4."""

    name: bytes
    at: int
    """Where its head begins."""
    start: int
    """Where its content begins."""
    end: int


_KEPT: Final[dict[bytes, tuple[bytes, ...]]] = {
    b"": (b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"ssix", b"styp", b"pdin", b"wide"),
    b"moov": (b"mvhd", b"trak", b"mvex", b"iods"),
    b"trak": (b"tkhd", b"edts", b"mdia", b"tref", b"tapt", b"clip", b"matt"),
    b"mdia": (b"mdhd", b"hdlr", b"minf", b"elng"),
    b"minf": (b"vmhd", b"smhd", b"hmhd", b"nmhd", b"sthd", b"gmhd", b"hdlr", b"dinf", b"stbl"),
    b"stbl": (
        *(b"stsd", b"stts", b"ctts", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss", b"stps", b"sdtp", b"sbgp"),
        *(b"sgpd", b"cslg", b"subs", b"saiz", b"saio", b"padb", b"stsh", b"stdp"),
    ),
    b"mvex": (b"mehd", b"trex", b"leva"),
    b"moof": (b"mfhd", b"traf"),
    b"traf": (b"tfhd", b"tfdt", b"trun", b"sbgp", b"sgpd", b"saiz", b"saio", b"senc", b"subs", b"sdtp"),
}  # fmt: skip
_PLAYED: Final = (b"vide", b"soun", b"subt", b"sbtl", b"text", b"clcp", b"tmcd", b"hint", b"auxv")
_MOST_BOXES: Final = 20_000
_MOST_SAMPLES: Final = 2_000_000


def seconds(file: IO[bytes]) -> float | None:
    """How long an MP4 plays; None where it does not say so."""
    for box in boxes(file, 0, size_of(file)):
        if box.name == b"moov":
            for inner in boxes(file, box.start, box.end):
                if inner.name == b"mvhd":
                    head = _read(file, inner.start, 32)
                    long = head[:1] == b"\x01"
                    scale, length = struct.unpack_from(">IQ" if long else ">II", head, 20 if long else 12)
                    return float(length / scale) if scale and length else None
    return None


def forget(file: IO[bytes]) -> None:
    """Of an MP4 or MOV. Raises UnreadableFilmFilm, for one that is cut off, too."""
    size = size_of(file)
    found = boxes(file, 0, size)
    if not any(box.name == b"moov" for box in found):
        raise UnreadableFilm("nothing says how it is to be played")
    _forget_within(file, b"", found, is_in_parts=any(box.name == b"moof" for box in found))
    end = found[-1].end
    if end < size:
        zero(file, end, size)


def _forget_within(file: IO[bytes], name: bytes, found: list[Mp4Box], *, is_in_parts: bool) -> None:
    for box in found:
        if box.name == b"cmov":
            raise UnreadableFilm("what it tells is packed")
        if box.name not in _KEPT[name]:
            _blank(file, box)
        elif box.name == b"trak" and not _is_played(file, box):
            if is_in_parts:
                raise UnreadableFilm("what it tells lies between the frames")
            _blank_samples(file, box)
            _blank(file, box)
        elif box.name in _KEPT:
            within = boxes(file, box.start, box.end)
            _forget_within(file, box.name, within, is_in_parts=is_in_parts)
            zero(file, within[-1].end if within else box.start, box.end)
        elif box.name == b"hdlr":
            zero(file, min(box.start + 24, box.end), box.end)  # what the maker calls it


def _is_played(file: IO[bytes], track: Mp4Box) -> bool:
    """Others hold what was measured meanwhile: places, faces, how the camera moved."""
    media = _within(file, track, b"mdia")
    handler = _within(file, media, b"hdlr") if media else None
    return handler is not None and _read(file, handler.start + 8, 4) in _PLAYED


def _blank_samples(file: IO[bytes], track: Mp4Box) -> None:
    table: Mp4Box | None = track
    for name in (b"mdia", b"minf", b"stbl"):
        table = _within(file, table, name) if table else None
    if table is None:
        return
    size = size_of(file)
    for start, length in _samples(file, table):
        if start + length > size:
            raise UnreadableFilm("it is cut off")
        zero(file, start, start + length)


def _samples(file: IO[bytes], table: Mp4Box) -> Iterator[tuple[int, int]]:
    """Where the chunks of a track lie, and how long they are."""
    lengths = _lengths(file, table)
    chunks = _numbers(file, _within(file, table, b"stco"), 1, 4) or _numbers(
        file, _within(file, table, b"co64"), 1, 8
    )
    steps = _numbers(file, _within(file, table, b"stsc"), 3, 4)
    counts = {steps[at] - 1: steps[at + 1] for at in range(0, len(steps), 3)}
    done = per_chunk = 0
    for number, start in enumerate(chunks):
        per_chunk = counts.get(number, per_chunk)
        yield start, sum(lengths[done : done + per_chunk])
        done += per_chunk
    if done < len(lengths):
        raise UnreadableFilm("it does not say where all of it lies")


def _lengths(file: IO[bytes], table: Mp4Box) -> list[int]:
    box = _within(file, table, b"stsz")
    if box is None:
        raise UnreadableFilm("it does not say how long its parts are")
    same, count = struct.unpack(">II", _read(file, box.start + 4, 8))
    if count > _MOST_SAMPLES:
        raise UnreadableFilm("it has too many parts")
    return (
        [same] * count if same else list(struct.unpack(f">{count}I", _read(file, box.start + 12, 4 * count)))
    )


def _numbers(file: IO[bytes], box: Mp4Box | None, each: int, width: int) -> list[int]:
    if box is None:
        return []
    count = each * int.from_bytes(_read(file, box.start + 4, 4))
    if count > _MOST_SAMPLES:
        raise UnreadableFilm("it has too many parts")
    return list(
        struct.unpack(f">{count}{'I' if width == 4 else 'Q'}", _read(file, box.start + 8, width * count))
    )


def _within(file: IO[bytes], box: Mp4Box, name: bytes) -> Mp4Box | None:
    return next((one for one in boxes(file, box.start, box.end) if one.name == name), None)


def boxes(file: IO[bytes], start: int, end: int) -> list[Mp4Box]:
    """From one place to another. Raises UnreadableFilmFilm for one that goes on beyond the end."""
    found: list[Mp4Box] = []
    at = start
    while at + 8 <= end:
        size, name = struct.unpack(">I4s", _read(file, at, 8))
        head = 8
        if size == 1:
            size, head = int.from_bytes(_read(file, at + 8, 8)), 16
        elif size == 0 and name != b"\0\0\0\0":
            size = end - at
        if name == b"\0\0\0\0":
            break  # the end of a list, as QuickTime writes it, or nothing at all
        if size < head or at + size > end:
            if start == 0 and found and name not in _KEPT[b""]:
                break  # what some devices put behind it; it is blanked
            raise UnreadableFilm("it is cut off")
        found.append(Mp4Box(name, at, at + head, at + size))
        if len(found) > _MOST_BOXES:
            raise UnreadableFilm("it has too many parts")
        at += size
    return found


def _blank(file: IO[bytes], box: Mp4Box) -> None:
    file.seek(box.at + 4)
    file.write(b"free")
    zero(file, box.start, box.end)


def zero(file: IO[bytes], start: int, end: int) -> None:
    file.seek(start)
    left = max(end - start, 0)
    while left:
        piece = min(left, 65536)
        file.write(bytes(piece))
        left -= piece


def _read(file: IO[bytes], at: int, length: int) -> bytes:
    file.seek(at)
    content = file.read(length)
    if len(content) < length:
        raise UnreadableFilm("it is cut off")
    return content


def size_of(file: IO[bytes]) -> int:
    return file.seek(0, 2)
