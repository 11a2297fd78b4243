"""What a file is, told by its first bytes and never by its name. Pure.

Nothing unknown is taken for something known: what is said to be taken out of films and sounds can be taken out of those
forms alone that are known here.
"""

from typing import IO, Final

PDF: Final = "application/pdf"

_STARTS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", PDF),
    (b"fLaC\0\0\0\x22", "audio/flac"),
    (b"fLaC\x80\0\0\x22", "audio/flac"),
)
_PICTURES: Final = (
    *(b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"mif3"),
    *(b"msf1", b"miaf", b"jpeg", b"jpgs", b"j2ki", b"j2is", b"avci", b"avcs", b"vvic", b"vvis", b"evbi", b"evmi", b"jp2 ", b"jpx ", b"crx "),
)  # fmt: skip
_AVIF: Final = (b"avif", b"avis")
_SOUNDS: Final = (b"M4A ", b"M4B ", b"F4A ", b"F4B ")
_FILMS: Final = (
    *(b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"isoa", b"isob", b"isoc"),
    *(b"mp41", b"mp42", b"mp71", b"mmp4", b"avc1", b"hvc1", b"av01", b"dash", b"cmfc", b"cmf2", b"cmff", b"msdh", b"msnv", b"MSNV"),
    *(b"M4V ", b"M4VH", b"M4VP", b"f4v ", b"F4V ", b"NDSC", b"NDSH", b"NDSM", b"XAVC", b"3gp1", b"3gp2", b"3gp3", b"3gp4", b"3gp5"),
    *(b"3gp6", b"3gp7", b"3gp8", b"3gp9", b"3gs7", b"3gs9", b"3gr6", b"3gr9", b"3ge6", b"3ge7", b"3ge9", b"3g2a", b"3g2b", b"3g2c"),
)  # fmt: skip
_OGG: Final = (
    (b"\x80theora", "video/ogg"),
    (b"\x01vorbis", "audio/ogg"),
    (b"OpusHead", "audio/ogg"),
)
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
            return kind
    if head[4:8] == b"ftyp":
        return _by_brands(head)
    if head.startswith(b"RIFF"):
        return {b"WEBPVP8": "image/webp", b"WAVEfmt": "audio/wav"}.get(head[8:15])
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm" if _doctype(head) == b"webm" else None
    if head.startswith(b"OggS\0") and len(head) > 27 and head[5] & 2:
        return _in_ogg(head)
    return _by_frames(file)


def _by_brands(head: bytes) -> str | None:
    """By the main brand, unless another says that it is a picture: those are read as pictures or not at all."""
    end = min(int.from_bytes(head[:4]), len(head))
    if end < 16:  # of a box that does not say where it ends
        return None
    main, others = head[8:12], {head[at : at + 4] for at in range(16, end - 3, 4)}
    if not {main, *others}.isdisjoint(_PICTURES):
        is_picture = main in _PICTURES and not {main, *others}.isdisjoint(_AVIF)
        return "image/avif" if is_picture else None
    if main == b"qt  ":
        return "video/quicktime"
    if main in _SOUNDS:
        return "audio/mp4"
    return "video/mp4" if main in _FILMS else None


def _doctype(head: bytes) -> bytes:
    """Of an EBML file, out of its first element."""
    size, at = ebml_number(head, 4)
    end = min(at + size, len(head))
    while at < end:
        name, at = ebml_id(head, at)
        size, at = ebml_number(head, at)
        if name == b"\x42\x82":
            return head[at : at + size].rstrip(b"\0")
        at += size
    return b""


def ebml_id(content: bytes, at: int) -> tuple[bytes, int]:
    length = _ebml_length(content, at)
    return content[at : at + length], at + length


def ebml_number(content: bytes, at: int) -> tuple[int, int]:
    """The number that stands here, and where the next begins; -1 is a size that is not known."""
    length = _ebml_length(content, at)
    number = int.from_bytes(content[at : at + length]) & ((1 << 7 * length) - 1)
    return (-1 if number == (1 << 7 * length) - 1 else number), at + length


def _ebml_length(content: bytes, at: int) -> int:
    return 9 - content[at].bit_length() if at < len(content) and content[at] else 8


def _in_ogg(head: bytes) -> str | None:
    """By the first page; where that is an index of the others, by those."""
    first = head[27 + head[26] :]
    for start, kind in _OGG:
        if first.startswith(start) or (first.startswith(b"fishead\0") and start in first):
            return kind
    return None


_MOST_PADDING: Final = 1 << 16


def _by_frames(file: IO[bytes]) -> str | None:
    """Sounds that have no head, but frames one after the other: two of them agree. Before them a tag may stand."""
    at = tag_end(file)
    file.seek(at)
    padding = file.read(_MOST_PADDING)
    at += len(padding) - len(padding.lstrip(b"\0"))
    for kind, length_of in (("audio/aac", _aac_frame), ("audio/mpeg", _mpeg_frame)):
        first = _frame(file, at)
        length = length_of(first)
        if length:
            file.seek(at + length)
            after = file.read(7)
            if not after or after.startswith(b"TAG") or (length_of(after) and after[1] == first[1]):
                return kind
    return None


def tag_end(file: IO[bytes]) -> int:
    """Where an ID3 tag at the beginning ends; 0 where there is none."""
    head = _frame(file, 0, 10)
    if not head.startswith(b"ID3") or len(head) < 10 or max(head[6:10]) > 127:
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return 10 + size + (10 if head[5] & 0x10 else 0)


def frame_length(file: IO[bytes], at: int) -> int:
    """0 where no frame of a sound begins."""
    head = _frame(file, at)
    return _aac_frame(head) or _mpeg_frame(head)


def _frame(file: IO[bytes], at: int, length: int = 7) -> bytes:
    file.seek(at)
    return file.read(length)


def _aac_frame(head: bytes) -> int:
    """Its length in bytes; 0 where none begins here."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else 0


_RATES: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_KBITS: Final = {
    (1, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""By version and layer as they stand in the head of a frame."""


def _mpeg_frame(head: bytes) -> int:
    """Its length in bytes; 0 where none begins here."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer, bits, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or not layer or bits in (0, 15) or rate == 3:
        return 0
    kbits = _KBITS[1 if version == 3 else 2, layer][bits - 1]
    hertz, padding = _RATES[version][rate], head[2] >> 1 & 1
    if layer == 3:
        return (12_000 * kbits // hertz + padding) * 4
    return (72_000 if layer == 1 and version != 3 else 144_000) * kbits // hertz + padding
