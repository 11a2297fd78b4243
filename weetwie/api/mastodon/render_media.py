"""Media into wire shapes: encoded once for all viewers, but for the addresses, which are each viewer's own. Pure."""

from typing import Final

import msgspec

from weetwie.domain.media.addresses import Addresses, named
from weetwie.runtime.json import Json
from weetwie.views.media import SeenMedia, Size

_KINDS: Final = ("unknown", "image", "video", "audio")
_READY: Final = 1


class AttachmentRenderer(msgspec.Struct, frozen=True):
    """An attachment without its addresses."""

    id: int
    before: bytes
    original: str | None
    small: str | None

    def render(self, addresses: Addresses, person_id: int) -> bytes:
        """For this person; 0 is the plain address."""
        stem = addresses.stem(self.id, person_id)
        return b'%b,"url":%b,"preview_url":%b,"remote_url":null}' % (
            self.before,
            _address(stem, self.original),
            _address(stem, self.small),
        )


def attachment_renderer(media: SeenMedia) -> AttachmentRenderer:
    common = {
        "id": str(media.id),
        "type": _KINDS[media.kind],
        "meta": _meta(media),
        "description": media.description or None,
        "blurhash": media.blurhash,
    }
    is_ready = media.state == _READY
    original = named("original", media.content_type) if is_ready else None
    small = named(f"small-{media.version}", media.meta.get("small_type", "")) if media.has_small else None
    return AttachmentRenderer(media.id, msgspec.json.encode(common)[:-1], original, small)


def _address(stem: str, name: str | None) -> bytes:
    return b"null" if name is None else b'"%b"' % (stem + name).encode()


def _meta(media: SeenMedia) -> dict[str, Json]:
    sizes = {"original": media.meta.get("original"), "small": media.meta.get("small")}
    meta: dict[str, Json] = {name: _sides(size) for name, size in sizes.items() if size is not None}
    if "focus" in media.meta:
        meta["focus"] = {"x": media.meta["focus"]["x"], "y": media.meta["focus"]["y"]}
    if (seconds := media.meta.get("duration")) is not None:
        whole = int(seconds)
        meta["duration"] = seconds
        meta["length"] = f"{whole // 3600}:{whole // 60 % 60:02}:{seconds % 60:05.2f}"
        meta["original"] = {"duration": seconds}
    return meta


def _sides(size: Size) -> dict[str, Json]:
    width, height = size["width"], size["height"]
    return {"width": width, "height": height, "size": f"{width}x{height}", "aspect": round(width / height, 6)}
