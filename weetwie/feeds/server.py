"""The feeds as an application of their own, at `/feeds`.

A public address shows what anybody may see. A secret one shows what its owner sees at that moment, and is gone when they are.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from weetwie.access import viewer as viewers
from weetwie.access.authenticate import StaleViewer
from weetwie.access.enums import Ring
from weetwie.access.viewer import Viewer
from weetwie.context import Site
from weetwie.database.pool import Database, Db
from weetwie.database.unavailable import outage
from weetwie.domain.feeds import addresses
from weetwie.domain.feeds.addresses import OwnFeed
from weetwie.domain.feeds.rules import LONGEST_SEARCH
from weetwie.domain.identity import attempts
from weetwie.errors import Invalid, NotFound, Refusal, TooMany, fill
from weetwie.feeds import find, written
from weetwie.feeds.entries import Entries, FeedEntry
from weetwie.feeds.written import Feed
from weetwie.runtime import clock
from weetwie.runtime.log import logger
from weetwie.security.ratelimit import RateLimits
from weetwie.text import language

log = logger(__name__)

WRITERS: Final = {"atom": (written.atom, written.ATOM), "json": (written.json, written.JSON)}
_EXACT_TO: Final = timedelta(seconds=2)
"""A time of change is told in whole seconds: of the last ones none is, else what comes within the same second is missed."""
_NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
_STATUS: Final[dict[type[Refusal], int]] = {TooMany: 429, Invalid: 400, NotFound: 404}
_HEADERS: Final = {
    "cache-control": "private, no-cache",
    "content-security-policy": "default-src 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}

Show = Callable[[Request], Awaitable[Response]]


class FeedServer:
    def __init__(self, database: Database, site: Site, limits: RateLimits | None) -> None:
        self._database = database
        self._site = site
        self._limits = limits
        self._entries = Entries(site.base_url)

    def routes(self) -> list[Route]:
        shown: dict[str, Show] = {
            "/feeds/people/{about}.{form}": self._public("person"),
            "/feeds/topics/{about}.{form}": self._public("topic"),
            "/feeds/questions.{form}": self._public("questions"),
            "/feeds/search.{form}": self._public("search"),
            "/feeds/own/{secret}.{form}": self._own,
        }
        return [Route(path, self._answering(show), methods=["GET"]) for path, show in shown.items()]

    def _public(self, kind: str) -> Show:
        async def show(request: Request) -> Response:
            self._count(request, "", "api", *(("search",) if kind in ("questions", "search") else ()))
            about = request.path_params.get("about") or request.query_params.get("q", "")
            if len(about) > LONGEST_SEARCH:
                raise NotFound
            async with self._database.reading() as db:
                viewer = await self._site.memory.recognise(db)
                assert viewer is not None, "nobody is always recognised"
                if "feeds" not in viewer.policy.connections or viewer.policy.widest_ring < Ring.world:
                    raise NotFound
                kept = await find.person(db, viewer, about) if kind == "person" else about
                id = f"feed/{kind}/{quote(kept, safe='')}"
                return await self._feed(request, db, viewer, kind, kept, id, _NEVER)

        return show

    async def _own(self, request: Request) -> Response:
        """As its owner, whatever they have become. A wrong secret is counted as any other."""
        async with self._database.reading() as db:
            own = await addresses.recognise(db, request.path_params["secret"])
        self._count(request, f"feed:{own.id}" if own else "", "api")
        if own is None:
            await self._count_wrong(request)
            raise NotFound
        async with self._database.reading() as db:
            response = await self._of_owner(request, db, own)
        if not own.is_used_today:
            async with self._database.transaction() as db:
                await addresses.use(db, own.id)
        return response

    async def _of_owner(self, request: Request, db: Db, own: OwnFeed) -> Response:
        viewer = await self._site.memory.person(db, own.person_id)
        if (
            viewer is None
            or not viewers.is_active(viewer, clock.now())
            or "feeds" not in viewer.policy.connections
        ):
            raise NotFound
        response = await self._feed(
            request, db, viewer, own.kind, own.about, f"feed/{own.id}", own.created_at
        )
        response.headers["x-robots-tag"] = "noindex"
        return response

    async def _feed(
        self, request: Request, db: Db, viewer: Viewer, kind: str, about: str, id: str, since: datetime
    ) -> Response:
        write, content_type = WRITERS.get(request.path_params["form"], (None, ""))
        if write is None:
            raise NotFound
        speaks = language.best(viewer.pages_language or next(iter(viewer.policy.languages), ""))
        found = await find.find(db, viewer, kind, about)
        entries = await self._entries.of(db, viewer, found.posts, speaks)
        updated_at = max((entry.edited_at for entry in entries), default=since)
        query = f"?{urlencode({'q': about})}" if kind == "search" else ""
        feed = Feed(
            id=self._entries.tag(id, since),
            title=language.translate(found.title, speaks, **found.values),
            place=viewer.policy.name,
            page=self._entries.address(found.path) + query,
            url=self._site.base_url
            + quote(request.url.path)
            + (query if "q" in request.query_params else ""),
            language=speaks,
            updated_at=updated_at,
            entries=entries,
        )
        return _answer(request, write(feed), content_type, entries, updated_at)

    def _count(self, request: Request, caller: str, *names: str) -> None:
        if self._limits is not None:
            self._limits.count(names, caller, _client(request)).check()

    async def _count_wrong(self, request: Request) -> None:
        if self._limits is not None:
            await attempts.wrong_token(self._database, _client(request))

    def _answering(self, show: Show) -> Show:
        async def answer(request: Request) -> Response:
            try:
                try:
                    return await show(request)
                except StaleViewer:
                    return await show(request)
            except Refusal as refusal:
                return _refused(request, refusal)
            except Exception as error:
                if (unavailable := outage(error)) is None:
                    log.exception("a feed failed")
                    return PlainTextResponse("", 500, _HEADERS)
                return _refused(request, unavailable)

        return answer


def application(database: Database, site: Site, limits: RateLimits | None) -> Starlette:
    async def nothing(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return PlainTextResponse("", status, _HEADERS)

    return Starlette(
        routes=FeedServer(database, site, limits).routes(), exception_handlers={HTTPException: nothing}
    )


def _answer(
    request: Request, body: bytes, content_type: str, entries: list[FeedEntry], updated_at: datetime
) -> Response:
    """Only what has changed is sent again (RFC 9110, section 13)."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = dict(_HEADERS, etag=tag)
    if entries and updated_at < clock.now() - _EXACT_TO:
        headers["last-modified"] = format_datetime(updated_at.replace(microsecond=0), usegmt=True)
    if _is_known(request, tag, headers.get("last-modified", "")):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=content_type)


def _is_known(request: Request, tag: str, modified: str) -> bool:
    """By its tag where the reader names one; else by the time of its newest entry."""
    if known := request.headers.get("if-none-match"):
        return "*" in known or tag in [one.strip().removeprefix("W/") for one in known.split(",")]
    since = request.headers.get("if-modified-since", "")
    if not since or not modified:
        return False
    try:
        return parsedate_to_datetime(since) >= parsedate_to_datetime(modified)
    except (TypeError, ValueError):
        return False


def _refused(request: Request, refusal: Refusal) -> Response:
    sentence = language.translate_for(refusal.sentence, request.headers.get("accept-language", "")[:500])
    headers = dict(_HEADERS)
    if retry_after := getattr(refusal, "retry_after", None):
        headers["retry-after"] = str(retry_after)
    status = next((code for kind, code in _STATUS.items() if isinstance(refusal, kind)), 503)
    return PlainTextResponse(fill(sentence, refusal.values), status, headers)


def _client(request: Request) -> str:
    return request.client.host if request.client else ""
