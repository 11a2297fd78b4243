"""Where a request comes from, behind proxies that are known."""

import ipaddress
from collections.abc import Iterable, Sequence
from contextvars import ContextVar

current: ContextVar[str] = ContextVar("client_address", default="")
"""Of the request that is being answered; empty where there is none."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(trusted: Iterable[str]) -> list[Network]:
    """Addresses and networks (`10.0.0.0/8`) of proxies. Raises ValueError for what is neither."""
    return [ipaddress.ip_network(one.strip(), strict=False) for one in trusted if one.strip()]


def client_address(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The last address in `X-Forwarded-For` that no proxy of ours has; what stands before it anyone may have written."""
    if not _is_in(peer, trusted):
        return peer
    for hop in reversed([hop.strip(" \t[]") for hop in forwarded.split(",") if hop.strip()]):
        if not _is_address(hop):
            break
        peer = hop
        if not _is_in(hop, trusted):
            break
    return peer


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_in(text: str, trusted: Sequence[Network]) -> bool:
    if not trusted or not _is_address(text):
        return False
    address = ipaddress.ip_address(text)
    return any(address in network for network in trusted)
