"""Where media lie: an address is made for one viewer, and each fetch asks the law as that viewer. Pure, but for its key."""

import base64
import hashlib
import hmac
from typing import Final

from weetwie.errors import NotFound

_SIGNATURE, _PERSON = 16, 8
_ENDINGS: Final = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/ogg": ".ogv",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/aac": ".aac",
    "audio/ogg": ".ogg",
    "audio/flac": ".flac",
    "audio/wav": ".wav",
    "application/pdf": ".pdf",
}


def named(what: str, content_type: str) -> str:
    """`original.jpg`: some apps look at the ending."""
    return what + _ENDINGS.get(content_type, "")


class Addresses:
    """`key` is the installation's own (32 bytes, the same in all its processes)."""

    def __init__(self, base_url: str, key: bytes) -> None:
        self._base = f"{base_url}/media/"
        self._signing = hashlib.sha256(b"signing" + key).digest()
        self._hiding = hashlib.sha256(b"hiding" + key).digest()

    def stem(self, media_id: int, person_id: int) -> str:
        """What the names of a file's sizes are put behind. Nobody (0) gets the plain address."""
        if not person_id:
            return f"{self._base}{media_id}/"
        return f"{self._base}{media_id}/{self._viewer_key(media_id, person_id)}/"

    def viewer_of(self, media_id: int, viewer_key: str) -> int:
        """The person for whom an address was made. Raises NotFound for one that we did not make."""
        try:
            sealed = base64.urlsafe_b64decode(viewer_key)
        except ValueError as error:
            raise NotFound from error
        if len(sealed) != _SIGNATURE + _PERSON:
            raise NotFound
        signature, hidden = sealed[:_SIGNATURE], sealed[_SIGNATURE:]
        person_id = int.from_bytes(_xor(hidden, self._mask(signature)))
        if not hmac.compare_digest(signature, self._signature(media_id, person_id)):
            raise NotFound
        return person_id

    def _viewer_key(self, media_id: int, person_id: int) -> str:
        """The signature hides the id as well, so that two addresses of one person have nothing in common."""
        signature = self._signature(media_id, person_id)
        hidden = _xor(person_id.to_bytes(_PERSON), self._mask(signature))
        return base64.urlsafe_b64encode(signature + hidden).decode()

    def _signature(self, media_id: int, person_id: int) -> bytes:
        said = media_id.to_bytes(8) + person_id.to_bytes(8)
        return hmac.digest(self._signing, said, "sha256")[:_SIGNATURE]

    def _mask(self, signature: bytes) -> bytes:
        return hmac.digest(self._hiding, signature, "sha256")[:_PERSON]


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
