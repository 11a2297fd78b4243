"""Whatever file somebody sends: it is taken or refused with a sentence, and what is handed out does not tell where it was made."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from PIL import Image

from tests.api.house import House, opened
from tests.api.test_media import HOME, fetch, moving, upload
from tests.media.recordings import GPS, SERIAL, aac, box, film, flac, mp3, ogg, track, wav, webm
from tests.world import Someone


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


def told() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0xA431] = SERIAL.decode(), SERIAL.decode()
    exif.get_ifd(0x8825)[29] = GPS.decode()
    return exif


def encoded(kind: str, mode: str = "RGB", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (48, 32), 1).save(out, kind, **more)
    return out.getvalue()


def two_pictures(second: bytes = b"") -> bytes:
    """As telephones write it: behind the picture lies another."""
    out = io.BytesIO()
    one, other = Image.new("RGB", (64, 48), "teal"), Image.new("RGB", (32, 24), "red")
    one.save(out, "MPO", save_all=True, append_images=[other], exif=told())
    return out.getvalue() + second


def heif(main: bytes, *others: bytes) -> bytes:
    return (
        box(b"ftyp", main + bytes(4) + b"".join(others))
        + box(b"meta", GPS)
        + box(b"mdat", b"Exif" + GPS + SERIAL)
    )


def with_text(content: bytes) -> bytes:
    """A PNG with a note in it, be it one that moves."""
    chunk = b"tEXt" + b"XML:com.adobe.xmp\0" + GPS + SERIAL
    checked = struct.pack(">I", zlib.crc32(chunk))
    return content[:33] + struct.pack(">I", len(chunk) - 4) + chunk + checked + content[33:]


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a", GPS)
    return out.getvalue()


TAKEN = {
    "two pictures": two_pictures(),
    "two pictures and a tail": two_pictures(GPS),
    "a picture of a telephone": encoded("JPEG", exif=told(), xmp=b"<x>" + GPS + b"</x>", comment=SERIAL),
    "print colours": encoded("JPEG", "CMYK", exif=told()),
    "grey": encoded("JPEG", "L"),
    "sixteen bits": encoded("PNG", "I;16"),
    "a palette": encoded("PNG", "P"),
    "transparent": encoded("WEBP", "RGBA", exif=told().tobytes(), xmp=GPS),
    "avif": encoded("AVIF", exif=told().tobytes(), xmp=GPS),
    "broken words of a camera": encoded("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(5)),
    "a picture that moves": moving("GIF"),
    "one with a note": with_text(moving("PNG")),
    "a film": film(),
    "a film of a telephone": film(track(b"meta", samples=(GPS, SERIAL, GPS))),
    "webm": webm(),
    "ogg": ogg(),
    "mp3": mp3(),
    "aac": aac(),
    "flac": flac(),
    "wav": wav(),
}
REFUSED = {
    "heic that says mif1": heif(b"mif1", b"mif1", b"heic"),
    "heic": heif(b"heic", b"mif1"),
    "heix": heif(b"heix"),
    "a sequence": heif(b"msf1", b"hevc"),
    "heic that says it is a film": heif(b"mp42", b"heic"),
    "what says it is avif": heif(b"avif", b"mif1"),
    "a brand that nobody knows": heif(b"zzzz", b"isom"),
    "a film that cannot be played": heif(b"isom", b"mp41"),
    "tiff": encoded("TIFF"),
    "bmp": encoded("BMP"),
    "ico": encoded("ICO"),
    "tga": encoded("TGA"),
    "jpeg 2000": encoded("JPEG2000"),
    "psd": b"8BPS\0\1" + bytes(60),
    "avi": b"RIFF\x20\0\0\0AVI LIST" + GPS,
    "matroska": webm().replace(b"webm", b"mkvv"),
    "an archive": archive(),
    "a tag and nothing else": b"ID3" + bytes(200),
    "only ones": b"\xff" * 400,
    "a huge picture": b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 2**31 - 1, 2**31 - 1) + bytes(9),
}  # fmt: skip


async def outcome(house: House, who: Someone, content: bytes, at: str = "/api/v2/media") -> Any:
    answer = await upload(house, who, content, at)
    if answer.status_code == 202 or (answer.status_code == 200 and answer.json()["url"] is None):
        await house.settle()
        answer = await house.ask(who, "GET", f"/api/v1/media/{answer.json()['id']}")
    return answer


async def handed_out(house: House, media: dict[str, Any]) -> list[bytes]:
    addresses = [media["url"], media["preview_url"]]
    return [(await fetch(house, address)).content for address in addresses if address]


@pytest.mark.parametrize("at", ["/api/v1/media", "/api/v2/media"])
async def test_a_picture_with_a_second_one_in_it_is_the_first(house: House, at: str) -> None:
    ada = await house.world.member("ada")
    answer = await outcome(house, ada, two_pictures(), at)
    assert (answer.status_code, answer.json()["meta"]["original"]["size"]) == (200, "64x48")
    face = await house.ask(
        ada, "PATCH", "/api/v1/accounts/update_credentials", files={"avatar": ("a.jpg", two_pictures())}
    )
    assert face.status_code == 200, face.text
    shown = await house.site.get(face.json()["avatar"].removeprefix(HOME))
    assert Image.open(io.BytesIO(shown.content)).format in ("JPEG", "WEBP")


@pytest.mark.parametrize("name", TAKEN)
async def test_what_is_taken_does_not_tell_where_and_with_what_it_was_made(house: House, name: str) -> None:
    ada = await house.world.member("ada")
    answer = await outcome(house, ada, TAKEN[name])
    assert answer.status_code == 200, answer.text
    for content in await handed_out(house, answer.json()):
        assert content
        assert GPS not in content and SERIAL not in content


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_not_known_is_refused_with_a_sentence(house: House, name: str) -> None:
    ada = await house.world.member("ada")
    answer = await outcome(house, ada, REFUSED[name])
    assert answer.status_code == 422, answer.text
    assert len(answer.json()["error"]) > 20


def damaged() -> Iterator[bytes]:
    """The same each time."""
    chance = random.Random(14)
    for content in [*TAKEN.values(), *REFUSED.values()]:
        for _time in range(4):
            bad = bytearray(content)
            for _byte in range(chance.randint(1, 8)):
                bad[chance.randrange(min(len(bad), 400))] = chance.randrange(256)
            yield bytes(bad[: chance.choice((len(bad), chance.randrange(1, len(bad) + 1)))])


async def test_whatever_the_bytes_there_is_an_answer_and_it_tells_nothing(house: House) -> None:
    ada = await house.world.member("ada")
    for content in damaged():
        answer = await outcome(house, ada, content)
        assert answer.status_code in (200, 422), (answer.text, content[:64])
        if answer.status_code == 200:
            for handed in await handed_out(house, answer.json()):
                assert GPS not in handed and SERIAL not in handed, content[:64]
