"""Pages of others, fetched with care: only from public addresses, only a little, only for a short while.

The name is resolved here and the address that was looked at is the one that is connected to, so that a name which answers
first with a public address and then with a private one gains nothing. That holds for every redirect too.
"""

import asyncio
import ipaddress
from collections.abc import Callable
from functools import cached_property
from typing import Final

import msgspec

from weetwie.runtime.later import httpx

SECONDS: Final = 10.0
LARGEST_PAGE: Final = 1024 * 1024
MOST_REDIRECTS: Final = 3
_LONGEST_HEADER: Final = 200

Allows = Callable[[ipaddress.IPv4Address | ipaddress.IPv6Address], bool]


class FetchFailed(Exception):
    """There is nothing there that may or can be fetched; says why."""

    def __init__(self, why: str = "", status: int = 0) -> None:
        super().__init__(why)
        self.status = status


class NotChanged(FetchFailed):
    """It is as it was when it was fetched before."""


class Fetched(msgspec.Struct, frozen=True):
    url: str
    """Where it was found in the end."""
    content_type: str
    content: bytes
    charset: str | None
    etag: str = ""
    modified: str = ""
    """To be shown when it is fetched again."""


_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is given out to networks of the internet. Nothing outside of it is public: neither local addresses
(fc00::/7, fe80::/10, fec0::/10) nor forms that carry an IPv4 address (::/96, ::ffff:0:0/96, ::ffff:0:0:0/96, 64:ff9b::/96,
64:ff9b:1::/48), by which one would get to an inside address that way."""
_SPECIAL_V6: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",  # documentation
    )
)
_SPECIAL_V4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments, all of them
        "192.0.2.0/24",
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",
    )
)
"""The registries of special-purpose addresses of IANA (RFC 6890), written out: what Python calls global differs from one
version to the next."""


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is an ordinary address of the internet, where pages of others are."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    return address in _GLOBAL_UNICAST and not any(address in network for network in _SPECIAL_V6)


class Fetcher:
    """`allows` says to which addresses one may go."""

    def __init__(self, user_agent: str, allows: Allows = is_public) -> None:
        self._user_agent = user_agent
        self._allows = allows

    @cached_property
    def _client(self) -> "httpx.AsyncClient":
        return httpx.AsyncClient(
            transport=guarded(self._allows),
            timeout=SECONDS / 2,
            follow_redirects=True,
            max_redirects=MOST_REDIRECTS,
            trust_env=False,
            headers={"user-agent": self._user_agent, "accept-language": "en"},
        )

    async def fetch(
        self, url: str, content_type: str, largest: int = LARGEST_PAGE, *, etag: str = "", modified: str = ""
    ) -> Fetched:
        """What answers with this type (or the beginning of one, such as `image/`); of a page that is larger, its beginning.

        Raises FetchFailed, and NotChanged for what is still as its `etag` or time says.
        """
        headers = {"accept": f"{content_type}*;q=1, */*;q=0.1" if content_type else "*/*"}
        if etag:
            headers["if-none-match"] = etag
        if modified:
            headers["if-modified-since"] = modified
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._client.stream("GET", url, headers=headers) as answer,
            ):
                return await _read(answer, content_type, largest)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, UnicodeError, ValueError) as error:
            raise FetchFailed(type(error).__name__) from error

    async def close(self) -> None:
        if "_client" in self.__dict__:
            await self._client.aclose()


def guarded(allows: Allows = is_public) -> "httpx.AsyncBaseTransport":
    """For clients that go where others say."""
    from weetwie.http.guarded import Guarded

    return Guarded(allows)


async def _read(answer: "httpx.Response", content_type: str, largest: int) -> Fetched:
    if answer.status_code == 304:
        raise NotChanged
    if answer.status_code != 200:
        raise FetchFailed(f"it answered {answer.status_code}", answer.status_code)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind.startswith(content_type):
        raise FetchFailed(f"it is {kind or 'of no type'}")
    content = bytearray()
    async for piece in answer.aiter_bytes():
        content += piece
        if len(content) >= largest:
            break
    return Fetched(
        str(answer.url),
        kind,
        bytes(content[:largest]),
        answer.charset_encoding,
        answer.headers.get("etag", "")[:_LONGEST_HEADER],
        answer.headers.get("last-modified", "")[:_LONGEST_HEADER],
    )
