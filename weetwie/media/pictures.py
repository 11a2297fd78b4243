"""Pictures from strangers: decoded under limits, turned upright, freed of what the camera told, made small.

All of this takes processor time: call it in a thread.
"""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

import msgspec

from weetwie.media import animation
from weetwie.runtime.log import logger

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS: Final = 33_177_600
"""What is decoded at all: 7680 x 4320."""
MOST_IN_ALL_FRAMES: Final = 400_000_000
MOST_FRAMES: Final = 2000
_KEPT_PIXELS: Final = 3840 * 2160
_SMALL_PIXELS: Final = 640 * 360
_FORMATS: Final = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp", "AVIF": "image/avif"}  # fmt: skip

_READ: Final = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
"""MPO is a JPEG with further pictures in it: it is read as one, and the first is taken."""
_USUAL: Final = (OSError, ValueError, SyntaxError, EOFError, IndexError, struct.error)

log = logger(__name__)


class UnreadablePicture(ValueError):
    """This is no picture, or a broken one."""


class TooManyPixels(ValueError):
    """To decode it would take more memory than a picture may."""


class PictureHead(msgspec.Struct, frozen=True):
    """What the head of a file says; nothing is decoded for it."""

    content_type: str
    width: int
    height: int
    is_moving: bool


class PreparedPicture(msgspec.Struct, frozen=True):
    content_type: str
    content: bytes
    size: tuple[int, int]
    small_type: str
    small: bytes
    small_size: tuple[int, int]
    blurhash: str
    is_moving: bool


def look(file: IO[bytes]) -> PictureHead:
    """Raises UnreadablePicturePicture, TooManyPixels."""
    with _decoding():
        return _looked(_open(file))


def make(file: IO[bytes]) -> PreparedPicture:
    """The picture as it is kept, and its preview. Raises UnreadablePicturePicture, TooManyPixels."""
    with _decoding():
        return _made(file)


@contextmanager
def _decoding() -> Iterator[None]:
    """What strangers send makes decoders fail in ways that no list of errors names: none of them is a fault of ours."""
    try:
        yield
    except (UnreadablePicture, TooManyPixels):
        raise
    except MemoryError as error:
        raise TooManyPixels from error
    except Exception as error:
        if not isinstance(error, _USUAL):
            log.warning("a picture cannot be read", exc_info=True)
        raise UnreadablePicture from error


def _made(file: IO[bytes]) -> PreparedPicture:
    image = _open(file)
    seen = _looked(image)
    if seen.is_moving:
        _walk_through(image, seen)
        file.seek(0)
        content_type, content = seen.content_type, animation.bare(file.read(), seen.content_type)
        image.seek(0)
        first = _plain(image)
        size = (seen.width, seen.height)
    else:
        first = _upright(image)
        content_type, content = _encoded(_fitted(first, _KEPT_PIXELS), seen.content_type)
        size = _fitted_size(first.size, _KEPT_PIXELS)
    small = _fitted(first, _SMALL_PIXELS)
    small_type, small_content = _encoded(small, "image/webp" if _has_alpha(small) else "image/jpeg", 80)
    return PreparedPicture(
        content_type,
        content,
        size,
        small_type,
        small_content,
        small.size,
        _blurhash(small),
        seen.is_moving,
    )


def filled(file: IO[bytes], size: tuple[int, int]) -> PreparedPicture:
    """For faces and headers: filled to these proportions, cut at the middle; a small animation is kept as it is."""
    with _decoding():
        return _filled(make(file), size)


def _filled(made: PreparedPicture, size: tuple[int, int]) -> PreparedPicture:
    from PIL import ImageOps

    upright = _open(io.BytesIO(made.content))
    if made.is_moving:
        still = ImageOps.fit(_plain(upright), size)
        return msgspec.structs.replace(
            made, small=_encoded(still, "image/webp", 85)[1], small_type="image/webp"
        )
    kept = ImageOps.fit(_plain(upright), _at_most(upright.size, size))
    content_type, content = _encoded(kept, "image/webp", 88)
    return msgspec.structs.replace(made, content=content, content_type=content_type, size=kept.size)


def contained(file: IO[bytes], side: int) -> PreparedPicture:
    """For emoji: as a whole in a square of so many pixels; a small animation is kept as it is."""
    with _decoding():
        return _contained(make(file), side)


def _contained(made: PreparedPicture, side: int) -> PreparedPicture:
    still = _plain(_open(io.BytesIO(made.content)))
    still.thumbnail((side, side))
    content = _encoded(still, "image/png")[1]
    if made.is_moving:
        return msgspec.structs.replace(made, small=content, small_type="image/png")
    return msgspec.structs.replace(
        made,
        content=content,
        content_type="image/png",
        size=still.size,
        small=content,
        small_type="image/png",
    )


def _at_most(have: tuple[int, int], want: tuple[int, int]) -> tuple[int, int]:
    """Of these proportions, and never larger than what is there."""
    scale = min(1.0, have[0] / want[0], have[1] / want[1])
    return max(1, round(want[0] * scale)), max(1, round(want[1] * scale))


def _open(file: IO[bytes]) -> "Image":
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses at twice this, in later frames as well
    file.seek(0)
    try:
        image = Image.open(file, formats=_READ)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels from error
    if image.width * image.height > MOST_PIXELS:
        raise TooManyPixels
    return image


def _looked(image: "Image") -> PictureHead:
    is_moving = bool(getattr(image, "is_animated", False)) and image.format in ("GIF", "PNG", "WEBP")
    return PictureHead(_FORMATS[str(image.format)], image.width, image.height, is_moving)


def _walk_through(image: "Image", seen: PictureHead) -> None:
    """Every frame must be there; one after the other, so that only one is in memory."""
    frames = getattr(image, "n_frames", 1)
    if frames > MOST_FRAMES or frames * seen.width * seen.height > MOST_IN_ALL_FRAMES:
        raise TooManyPixels
    for frame in range(frames):
        image.seek(frame)
        image.load()


def _upright(image: "Image") -> "Image":
    from PIL import ImageOps

    if image.format in ("JPEG", "MPO") and image.width * image.height > 4 * _KEPT_PIXELS:
        image.draft("RGB", (image.width // 2, image.height // 2))
    image.load()
    try:
        upright = ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001 - what the camera wrote is broken, the picture is not
        upright = image
    return _plain(upright)


def _plain(image: "Image") -> "Image":
    """Colours as every screen knows them, with transparency where there is some."""
    profile = image.info.get("icc_profile")
    mode = "RGBA" if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info else "RGB"
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    plain = image if image.mode == mode else image.convert(mode)
    return _as_srgb(plain, profile) if profile and image.mode in ("RGB", "RGBA") else plain


def _as_srgb(image: "Image", profile: bytes) -> "Image":
    from PIL import ImageCms

    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB")) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image


def _has_alpha(image: "Image") -> bool:
    return image.mode == "RGBA"


def _fitted_size(size: tuple[int, int], pixels: int) -> tuple[int, int]:
    width, height = size
    if width * height <= pixels:
        return size
    scale = (pixels / (width * height)) ** 0.5
    return max(1, int(width * scale)), max(1, int(height * scale))


def _fitted(image: "Image", pixels: int) -> "Image":
    from PIL.Image import Resampling

    size = _fitted_size(image.size, pixels)
    return image if size == image.size else image.resize(size, Resampling.LANCZOS, reducing_gap=2.0)


def _encoded(image: "Image", wanted: str, quality: int = 90) -> tuple[str, bytes]:
    """Encoded anew from the pixels alone: nothing else that was in the file comes along."""
    if wanted in ("image/avif", "image/gif"):
        wanted = "image/png" if wanted == "image/gif" else "image/webp"
    if wanted == "image/jpeg" and _has_alpha(image):
        wanted = "image/webp"
    bare = image.copy()
    bare.info = {}
    out = io.BytesIO()
    if wanted == "image/png":
        bare.save(out, "PNG", compress_level=6)
    elif wanted == "image/webp":
        bare.save(out, "WEBP", quality=quality, method=3)
    else:
        bare.save(out, "JPEG", quality=quality, progressive=True)
    return wanted, out.getvalue()


def _blurhash(image: "Image") -> str:
    from blurhash_rs import blurhash_encode
    from PIL import Image

    tiny = image.resize((32, 32))
    if tiny.mode == "RGBA":
        ground = Image.new("RGB", tiny.size, "white")
        ground.paste(tiny, mask=tiny.getchannel("A"))
        tiny = ground
    return blurhash_encode(tiny, 4, 4)
