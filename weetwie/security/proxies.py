"""What the application sees behind proxies."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from weetwie.security import remote_user as remote_users
from weetwie.security.client_address import client_address, current, networks
from weetwie.settings import RemoteUser

Application = Callable[..., Awaitable[None]]


def behind_proxies(
    application: Application, trusted_proxies: Sequence[str], remote_user: RemoteUser | None
) -> Application:
    """The client that the application sees is the one in front of the proxies that are known. Headers that say who somebody is go
    no further than here, and are believed from their own proxies alone."""
    trusted = networks(trusted_proxies)
    believe = remote_users.reader(remote_user) if remote_user is not None else None

    async def believed(
        scope: MutableMapping[str, Any], receive: Callable[..., Any], send: Callable[..., Any]
    ) -> None:
        client = scope.get("client")
        if believe is not None and scope["type"] in ("http", "websocket"):
            scope = believe(scope)
        if client:
            forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
            address = client_address(client[0], forwarded.decode("latin-1"), trusted)
            scope["client"] = client = (address, client[1])
        current.set(client[0] if client else "")
        await application(scope, receive, send)

    return believed
