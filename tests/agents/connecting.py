"""An agent of the official package, connected to the whole application in process, and the person who lets it in with a browser."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from tests.site import HOME, Choices, send
from tests.world import Someone, World
from weetwie.app import build
from weetwie.domain.identity import agent_rules, agent_tokens, agents
from weetwie.domain.identity.agent_rules import ClientDocument
from weetwie.domain.identity.apps import RegisteredApp

AT = f"{HOME}/mcp"
BACK = "http://127.0.0.1:8765/back"
VERSIONS = ("2026-07-28", "legacy")
"""The newest form of the protocol, and the one with a handshake."""


@dataclass
class Kept:
    """What an agent keeps between two runs."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


@dataclass
class Person:
    """Says yes in their browser, with what they tick."""

    site: httpx.AsyncClient
    ticks: Sequence[str] = ("may_ask",)
    seen: list[str] = field(default_factory=list)
    answer: dict[str, str] = field(default_factory=dict)

    async def open(self, address: str) -> None:
        self.seen.append(address)
        at = address.removeprefix(HOME)
        answer = await send(self.site, at, decision="allow", **dict.fromkeys(self.ticks, "on"))
        assert answer.status_code == 303, answer.text
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        self.answer = {name: values[0] for name, values in query.items()}

    async def wait(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(
            code=self.answer["code"], state=self.answer.get("state"), iss=self.answer.get("iss")
        )


async def switch_on(world: World) -> None:
    await world.policy(connections=["agents"])


def application(world: World, **more: Any) -> Any:
    return build(Choices(), world.database, replace(world.site, base_url=HOME), **more)


def http(app: Any, **more: Any) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, client=("192.0.2.9", 1), raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url=HOME, **more)


def provider(person: Person, kept: Kept, **more: Any) -> OAuthClientProvider:
    return OAuthClientProvider(
        AT,
        OAuthClientMetadata(redirect_uris=[AnyUrl(BACK)], client_name="Testing agent"),
        kept,
        redirect_handler=person.open,
        callback_handler=person.wait,
        **more,
    )


async def registered(world: World, name: str = "Testing agent") -> RegisteredApp:
    return await agents.register(world.db, ClientDocument(name, [BACK]))


async def let_in(
    world: World, someone: Someone, scopes: Sequence[str] = agent_rules.SCOPES, at: str = AT
) -> str:
    """The token of a connection, without the way through the browser."""
    app = await registered(world)
    await agents.is_used(world.db, app)
    return (await agent_tokens.begin(world.db, app, someone.id, scopes, at)).token


@asynccontextmanager
async def agent(app: Any, token: str, mode: str = "2026-07-28", **more: Any) -> AsyncIterator[Client]:
    async with (
        http(app, headers={"authorization": f"Bearer {token}"}) as client,
        Client(streamable_http_client(AT, http_client=client), mode=mode, **more) as connected,
    ):
        yield connected


def said(result: Any) -> str:
    return "\n".join(block.text for block in result.content)
