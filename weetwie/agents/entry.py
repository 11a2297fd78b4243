"""The way in at `/mcp`: whether agents are let in at all, for whom this one asks, how often. What the protocol itself needs is loaded
behind that."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.agents.asking import Asking, recognise
from weetwie.agents.exchange import (
    ALLOWED,
    UngrantedTool,
    bearer,
    check_origin,
    check_request,
    given,
    open_to,
    whole,
    with_origin,
    without_token,
)
from weetwie.context import Site
from weetwie.database.pool import Database
from weetwie.database.unavailable import outage
from weetwie.domain.identity import agent_rules, attempts, keys, tokens as kept_tokens
from weetwie.errors import Forbidden, NotFound, Refusal, TooMany, Unavailable, _
from weetwie.http import body
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Headers, Receive, Scope, Send
from weetwie.runtime.log import logger
from weetwie.security.ratelimit import RateLimits, of_person
from weetwie.text import language

log = logger(__name__)

Serve = Callable[[Asking, Scope, Receive, Send], Awaitable[None]]
"""An ASGI application that is told for whom it answers."""

PATH: Final = "/mcp"
_STATUS: Final[dict[type[Refusal], int]] = {
    NotFound: 404,
    Forbidden: 403,
    TooMany: 429,
    Unavailable: 503,
    **body.STATUS,
}


class NoToken(Refusal):
    """Whoever asks has to show a token, or another one."""

    default = _("Log in to use this.")

    def __init__(self, *, was_shown: bool, is_guess: bool = False) -> None:
        super().__init__()
        self.was_shown, self.is_guess = was_shown, is_guess


class AgentEntry:
    """An ASGI application."""

    def __init__(self, database: Database, site: Site, limits: RateLimits | None = None) -> None:
        self._database = database
        self._site = site
        self._limits = limits
        self._server: Serve | None = None
        self._loading = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if not await self._is_on():
                self._count(None, asgi.client(scope))
                raise NotFound
            if asgi.method(scope) == "OPTIONS":
                await self._answer(scope, send, 204)
                return
            if asgi.method(scope) != "POST":
                # Nothing is kept between two requests, so there is no stream to listen on and no session to end.
                await self._answer(scope, send, 405, [(b"allow", ALLOWED.encode())])
                return
            check_origin(scope, self._site.base_url)
            content = await whole(receive, asgi.headers(scope))
            asking = await self._admit(scope)
            check_request(content, asking.scopes)
            server = await self.server()
        except Exception as error:  # noqa: BLE001 - each failure has its answer
            await self._refuse(scope, send, error)
            return
        inner: Scope = {**scope, "path": PATH, "headers": without_token(asgi.headers(scope))}
        await server(asking, inner, given(content, receive), with_origin(scope, send))

    async def server(self) -> Serve:
        """Loaded when an agent first asks, beside the event loop: it takes a second or two, and what it needs is large."""
        async with self._loading:
            if self._server is None:
                async with self._database.transaction() as db:
                    key = await keys.key(db, "agents")
                    name = (await self._site.memory.policy(db)).name
                self._server = await asyncio.to_thread(_load, name, key)
        return self._server

    async def _is_on(self) -> bool:
        async with self._database.reading() as db:
            return "agents" in (await self._site.memory.policy(db)).connections

    async def _admit(self, scope: Scope) -> Asking:
        """Raises NoToken and TooMany."""
        token = bearer(asgi.headers(scope))
        address = asgi.client(scope)
        viewer, was_good = None, False
        if token:
            async with self._database.reading() as db:
                viewer = await recognise(db, self._site, token)
                was_good = viewer is None and await kept_tokens.is_known(db, token)
        self._count(viewer, address)
        if viewer is None or token is None:
            if token and not was_good and self._limits is not None:
                await attempts.wrong_token(self._database, address)
            raise NoToken(was_shown=bool(token))
        return Asking(
            self._database,
            self._site,
            token,
            viewer.token_id,
            viewer.scopes,
            language.first_of((viewer.pages_language, viewer.language)),
        )

    def _count(self, viewer: Viewer | None, address: str) -> None:
        if self._limits is None:
            return
        person = of_person(viewer.person_id) if viewer is not None else ""
        self._limits.count(("api",), person, address).check()
        if viewer is not None:
            self._limits.count(("agent",), f"{person} agent:{viewer.app_id}", address).check()

    async def _refuse(self, scope: Scope, send: Send, error: Exception) -> None:
        refusal = outage(error) or error
        headers: Headers = []
        if isinstance(refusal, NoToken):
            status = 401
            headers.append(self._challenge("invalid_token" if refusal.was_shown else ""))
        elif isinstance(refusal, UngrantedTool):
            status = 403
            headers.append(self._challenge("insufficient_scope"))
        elif isinstance(refusal, Refusal):
            status = next((_STATUS[kind] for kind in type(refusal).__mro__ if kind in _STATUS), 400)
        else:
            log.error("an agent's request failed", exc_info=error)
            refusal, status = Unavailable(), 500
        if isinstance(refusal, TooMany | Unavailable):
            headers.append((b"retry-after", str(refusal.retry_after).encode()))
        if isinstance(refusal, tuple(body.STATUS)):
            headers.append((b"connection", b"close"))  # the rest of the body is not read
        told = {
            "jsonrpc": "2.0",
            "id": None,
            "error": {"code": _CODE.get(status, -32600), "message": str(refusal)},
        }
        await self._answer(scope, send, status, headers, msgspec.json.encode(told))

    def _challenge(self, error: str) -> tuple[bytes, bytes]:
        """Where an agent learns how it is let in (RFC 9728, 5.1)."""
        at = f"{self._site.base_url}/.well-known/oauth-protected-resource{PATH}"
        parts = [f'resource_metadata="{at}"', f'scope="{" ".join(agent_rules.USUAL)}"']
        if error:
            parts.insert(0, f'error="{error}"')
        return b"www-authenticate", f"Bearer {', '.join(parts)}".encode()

    async def _answer(
        self,
        scope: Scope,
        send: Send,
        status: int,
        headers: Headers | None = None,
        content: bytes = b"",
    ) -> None:
        told = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            *(headers or []),
            *open_to(scope),
        ]
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": content})


_CODE: Final = {400: -32700, 401: -32001, 403: -32003, 429: -32005, 500: -32603, 503: -32603}


def _load(name: str, key: bytes) -> Serve:
    from weetwie.agents.server import McpServer

    return McpServer(name, key)
