"""Goes where others say, but only to addresses that are allowed: the one that was looked at is the one that is connected to."""

import asyncio
import ipaddress
import socket

import httpx

from weetwie.http.fetch import Allows


class Guarded(httpx.AsyncBaseTransport):
    def __init__(self, allows: Allows) -> None:
        self._allows = allows
        self._inner = httpx.AsyncHTTPTransport(retries=0)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if url.scheme not in ("http", "https") or url.userinfo:
            raise httpx.UnsupportedProtocol("only plain web addresses are fetched", request=request)
        address = await self._address(url.host, url.port or (443 if url.scheme == "https" else 80))
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        request.url = url.copy_with(host=address)
        answer = await self._inner.handle_async_request(request)
        request.url = url
        return answer

    async def _address(self, host: str, port: int) -> str:
        """One private address among several is enough to go to none of them."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpx.ConnectError(f"there is no {host}") from error
        addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
        if not addresses or not all(self._allows(address) for address in addresses):
            raise httpx.ConnectError("this address is not public")
        return str(min(addresses, key=lambda address: address.version))

    async def aclose(self) -> None:
        await self._inner.aclose()
