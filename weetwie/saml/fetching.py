"""The metadata of a provider, from its address or from a file. The address was set by whoever runs the place, and may well be in their
own network; it is fetched over TLS, and no redirect leads away from it."""

import asyncio
from pathlib import Path
from typing import Final

import httpx

from weetwie.errors import Unavailable, _
from weetwie.saml.xml import LARGEST_METADATA

SECONDS: Final = 4.0
_AWAY: Final = _(
    "{provider} isn't responding. Try again in a few minutes. If it keeps happening, contact an administrator."
)


async def fetched(provider: str, url: str, file: str) -> bytes:
    """Raises Unavailable."""
    try:
        if file:
            return await asyncio.to_thread(_read, Path(file))
        async with asyncio.timeout(SECONDS):
            return await _fetch(url)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, ValueError) as error:
        raise Unavailable(_AWAY, provider=provider) from error


def _read(file: Path) -> bytes:
    with file.open("rb") as open_file:
        return open_file.read(LARGEST_METADATA + 1)


async def _fetch(url: str) -> bytes:
    content = bytearray()
    async with httpx.AsyncClient(timeout=SECONDS) as client, client.stream("GET", url) as answer:
        if answer.status_code != 200:
            raise ValueError(answer.status_code)
        async for piece in answer.aiter_bytes():
            content += piece
            if len(content) > LARGEST_METADATA:
                break
    return bytes(content)
