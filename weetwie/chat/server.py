"""Chats as an application of their own, at `/chat`: what comes is proved, taken once, and answered as whoever asks may see."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from weetwie.access import viewer as viewers
from weetwie.access.authenticate import StaleViewer
from weetwie.chat.answering import Answering, spoken
from weetwie.chat.asked import AskedInChat, Product, Replayed, Said, Sent, UnreadableMessage, Unsigned
from weetwie.chat.mattermost import Mattermost
from weetwie.chat.sending import SlackApi
from weetwie.chat.slack import Slack
from weetwie.chat.teams import Teams
from weetwie.context import Context, Site
from weetwie.database.pool import Database, Db
from weetwie.database.unavailable import outage
from weetwie.domain.chat import accounts, chats, requests
from weetwie.domain.chat.rules import LONGEST
from weetwie.domain.identity import attempts
from weetwie.errors import NotFound, Refusal, TooMany, _
from weetwie.http import body
from weetwie.runtime import clock
from weetwie.runtime.log import logger
from weetwie.security.ratelimit import RateLimits
from weetwie.text import language

log = logger(__name__)

LARGEST: Final = body.SMALL
SECONDS: Final = 20.0
"""So long anything may take, waited for or not."""
PRODUCTS: Final[Mapping[str, Product]] = {"slack": Slack(), "mattermost": Mattermost(), "teams": Teams()}
_HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_STATUS: Final[dict[type[Refusal], int]] = {
    NotFound: 404,
    Unsigned: 401,
    Replayed: 403,
    UnreadableMessage: 400,
    TooMany: 429,
    **body.STATUS,
}
_SLOW: Final = _("This takes longer than the chat waits for. The answer is on this page:")
_FAILED: Final = _("Something went wrong on our side. Try again later, or ask on this page:")
_OFTEN: Final = _("That's too many questions at once. Wait {seconds} seconds.")


class ChatServer:
    def __init__(self, database: Database, site: Site, limits: RateLimits | None, slack: SlackApi) -> None:
        self._database = database
        self._site = site
        self._limits = limits
        self._slack = slack

    async def take(self, request: Request) -> Response:
        name = request.path_params["product"]
        product = PRODUCTS.get(name)
        if product is None or not await self._is_on():
            raise NotFound
        body.check_length(request.headers.raw, LARGEST)
        content = await Request(request.scope, body.bounded(request.receive, LARGEST)).body()
        try:
            asked = await self._proved(product, name, Sent(request.headers, content, clock.now()))
        except Unsigned:
            await self._count_wrong(request)
            raise
        if isinstance(asked, Response):
            return asked
        answering = asyncio.create_task(self._said(product, asked))
        if asked.waits and (await asyncio.wait((answering,), timeout=product.seconds))[0]:
            return product.answer(asked, answering.result(), self._site.base_url)
        if asked.where:
            return Response(status_code=200, background=BackgroundTask(self._send, asked, answering))
        answering.cancel()
        return product.answer(asked, self._slow(product, asked), self._site.base_url)

    async def _is_on(self) -> bool:
        async with self._database.reading() as db:
            return "chat" in (await self._site.memory.policy(db)).connections

    async def _proved(self, product: Product, name: str, sent: Sent) -> AskedInChat | Response:
        """What came for the first time. An answer where there is nothing to do. Raises Unsigned, UnreadableMessage, Replayed."""
        async with self._database.transaction() as db:
            asked = product.read(sent, await chats.of_product(db, name))
            if isinstance(asked, Response):
                return asked
            if "\0" in asked.account + asked.name + asked.confirmed:
                raise UnreadableMessage
            if not await requests.take(db, asked.once):
                raise Replayed
            if asked.again and not await requests.take(db, asked.again):
                return Response(status_code=200)
        return asked

    async def _send(self, asked: AskedInChat, answering: asyncio.Task[Said]) -> None:
        """Once Slack has heard that what it sent has arrived."""
        await self._slack.send(asked, await answering)

    async def _said(self, product: Product, asked: AskedInChat) -> Said:
        """The chat shows it to whoever asked, be it that it failed."""
        try:
            self._count(asked)
            async with asyncio.timeout(SECONDS):
                return await self._answered(product, asked)
        except TimeoutError:
            return self._slow(product, asked)
        except TooMany as refusal:
            told = language.translate(_OFTEN, spoken(None, asked), seconds=str(refusal.retry_after))
            return Said(product.writer.plain(told))
        except Exception as error:
            if outage(error) is None:
                log.exception("a question from a chat failed")
            return self._instead(product, asked, _FAILED)

    async def _answered(self, product: Product, asked: AskedInChat) -> Said:
        try:
            async with self._database.transaction() as db:
                return await (await self._answering(db, product, asked)).answer()
        except StaleViewer:  # something has changed between two statements
            async with self._database.transaction() as db:
                return await (await self._answering(db, product, asked)).answer()

    async def _answering(self, db: Db, product: Product, asked: AskedInChat) -> Answering:
        """As whom: where all in the channel read the answer, as nobody, whoever asks."""
        linked = await accounts.find(db, asked.chat.id, asked.account) if asked.is_private else None
        person = await self._site.memory.person(db, linked.person_id) if linked is not None else None
        if person is None or not viewers.is_active(person, clock.now()):
            linked, person = None, viewers.nobody(await self._site.memory.policy(db))
        return Answering(Context(db, person, self._site), asked, linked, product.writer)

    def _slow(self, product: Product, asked: AskedInChat) -> Said:
        """A question that was confirmed is then not posted."""
        return self._instead(product, asked, _FAILED if asked.confirmed else _SLOW)

    def _instead(self, product: Product, asked: AskedInChat, sentence: str) -> Said:
        """Where it could not be answered: what to do otherwise."""
        at = f"{self._site.base_url}/who-knows?{urlencode({'q': asked.text[:LONGEST]})}"
        told = language.translate(sentence, spoken(None, asked))
        return Said(f"{product.writer.plain(told)}\n{product.writer.link(at, 'Weetwie')}")

    def _count(self, asked: AskedInChat) -> None:
        """Raises TooMany."""
        if self._limits is not None:
            self._limits.count(("chat",), f"chat:{asked.chat.id} {asked.account}", "").check()

    async def _count_wrong(self, request: Request) -> None:
        """Raises TooMany."""
        address = request.client.host if request.client else ""
        if self._limits is not None:
            self._limits.count(("api",), "", address).check()
            await attempts.wrong_token(self._database, address)


def application(slack: str, database: Database, site: Site, limits: RateLimits | None) -> Starlette:
    server = ChatServer(database, site, limits, SlackApi(slack))
    return Starlette(
        routes=[Route("/chat/{product}", _answering(server.take), methods=["POST"])],
        exception_handlers={HTTPException: _nothing},
    )


def _answering(take: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            response = await take(request)
        except Refusal as refusal:
            return _refused(refusal)
        except Exception as error:
            if (unavailable := outage(error)) is None:
                log.exception("a request of a chat failed")
                return PlainTextResponse("", 500, _HEADERS)
            return _refused(unavailable)
        response.headers.update(_HEADERS)
        return response

    return answer


def _refused(refusal: Refusal) -> Response:
    status = next((told for kind, told in _STATUS.items() if isinstance(refusal, kind)), 503)
    headers = dict(_HEADERS)
    if retry_after := getattr(refusal, "retry_after", None):
        headers["retry-after"] = str(retry_after)
    if isinstance(refusal, tuple(body.STATUS)):
        headers["connection"] = "close"  # the rest of the body is not read
    return PlainTextResponse(str(refusal), status, headers)


async def _nothing(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return PlainTextResponse("", status, dict(getattr(error, "headers", None) or {}) | _HEADERS)
