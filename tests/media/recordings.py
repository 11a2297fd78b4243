"""Small films and sounds, made by hand, that tell where and with what they were made."""

import struct
from collections.abc import Sequence

from weetwie.media import ogg as oggs

GPS, SERIAL = b"+52.3702+004.8952/", b"DeviceSerial12345"
FRAMES = b"the frames"


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def _full(name: bytes, *numbers: int) -> bytes:
    return box(name, struct.pack(f">{len(numbers) + 1}I", 0, *numbers))


def track(handler: bytes, samples: Sequence[bytes] = (), at: int = 0) -> bytes:
    """`at`: where its samples lie, one behind the other."""
    table = (
        _full(b"stsz", 0, len(samples), *map(len, samples))
        + _full(b"stsc", 1, 1, len(samples), 1)
        + _full(b"stco", 1, at)
    )
    head = box(b"hdlr", bytes(8) + handler + bytes(12) + SERIAL)
    media = box(
        b"mdia", box(b"mdhd", bytes(24)) + head + box(b"minf", box(b"stbl", box(b"stsd", bytes(8)) + table))
    )
    return box(b"trak", box(b"tkhd", bytes(84)) + box(b"meta", SERIAL) + media)


def moov(*tracks: bytes) -> bytes:
    head = box(b"mvhd", bytes(12) + struct.pack(">II", 1000, 12_500) + bytes(80))
    return box(b"moov", head + b"".join(tracks) + box(b"udta", box(b"\xa9xyz", GPS)))


def film(measured: bytes = b"", more: bytes = b"") -> bytes:
    """`measured`: a track whose samples lie before the frames."""
    begin = box(b"ftyp", b"isom\0\0\0\0isommp42") + more
    samples = GPS + SERIAL + GPS
    at = len(begin) + len(moov(track(b"vide"), measured)) + 8
    played = track(b"vide", (FRAMES,), at + len(samples))
    if not measured:
        samples = b""
        played = track(b"vide", (FRAMES,), at)
    placed = measured.replace(_full(b"stco", 1, 0), _full(b"stco", 1, at))
    return begin + moov(played, placed) + box(b"mdat", samples + FRAMES)


def element(name: bytes, content: bytes, *, has_length: bool = True) -> bytes:
    return name + (b"\x01" + len(content).to_bytes(7) if has_length else b"\x01" + b"\xff" * 7) + content


def webm(*, is_live: bool = False) -> bytes:
    tags = element(b"\x12\x54\xc3\x67", GPS) + element(b"\x19\x41\xa4\x69", SERIAL)
    info = element(b"\x15\x49\xa9\x66", element(b"\x7b\xa9", SERIAL) + element(b"\x2a\xd7\xb1", b"\x0f"))
    cluster = element(
        b"\x1f\x43\xb6\x75", element(b"\xe7", b"\0") + element(b"\xa3", FRAMES), has_length=not is_live
    )
    whole = info + element(b"\x16\x54\xae\x6b", b"tracks") + (cluster + tags if is_live else tags + cluster)
    head = element(b"\x1aE\xdf\xa3", element(b"\x42\x82", b"webm"))
    return head + element(b"\x18\x53\x80\x67", whole, has_length=not is_live)


def ogg(first: bytes = b"OpusHead\x01\x02", comments: bytes = b"OpusTags", more: bytes = b"") -> bytes:
    said = [b"LOCATION=" + GPS, b"DEVICE=" + SERIAL, more]
    told = b"".join(struct.pack("<I", len(one)) + one for one in said)
    packet = comments + struct.pack("<I", 5) + b"maker" + struct.pack("<I", len(said)) + told + b"\x01"
    return _page(2, 0, first) + _pages(packet) + _page(0, 9, FRAMES)


def _pages(packet: bytes) -> bytes:
    pages = [packet[at : at + 255 * 255] for at in range(0, len(packet), 255 * 255)]
    last = len(pages) - 1
    return b"".join(_page(0, number + 1, page, is_last=number == last) for number, page in enumerate(pages))


def _page(flags: int, number: int, content: bytes, *, is_last: bool = True) -> bytes:
    lengths = b"\xff" * (len(content) // 255) + (bytes((len(content) % 255,)) if is_last else b"")
    head = b"OggS\0" + bytes((flags,)) + bytes(8) + b"abcd" + struct.pack("<I", number)
    end = bytes((len(lengths),)) + lengths + content
    return head + struct.pack("<I", oggs._sum(head + bytes(4) + end)) + end


def mp3(tag: bytes = GPS) -> bytes:
    frame = b"\xff\xfb\x90\0" + FRAMES + bytes(403)
    id3 = b"ID3\x04\0\0" + bytes((0, 0, 0, len(tag))) + tag if tag else b""
    ape = SERIAL + b"APETAGEX" + struct.pack("<II", 2000, len(SERIAL) + 32) + bytes(16)
    return id3 + frame * 3 + ape + b"TAG" + GPS + bytes(107)


def aac() -> bytes:
    frame = b"\xff\xf1\x50\x80" + bytes(((27 >> 3) & 255, (27 & 7) << 5, 0)) + FRAMES + bytes(10)
    tag = b"ID3\x04\0\0" + bytes((0, 0, 0, len(GPS + SERIAL))) + GPS + SERIAL
    return tag + frame * 3


def flac() -> bytes:
    told = GPS + SERIAL
    stream = bytes(10) + ((44_100 << 44) | 441_000).to_bytes(8) + bytes(16)
    return (
        b"fLaC\0\0\0\x22" + stream + b"\x04" + len(told).to_bytes(3) + told + b"\x86\0\0\x12" + GPS + FRAMES
    )


def wav() -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)

    head = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8))
    told = chunk(b"bext", GPS) + chunk(b"iXML", SERIAL)
    return b"RIFF\0\0\0\0WAVE" + head + told + chunk(b"data", FRAMES) + chunk(b"LIST", GPS)
