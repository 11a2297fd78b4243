"""What files are by their content, how long they play, and what films and sounds tell of their making."""

import io
import struct

import pytest
from hypothesis import given, settings, strategies as st

from tests.media.recordings import (
    GPS,
    SERIAL,
    aac,
    box,
    element,
    film,
    flac,
    moov,
    mp3,
    ogg,
    track,
    wav,
    webm,
)
from weetwie.media import ogg as oggs, recordings, sniff
from weetwie.media.films import UnreadableFilm


def brands(main: bytes, *others: bytes) -> bytes:
    return box(b"ftyp", main + bytes(4) + b"".join(others))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (film(), "video/mp4"),
        (brands(b"qt  ", b"qt  "), "video/quicktime"),
        (brands(b"M4A ", b"isom"), "audio/mp4"),
        (brands(b"3gp5", b"isom"), "video/mp4"),
        (brands(b"M4V ", b"mp42"), "video/mp4"),
        (brands(b"avif", b"mif1", b"miaf"), "image/avif"),
        (brands(b"mif1", b"avif", b"miaf"), "image/avif"),
        (brands(b"mif1", b"heic"), None),
        (brands(b"msf1", b"hevc"), None),
        (brands(b"heic", b"mif1"), None),
        (brands(b"heix"), None),
        (brands(b"hevc"), None),
        (brands(b"mp42", b"heic"), None),
        (brands(b"isom", b"avif"), None),
        (brands(b"jp2 "), None),
        (brands(b"crx "), None),
        (brands(b"abcd", b"isom"), None),
        (b"\0\0\0\0ftypisom" + bytes(4) + b"mif1", None),
        (webm(), "video/webm"),
        (b"\x1aE\xdf\xa3" + element(b"\x42\x82", b"webm"), None),
        (element(b"\x1aE\xdf\xa3", element(b"\x42\x82", b"matroska")) + b"webm", None),
        (ogg(), "audio/ogg"),
        (ogg(b"\x80theora\x03\x02\x01", b"\x81theora"), "video/ogg"),
        (ogg(b"Unknown0", b"Unknown1"), None),
        (b"OggS" + bytes(80), None),
        (mp3(), "audio/mpeg"),
        (mp3(tag=b""), "audio/mpeg"),
        (b"ID3" + bytes(80), None),
        (b"\xff\xfb\x90\0" + bytes(500), None),
        (b"\xff\xff\xff\xff" * 500, None),
        (aac(), "audio/aac"),
        (flac(), "audio/flac"),
        (b"fLaC" + bytes(80), None),
        (wav(), "audio/wav"),
        (b"RIFF\0\0\0\0AVI LIST", None),
        (b"RIFF\0\0\0\0WEBPVP8X", "image/webp"),
        (b"RIFF\0\0\0\0WEBPjunk", None),
        (b"%PDF-1.7", "application/pdf"),
        (b"<svg>", None),
        (b"PK\x03\x04", None),
        (b"BM" + bytes(50), None),
        (b"II*\0" + bytes(50), None),
        (b"", None),
    ],
)
def test_a_file_is_what_it_begins_with(content: bytes, kind: str | None) -> None:
    assert sniff.kind_of(io.BytesIO(content)) == kind


RECORDINGS = {
    "a film": film(),
    "a film of a telephone": film(track(b"meta", samples=(GPS, SERIAL, GPS))),
    "a film with a tail": film() + b"SEFH" + GPS + b"SEFT",
    "a film with parts that nobody knows": film(
        more=box(b"skip", GPS) + box(b"Xtra", SERIAL) + box(b"uuid", GPS)
    ),
    "a film with parts of great length": film(more=struct.pack(">I4sQ", 1, b"meta", 16 + len(GPS)) + GPS),
    "webm": webm(),
    "webm that was written live": webm(is_live=True),
    "opus": ogg(),
    "vorbis": ogg(b"\x01vorbis", b"\x03vorbis"),
    "comments on several pages": ogg(more=b"x" * 70_000),
    "mp3": mp3(),
    "aac": aac(),
    "flac": flac(),
    "wav": wav(),
}


@pytest.mark.parametrize("name", RECORDINGS)
def test_what_a_recording_tells_of_its_making_is_blanked_and_nothing_else_moves(name: str) -> None:
    content = RECORDINGS[name]
    assert GPS in content and SERIAL in content
    file = io.BytesIO(content)
    kind = sniff.kind_of(file)
    assert kind is not None
    before = recordings.seconds_of(file, kind)
    recordings.forget(file, kind)
    after = file.getvalue()
    assert GPS not in after and SERIAL not in after
    assert len(after) == len(content)
    assert after.index(b"the frames") == content.index(b"the frames")
    assert sniff.kind_of(file) == kind
    assert recordings.seconds_of(file, kind) == before


def test_a_film_keeps_its_length() -> None:
    assert recordings.seconds_of(io.BytesIO(film()), "video/mp4") == 12.5


def test_a_page_of_ogg_gets_the_sum_that_readers_count() -> None:
    page, counted = ogg()[:38], 0
    for byte in page:
        counted ^= byte << 24
        for _bit in range(8):
            counted = (counted << 1 ^ (0x04C11DB7 if counted & 0x80000000 else 0)) & 0xFFFFFFFF
    assert oggs._sum(page) == counted


@pytest.mark.parametrize(
    "content",
    [
        brands(b"isom") + box(b"mdat", GPS),
        film()[:-5],
        brands(b"isom") + box(b"moov", box(b"cmov", GPS)) + box(b"mdat", b"x"),
        brands(b"isom") + moov(track(b"meta", samples=(GPS,))) + box(b"moof", b"") + box(b"mdat", GPS),
    ],
)
def test_a_film_of_which_it_is_not_known_what_it_tells_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFilm):
        recordings.forget(io.BytesIO(content), "video/mp4")


@pytest.mark.parametrize("name", RECORDINGS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_the_bytes_it_is_blanked_or_refused(name: str, data: st.DataObject) -> None:
    content = bytearray(RECORDINGS[name])
    for _time in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, min(len(content), 700) - 1))] = data.draw(st.integers(0, 255))
    whole = bytes(content[: data.draw(st.integers(0, len(content)))])
    file = io.BytesIO(whole)
    kind = sniff.kind_of(file)
    if kind is None:
        return
    recordings.seconds_of(file, kind)
    try:
        recordings.forget(file, kind)
    except UnreadableFilm:
        return
    assert len(file.getvalue()) == len(whole)
