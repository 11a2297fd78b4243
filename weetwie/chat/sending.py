"""Answers that Slack wants sent to it: to mentions by its Web API, to buttons and what took long at the address that came with them."""

from typing import Final
from urllib.parse import urlsplit

import httpx
import msgspec

from weetwie.chat.asked import AskedInChat, Said
from weetwie.chat.slack import message
from weetwie.errors import Unavailable, _
from weetwie.runtime.json import Json
from weetwie.runtime.log import logger

log = logger(__name__)

_SECONDS: Final = 10.0


class SlackApi:
    """`at` is where Slack is: `https://slack.com`."""

    def __init__(self, at: str) -> None:
        self._at = at

    async def send(self, asked: AskedInChat, said: Said) -> None:
        """What fails is logged, and the asker asks again: nothing is kept to be sent later."""
        try:
            if not asked.where.startswith("{"):
                await self._respond(asked.where, said, replaces=bool(asked.confirmed))
            elif not asked.chat.bot_token:
                log.warning("a mention can't be answered: no bot token was entered", chat=asked.chat.id)
            else:
                where: dict[str, Json] = msgspec.json.decode(asked.where)
                given = {name: value for name, value in where.items() if value}
                await self.call("chat.postEphemeral", asked.chat.bot_token, {**given, **message(said)})
        except (httpx.HTTPError, httpx.InvalidURL, Unavailable) as error:
            log.warning("an answer didn't reach Slack", chat=asked.chat.id, why=str(error) or repr(error))

    async def call(self, method: str, token: str, given: dict[str, Json]) -> None:
        """Raises Unavailable with what Slack says, and what httpx raises."""
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json; charset=utf-8"}
        async with _client() as client:
            answer = await client.post(
                f"{self._at}/api/{method}", content=msgspec.json.encode(given), headers=headers
            )
        try:
            told = msgspec.json.decode(answer.content[:65536])
        except msgspec.DecodeError:
            told = {}
        if not isinstance(told, dict) or told.get("ok") is not True:
            why = told.get("error") if isinstance(told, dict) else ""
            raise Unavailable(_("Slack answered: {why}."), why=str(why or answer.status_code)[:200])

    async def _respond(self, address: str, said: Said, *, replaces: bool) -> None:
        if not self._is_slacks(address):
            log.warning("an answer was to be sent to an address that isn't Slack's")
            return
        told = {"response_type": "ephemeral", "replace_original": replaces, **message(said)}
        content = msgspec.json.encode(told)
        async with _client() as client:
            answer = await client.post(address, content=content, headers={"content-type": "application/json"})
            answer.raise_for_status()

    def _is_slacks(self, address: str) -> bool:
        """At the same place as the Web API, or below it: `hooks.slack.com`."""
        try:
            given, api = urlsplit(address), urlsplit(self._at)
            is_same_port = given.port == api.port
        except ValueError:
            return False
        host, ours = given.hostname or "", api.hostname or ""
        is_below = host == ours or host.endswith(f".{ours}")
        return given.scheme == api.scheme and is_below and is_same_port and not given.username


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False)
