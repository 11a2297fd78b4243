"""Films and sounds from strangers: freed of what they tell of place and device, and how long they play. In a thread, please."""

import struct
from collections.abc import Callable
from typing import IO, Final

from weetwie.media import films, ogg, sounds, webm
from weetwie.media.films import UnreadableFilm
from weetwie.runtime.log import logger

log = logger(__name__)

_USUAL: Final = (OSError, ValueError, IndexError, OverflowError, struct.error)
_FORGET: Final[dict[str, Callable[[IO[bytes]], None]]] = {
    "video/mp4": films.forget,
    "video/quicktime": films.forget,
    "audio/mp4": films.forget,
    "video/webm": webm.forget,
    "video/ogg": ogg.forget,
    "audio/ogg": ogg.forget,
    "audio/wav": sounds.forget_wav,
    "audio/flac": sounds.forget_flac,
    "audio/mpeg": sounds.forget_tags,
    "audio/aac": sounds.forget_tags,
}
_SECONDS: Final[dict[str, Callable[[IO[bytes]], float | None]]] = {
    "video/mp4": films.seconds,
    "video/quicktime": films.seconds,
    "audio/mp4": films.seconds,
    "audio/wav": sounds.wav_seconds,
    "audio/flac": sounds.flac_seconds,
}


def forget(file: IO[bytes], kind: str) -> None:
    """In place. Raises UnreadableFilm, whatever it is that goes wrong with what somebody sent."""
    try:
        _FORGET.get(kind, _nothing)(file)
    except UnreadableFilm:
        raise
    except Exception as error:
        if not isinstance(error, _USUAL):
            log.warning("a film or sound cannot be read", exc_info=True)
        raise UnreadableFilm from error


def seconds_of(file: IO[bytes], kind: str) -> float | None:
    """How long it plays; None where that is not told at its beginning."""
    try:
        return _SECONDS[kind](file) if kind in _SECONDS else None
    except Exception:  # noqa: BLE001 - it plays all the same
        return None


def _nothing(_file: IO[bytes]) -> None:
    pass
