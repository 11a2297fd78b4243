"""Who somebody is by a header of a proxy: taken from the proxies that are set, and taken away from everybody else."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from weetwie.errors import Invalid, _
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Scope
from weetwie.security.client_address import networks, read
from weetwie.settings import RemoteUser

_KEY: Final = "weetwie.remote_user"
_LONGEST: Final = 254
_NOT_SET: Final = _("No proxy is set up for this. See the documentation.")
_SET: Final = _(
    "Works: the header is taken from the addresses in your settings alone, and removed otherwise."
)


class NamedUser(msgspec.Struct, frozen=True):
    """As the proxy names them."""

    user: str
    name: str = ""
    address: str = ""

    def login(self, realms: tuple[str, ...]) -> str:
        """Their name in the directory: with a realm only where it is one of these."""
        before, at, behind = self.user.partition("@")
        realm, name = (behind, before) if at else ("", self.user)
        if "\\" in name:
            realm, _slash, name = name.partition("\\")
        known = {one.lower() for one in realms}
        return name if (not realm or realm.lower() in known) else ""


def reader(told: RemoteUser) -> Callable[[Scope], Scope]:
    """What a request goes on as: without the headers, and with whom they named where a proxy of ours sent them."""
    believed, names = networks(told.proxies), told.headers

    def believe(scope: Scope) -> Scope:
        sent: dict[str, list[bytes]] = {}
        others = []
        for name, value in asgi.headers(scope):
            lower = name.decode("latin-1").lower()
            if lower in names:
                sent.setdefault(lower, []).append(value)
            else:
                others.append((name, value))
        given = dict(scope) | {"headers": others}
        given.pop(_KEY, None)
        client = asgi.client(scope)
        peer = read(client) if client else None
        if peer is not None and any(peer in network for network in believed):
            given[_KEY] = _named(told, sent)
        return given

    return believe


def of(scope: Scope) -> NamedUser | None:
    found = scope.get(_KEY)
    return found if isinstance(found, NamedUser) else None


def check(told: RemoteUser | None) -> str:
    """For the page of connections. Raises Invalid."""
    if told is None:
        raise Invalid(_NOT_SET)
    return _SET


def _named(told: RemoteUser, sent: Mapping[str, list[bytes]]) -> NamedUser | None:
    """None where the proxy named nobody, or was made to name two."""
    user = _one(sent, told.header)
    if not user or user.lower() in ("(null)", "-", "anonymous"):
        return None
    return NamedUser(user, _one(sent, told.name_header), _one(sent, told.email_header))


def _one(sent: Mapping[str, list[bytes]], header: str) -> str:
    values = sent.get(header.lower(), []) if header else []
    text = values[0].decode("utf-8", "replace").strip() if len(values) == 1 else ""
    return text if text.isprintable() and len(text) <= _LONGEST else ""
