"""WebM freed of what it tells beside what is played; in place, so that all offsets hold."""

from typing import IO, Final

from weetwie.media.films import UnreadableFilm, size_of, zero
from weetwie.media.sniff import ebml_id, ebml_number

_SEGMENT: Final = b"\x18\x53\x80\x67"
_CLUSTER: Final = b"\x1f\x43\xb6\x75"
_KEPT_OF_WEBM: Final = (
    _CLUSTER,
    b"\x11\x4d\x9b\x74",
    b"\x16\x54\xae\x6b",
    b"\x1c\x53\xbb\x6b",
    b"\x15\x49\xa9\x66",
)
"""Beside the clusters: where everything is, tracks, cues, and what the whole is."""
_INFO: Final = b"\x15\x49\xa9\x66"
_KEPT_OF_INFO: Final = (b"\x2a\xd7\xb1", b"\x44\x89", b"\x4d\x80", b"\x57\x41")
_WITHIN_A_CLUSTER: Final = (
    b"\xe7",
    b"\xa7",
    b"\xab",
    b"\xa3",
    b"\xa0",
    b"\xec",
    b"\xbf",
    b"\x58\x54",
    b"\xaf",
)


def forget(file: IO[bytes]) -> None:
    """Raises UnreadableFilm. The parts of one that was written live have no length: they are gone through one by one."""
    size = size_of(file)
    head, start, end = _element(file, 0, size)
    name, start, end = _element(file, end, size)
    if head != b"\x1a\x45\xdf\xa3" or name != _SEGMENT:
        raise UnreadableFilm("nothing says how it is to be played")
    _forget_elements(file, start, end, _KEPT_OF_WEBM)
    zero(file, end, size)


def _forget_elements(file: IO[bytes], at: int, end: int, kept: tuple[bytes, ...]) -> None:
    while at < end:
        name, start, finish = _element(file, at, end)
        if name == _CLUSTER and finish == end:
            finish = start  # perhaps of unknown length: what is in it is gone through like the rest
        elif name == _INFO:
            _forget_elements(file, start, finish, _KEPT_OF_INFO)
        elif name not in kept and (kept is _KEPT_OF_INFO or name not in _WITHIN_A_CLUSTER):
            _void(file, at, finish)
        at = finish


def _element(file: IO[bytes], at: int, end: int) -> tuple[bytes, int, int]:
    """Name, and where the content begins and ends."""
    file.seek(at)
    head = file.read(12)
    name, place = ebml_id(head, 0)
    length, place = ebml_number(head, place)
    if not name or place > len(head) or len(name) > 4:
        raise UnreadableFilm("it is cut off")
    finish = end if length < 0 else at + place + length
    if finish > end:
        raise UnreadableFilm("it is cut off")
    return name, at + place, finish


def _void(file: IO[bytes], at: int, end: int) -> None:
    """An element that says nothing takes the place: its length is written in eight bytes, or in one where there are few."""
    file.seek(at)
    if end - at >= 9:
        file.write(b"\xec\x01" + (end - at - 9).to_bytes(7))
        zero(file, at + 9, end)
    else:
        file.write(bytes((0xEC, 0x80 | (end - at - 2))))
        zero(file, at + 2, end)
