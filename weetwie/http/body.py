"""The body of a request as it arrives: no longer than is allowed, and no slower."""

import asyncio
from typing import Final

from weetwie.errors import Refusal, _
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Headers, Message, Receive

FIRST_SECONDS: Final = 20.0
"""How long any body may take."""
BYTES_A_SECOND: Final = 8192
"""Of a long body at least so many have to arrive for each second more."""
SMALL: Final = 64 * 1024
"""What anybody may send before it is known who they are."""


class TooLarge(Refusal):
    """More came than this address takes."""

    default = _("The request is larger than {limit} bytes.")


class TooSlow(Refusal):
    """The body did not arrive in time."""

    default = _("The request took too long. Try again.")


class CutOff(Refusal):
    """The client has gone before its request was complete."""

    default = _("The request ended too early.")


STATUS: Final[dict[type[Refusal], int]] = {TooLarge: 413, TooSlow: 408, CutOff: 400}


def bounded(receive: Receive, limit: int) -> Receive:
    """The same `receive`, which raises TooLarge, TooSlow or CutOff; once the body is complete, nothing is bounded any more."""
    loop = asyncio.get_running_loop()
    began, size, is_complete = loop.time(), 0, False

    async def receiving() -> Message:
        nonlocal size, is_complete
        if is_complete:
            return await receive()
        try:
            async with asyncio.timeout_at(began + FIRST_SECONDS + size / BYTES_A_SECOND):
                message = await receive()
        except TimeoutError:
            raise TooSlow from None
        if message["type"] != "http.request":
            raise CutOff
        size += len(asgi.body(message))
        if size > limit:
            raise TooLarge(limit=limit)
        is_complete = not message.get("more_body", False)
        return message

    return receiving


def check_length(headers: Headers, limit: int) -> None:
    """Raises TooLarge where the headers say already that more will come."""
    length = announced(headers)
    if length is not None and length > limit:
        raise TooLarge(limit=limit)


def is_small(headers: Headers) -> bool:
    """Whether it is said to be short; what comes in chunks says nothing."""
    length = announced(headers)
    return length is not None and length <= SMALL


def announced(headers: Headers) -> int | None:
    """How long the body will be, as the headers say; None where it comes in chunks. The server has checked both."""
    length: int | None = 0
    for name, value in headers:
        if name == b"content-length":
            length = int(value) if value.isdigit() and len(value) < 16 else 2**63
        elif name == b"transfer-encoding":
            return None
    return length
