"""What the application sees behind proxies."""

from collections.abc import Sequence

from weetwie.runtime.asgi import Application, Receive, Scope, Send
from weetwie.security import remote_user as remote_users
from weetwie.security.client_address import current, in_front, networks
from weetwie.settings import RemoteUser


def behind_proxies(
    application: Application, trusted_proxies: Sequence[str], remote_user: RemoteUser | None
) -> Application:
    """The client that the application sees is the one in front of the proxies that are known. Headers that say who somebody is go
    no further than here, and are believed from their own proxies alone."""
    trusted = networks(trusted_proxies)
    believe = remote_users.reader(remote_user) if remote_user is not None else None

    async def believed(scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        address = ""
        if believe is not None and scope["type"] in ("http", "websocket"):
            scope = believe(scope)
        if isinstance(client, tuple):
            address = in_front(scope, trusted)
            scope["client"] = (address, client[1])
        current.set(address)
        await application(scope, receive, send)

    return believed
