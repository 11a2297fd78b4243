"""Where a request comes from, behind proxies that are known."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from functools import lru_cache

from weetwie.runtime import asgi
from weetwie.runtime.asgi import Scope

current: ContextVar[str] = ContextVar("client_address", default="")
"""Of the request that is being answered; empty where there is none."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(trusted: Iterable[str]) -> list[Network]:
    """Addresses and networks (`10.0.0.0/8`) of proxies. Raises ValueError for what is neither."""
    return [_network(one.strip()) for one in trusted if one.strip()]


def _network(text: str) -> Network:
    found = ipaddress.ip_network(text, strict=False)
    if isinstance(found, ipaddress.IPv6Network) and found.prefixlen >= 96:
        begin = found.network_address.ipv4_mapped
        return ipaddress.ip_network(f"{begin}/{found.prefixlen - 96}") if begin else found
    return found


def client_address(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The last address in `X-Forwarded-For` that no proxy of ours has; what stands before it anyone may have written."""
    if not forwarded:
        return _spelled(peer)
    found = read(peer)
    if found is None:
        return peer
    for hop in reversed([hop for hop in forwarded.split(",") if hop.strip()]):
        if not _is_in(found, trusted):
            break
        address = read(hop)
        if address is None:  # `unknown`, or a name that a proxy made up
            break
        found = address
    return str(found)


def in_front(scope: Scope, trusted: Sequence[Network]) -> str:
    """The client in front of the proxies that are known; the same if it is asked again where that stands in the scope."""
    forwarded = b",".join(value for name, value in asgi.headers(scope) if name == b"x-forwarded-for")
    return client_address(asgi.client(scope), forwarded.decode("latin-1"), trusted)


@lru_cache(maxsize=4096)
def _spelled(peer: str) -> str:
    found = read(peer)
    return peer if found is None else str(found)


def read(text: str) -> Address | None:
    """An address in any of the spellings of proxies and sockets: with a port, in brackets or quotes, IPv4 within IPv6."""
    text = text.strip().strip('"').strip()
    match = _WITH_PORT.fullmatch(text)
    if match:
        text = match["bracketed"] or match["plain"]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


_WITH_PORT = re.compile(r"\[(?P<bracketed>[^\[\]]+)\](?::\d*)?|(?P<plain>[\d.]+):\d*", re.ASCII)


@lru_cache(maxsize=4096)
def place_of(client_address: str) -> str:
    """An address as it counts: of IPv6 the network that one household or office has."""
    address = read(client_address)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address) if address is not None else client_address


def _is_in(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)
