"""A stored file as an answer: whole or in part, never executed by a browser, never whole in memory."""

import re
from typing import Final

from weetwie.api.call import Answer, Call, StreamedAnswer
from weetwie.media.blob import Store

_SHORTLY: Final = "private, max-age=60"
_SHOWN: Final = ("image/jpeg", "image/png", "image/gif", "image/webp")
"""What browsers may show in place; sounds and films too. All else is handed over as a download."""
_NO_SUCH_PART: Final = "The file has no such part."
_RANGE: Final = re.compile(r"bytes=(?=-?[0-9])([0-9]{0,18})-([0-9]{0,18})")


async def ranged(
    call: Call,
    store: Store,
    name: str,
    content_type: str,
    etag: str,
    *,
    size: int | None = None,
    cache: str = _SHORTLY,
) -> Answer | StreamedAnswer:
    """Answers 200, 206, 304 or 416, as the headers of the call ask. Raises NotFound where the bytes are gone."""
    size = await store.size(name) if size is None else size
    headers = _headers(content_type, etag, cache)
    if _names(call.header("if-none-match"), etag):
        return Answer(304, b"", headers, content_type)
    part = _part(call, etag, size)
    if part is None:
        return Answer(416, {"error": _NO_SUCH_PART}, {**headers, "content-range": f"bytes */{size}"})
    start, end = part
    headers["content-length"] = str(end - start)
    is_part = (start, end) != (0, size) or _is_asked_in_parts(call, etag)
    if is_part:
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    chunks = await store.read(name, start, end)
    return StreamedAnswer(chunks, content_type, headers, 206 if is_part else 200)


def _headers(content_type: str, etag: str, cache: str) -> dict[str, str]:
    headers = {
        "etag": etag,
        "cache-control": cache,
        "accept-ranges": "bytes",
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "cross-origin",
        "access-control-allow-origin": "*",
        "referrer-policy": "no-referrer",
    }
    if content_type not in _SHOWN and not content_type.startswith(("audio/", "video/")):
        headers["content-disposition"] = "attachment"
    return headers


def _names(given: str, etag: str) -> bool:
    return given.strip() == "*" or etag in [one.strip().removeprefix("W/") for one in given.split(",")]


def _is_asked_in_parts(call: Call, etag: str) -> bool:
    """`If-Range` with another version, or with a date, which we do not tell: the whole is wanted then."""
    condition = call.header("if-range").strip()
    return bool(_RANGE.fullmatch(call.header("range").strip())) and condition in ("", etag)


def _part(call: Call, etag: str, size: int) -> tuple[int, int] | None:
    """From where up to where; None where there is nothing. What asks for several parts at once gets the whole, as it may."""
    if not _is_asked_in_parts(call, etag):
        return 0, size
    found = _RANGE.fullmatch(call.header("range").strip())
    assert found is not None
    first, last = found[1], found[2]
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else None
    start, end = int(first), min(size, int(last) + 1) if last else size
    return (start, end) if start < end and start < size else None
