"""The end of a server behind a proxy: it says that it goes, and answers until the proxy sends people elsewhere."""

from typing import Final

from weetwie.runtime import asgi
from weetwie.runtime.asgi import Application, Message, Receive, Scope, Send

HEALTH: Final = "/health"
_GOES: Final = b'{"status":"ending"}'
_CLOSES: Final = (b"connection", b"close")


class Drain:
    """Once it `is_ending`, `/health` answers 503, and with each other answer its connection ends."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self.is_ending = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.is_ending or scope["type"] != "http":
            await self._application(scope, receive, send)
        elif asgi.path(scope) == HEALTH:
            await _say_no(send)
        else:
            await self._application(scope, receive, _closing(send))


def _closing(send: Send) -> Send:
    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*asgi.headers(message), _CLOSES]}
        await send(message)

    return closing


async def _say_no(send: Send) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(_GOES)),
        (b"retry-after", b"5"),
        (b"cache-control", b"no-store"),
        _CLOSES,
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": _GOES})
