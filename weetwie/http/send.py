"""What is sent to programs of others, with care: only to addresses that are allowed, for a short while, led on nowhere else."""

import asyncio
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from weetwie.errors import _
from weetwie.http.fetch import Allows, guarded, is_public
from weetwie.runtime.later import httpx

SECONDS: Final = 15.0
UNREACHABLE: Final = _("it can't be reached, or its address isn't allowed")


class DeliveryFailed(Exception):
    """Nothing answered that it was taken; says why, where no status does."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.status = status


class WebhookSender:
    def __init__(self, user_agent: str, allows: Allows = is_public) -> None:
        self._user_agent = user_agent
        self._allows = allows

    @cached_property
    def _client(self) -> "httpx.AsyncClient":
        return httpx.AsyncClient(
            transport=guarded(self._allows),
            timeout=SECONDS / 2,
            follow_redirects=False,
            trust_env=False,
            headers={"user-agent": self._user_agent},
        )

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status with which it was taken; what else is answered is not read. Raises DeliveryFailed."""
        headers = {"content-type": "application/json", **headers}
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._client.stream("POST", url, headers=headers, content=body) as answer,
            ):
                status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, UnicodeError, ValueError) as error:
            raise DeliveryFailed(UNREACHABLE) from error
        if not 200 <= status < 300:
            raise DeliveryFailed("", status)
        return status

    async def close(self) -> None:
        if "_client" in self.__dict__:
            await self._client.aclose()
