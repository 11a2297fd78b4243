"""Incoming webhooks as an application of their own, at `/hooks`: what is sent to a secret address, its bot posts.

The answers are Slack's: `ok`, or a word that says what is wrong, so that what was made for Slack understands them.
"""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qs

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from weetwie.context import Site, of_system
from weetwie.database.pool import Database
from weetwie.database.unavailable import outage
from weetwie.domain.bots import incoming, rules
from weetwie.domain.bots.incoming import Incoming
from weetwie.domain.identity import attempts
from weetwie.errors import Forbidden, Invalid, NotFound, Refusal, TooMany
from weetwie.flows import bots
from weetwie.http import body
from weetwie.runtime.log import logger
from weetwie.security.ratelimit import RateLimits

log = logger(__name__)

_HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_STATUS: Final[dict[type[Refusal], tuple[int, str]]] = {
    NotFound: (404, "no_service"),
    Forbidden: (403, "action_prohibited"),
    Invalid: (400, "invalid_payload"),
    TooMany: (429, "rate_limited"),
    body.TooLarge: (413, "too_large"),
    body.TooSlow: (408, "too_slow"),
    body.CutOff: (400, "invalid_payload"),
}


class HookServer:
    def __init__(self, database: Database, site: Site, limits: RateLimits | None) -> None:
        self._database = database
        self._site = site
        self._limits = limits

    async def take(self, request: Request) -> Response:
        """The body is read of those who know a secret alone, and while no connection to the database waits for it."""
        hook = await self._recognise(request)
        text = rules.said(await _payload(request))
        if not text:
            return PlainTextResponse("no_text", 400, _HEADERS)
        async with self._database.transaction() as db:
            await bots.post(await of_system(db, self._site), hook, text)
        return PlainTextResponse("ok", headers=_HEADERS)

    async def _recognise(self, request: Request) -> Incoming:
        """Raises NotFound, TooMany."""
        address = request.client.host if request.client else ""
        async with self._database.reading() as db:
            policy = await self._site.memory.policy(db)
            is_on = "bots" in policy.connections
            hook = await incoming.recognise(db, request.path_params["secret"]) if is_on else None
        if self._limits is not None:
            self._limits.count(("api",), f"hook:{hook.id}" if hook else "", address).check()
            if hook is None:
                await attempts.wrong_token(self._database, address)
        if hook is None:
            raise NotFound
        return hook


def application(database: Database, site: Site, limits: RateLimits | None) -> Starlette:
    server = HookServer(database, site, limits)
    return Starlette(
        routes=[Route("/hooks/{secret}", _answering(server.take), methods=["POST"])],
        exception_handlers={HTTPException: _nothing},
    )


async def _payload(request: Request) -> rules.Payload:
    """JSON as it is, or as the field `payload` of a form. Raises Invalid, and what a body raises that is too long or too slow."""
    body.check_length(request.headers.raw, rules.LARGEST)
    sent = await Request(request.scope, body.bounded(request.receive, rules.LARGEST)).body()
    try:
        if request.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
            fields = parse_qs(sent.decode(), max_num_fields=20)
            sent = fields.get("payload", [""])[0].encode()
        return msgspec.json.decode(sent, type=rules.Payload)
    except (ValueError, RecursionError) as error:
        raise Invalid from error


def _answering(take: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return await take(request)
        except Refusal as refusal:
            return _refused(refusal)
        except Exception as error:
            if (unavailable := outage(error)) is None:
                log.exception("an incoming webhook failed")
                return PlainTextResponse("server_error", 500, _HEADERS)
            return _refused(unavailable)

    return answer


def _refused(refusal: Refusal) -> Response:
    """A refusal that says what was wrong with the text says so behind Slack's word for it."""
    status, word = next(
        (told for kind, told in _STATUS.items() if isinstance(refusal, kind)), (503, "unavailable")
    )
    headers = dict(_HEADERS)
    if retry_after := getattr(refusal, "retry_after", None):
        headers["retry-after"] = str(retry_after)
    if isinstance(refusal, Invalid | Forbidden) and refusal.sentence != type(refusal).default:
        word = f"{word}: {refusal}"
    return PlainTextResponse(word, status, headers)


async def _nothing(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    headers = dict(getattr(error, "headers", None) or {}) | _HEADERS
    return PlainTextResponse("no_service" if status == 404 else "", status, headers)
