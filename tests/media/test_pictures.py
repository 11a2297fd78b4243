"""Pictures from strangers, whatever is in them."""

import io
import zlib

import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from weetwie.media import animation, pictures


def encoded(kind: str, mode: str = "RGB", size: tuple[int, int] = (24, 16), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **more)
    return out.getvalue()


def moving(kind: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (24, 16), colour) for colour in ("red", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=50, loop=0)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "CMYK", "I;16", "LA"])
def test_every_mode_of_every_kind_is_read(kind: str, mode: str) -> None:
    try:
        content = encoded(kind, mode)
    except (OSError, ValueError):
        return  # no such file can be made
    made = pictures.make(io.BytesIO(content))
    assert made.size == (24, 16)
    assert Image.open(io.BytesIO(made.content)).size == (24, 16)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_made_into_a_picture_or_refused(kind: str, data: st.DataObject) -> None:
    content = bytearray(moving(kind) if kind != "JPEG" and data.draw(st.booleans()) else encoded(kind))
    for _time in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    try:
        made = pictures.make(io.BytesIO(bytes(content[:cut])))
    except (pictures.UnreadablePicture, pictures.TooManyPixels):
        return
    assert made.content and made.small


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_what_moves_keeps_its_frames_and_loses_the_rest(kind: str) -> None:
    content = moving(kind)
    bare = animation.bare(content + b"trailing", f"image/{kind.lower()}")
    assert b"trailing" not in bare
    one, other = Image.open(io.BytesIO(content)), Image.open(io.BytesIO(bare))
    for frame in range(2):
        one.seek(frame)
        other.seek(frame)
        assert one.convert("RGB").tobytes() == other.convert("RGB").tobytes()
    assert other.info.get("loop") == 0


def test_what_would_take_too_much_memory_is_not_decoded() -> None:
    content = bytearray(encoded("PNG"))
    content[16:24] = (6000).to_bytes(4) * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4)
    with pytest.raises(pictures.TooManyPixels):
        pictures.make(io.BytesIO(bytes(content)))
