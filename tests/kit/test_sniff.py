"""What files are by their content, how long they play, and what films tell."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weetwie.kit import sniff


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def film() -> bytes:
    head = box(b"mvhd", bytes(12) + struct.pack(">II", 1000, 12_500) + bytes(80))
    told = box(b"udta", box(b"\xa9xyz", b"+52.3702+004.8952/"))
    track = box(b"trak", box(b"tkhd", bytes(84)) + box(b"meta", b"SecretCamera"))
    return box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", head + track + told) + box(b"mdat", b"the frames")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (film(), "video/mp4"),
        (box(b"ftyp", b"qt  \0\0\0\0"), "video/quicktime"),
        (box(b"ftyp", b"M4A \0\0\0\0"), "audio/mp4"),
        (b"\x1aE\xdf\xa3....webm", "video/webm"),
        (b"OggS" + bytes(30), "audio/ogg"),
        (b"OggS" + bytes(24) + b"\x80theora", "video/ogg"),
        (b"ID3" + bytes(30), "audio/mpeg"),
        (b"\xff\xfb\x90\0", "audio/mpeg"),
        (b"\xff\xf1\x90\0", "audio/aac"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b"<svg>", None),
        (b"PK\x03\x04", None),
        (b"", None),
    ],
)
def test_a_file_is_what_it_begins_with(content: bytes, kind: str | None) -> None:
    assert sniff.kind_of(io.BytesIO(content)) == kind


def test_what_a_film_tells_of_its_place_is_blanked_and_nothing_else_moves() -> None:
    content = film()
    file = io.BytesIO(content)
    assert sniff.seconds_of(file, "video/mp4") == 12.5
    sniff.forget_places(file, "video/mp4")
    after = file.getvalue()
    assert b"52.3702" in content and b"52.3702" not in after
    assert b"SecretCamera" not in after
    assert len(after) == len(content)
    assert after.index(b"the frames") == content.index(b"the frames")
    assert sniff.seconds_of(file, "video/mp4") == 12.5


@given(st.binary(max_size=400), st.sampled_from(["video/mp4", "audio/wav", "audio/flac"]))
def test_no_bytes_bring_it_down(content: bytes, kind: str) -> None:
    for begin in (b"", film()[:40]):
        file = io.BytesIO(begin + content)
        sniff.kind_of(file)
        sniff.seconds_of(file, kind)
        sniff.forget_places(file, kind)
        assert len(file.getvalue()) == len(begin + content)
