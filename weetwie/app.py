"""The web application, built out of its entry points."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol

from weetwie import __version__
from weetwie.access.caller import in_their_language, recalled
from weetwie.agents.check import check as check_agents
from weetwie.agents.entry import PATH as AGENTS_PATH, AgentEntry
from weetwie.api.call import Answer, Call
from weetwie.api.dispatch import Dispatcher
from weetwie.api.endpoint import Endpoint
from weetwie.api.endpoints import endpoints
from weetwie.api.mastodon import socket, streaming
from weetwie.api.mastodon.media import MediaHouse
from weetwie.api.mastodon.recognise import recogniser
from weetwie.api.mastodon.render import Renderer
from weetwie.api.mastodon.streamed import Streaming
from weetwie.api.openapi import document, openapi_endpoint
from weetwie.api.openapi_forms import Schema
from weetwie.context import Site
from weetwie.database.pool import Database, Db
from weetwie.domain.identity import attempts
from weetwie.domain.timelines.live import Live
from weetwie.domain.webhooks import delivery_log
from weetwie.http.admission import Gate, admitted
from weetwie.http.turns import Turns
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Application, Receive, Scope, Send
from weetwie.security import remote_user as remote_users
from weetwie.security.proxies import behind_proxies
from weetwie.security.ratelimit import RateLimits, of_person
from weetwie.text import language
from weetwie.web.api_reference import Reference, reference
from weetwie.web.embed.preview import check as check_embedding
from weetwie.web.site import site
from weetwie.web.visit import ConnectionTest, Fetch, LookOver, cookie_name

Given = Database | Site | RateLimits | str | None
"""What an entry point is made of."""


class AppSettings(Protocol):
    """What of the settings the application needs."""

    @property
    def trusted_proxies(self) -> Sequence[str]: ...
    @property
    def rate_limits(self) -> bool: ...
    @property
    def styleguide(self) -> bool: ...
    @property
    def slack(self) -> str: ...


def build(
    settings: AppSettings,
    database: Database,
    here: Site,
    shared_counts: Path | None = None,
    live: Live | None = None,
    look_over: LookOver | None = None,
    fetch: Fetch | None = None,
    gate: Gate | None = None,
) -> Application:
    """`shared_counts` is the file by which several processes of one machine count calls together; without `live` there are
    no streams."""
    base_url, memory, store = here.base_url, here.memory, here.store
    limits = RateLimits(shared_counts) if settings.rate_limits else None
    agents = AgentEntry(database, here, limits)
    renderer = Renderer(base_url)
    streams = Streaming(live, database, memory, renderer, limits) if live is not None else None
    dispatcher = Dispatcher(
        [*endpoints(), openapi_endpoint(partial(_described, base_url)), TO_THE_REFERENCE],
        site=here,
        recognise=recogniser(memory),
        open_db=_open_db(database),
        count=_counting(limits) if limits else None,
        count_wrong=_counting_wrong(database) if limits else None,
        translate=language.translate_for,
        renderer=renderer,
        streaming=streams,
        media=MediaHouse(store, memory) if store is not None else None,
        sockets={streaming.PATH: partial(socket.serve, streams, language.translate_for)} if streams else {},
        otherwise=_beside(
            _with_addresses_of_their_own(database, here, limits, settings.slack)
            | {AGENTS_PATH: lambda: agents},
            site(
                database,
                here,
                live,
                look_over=look_over,
                api=partial(_reference, base_url),
                limits=limits,
                has_styleguide=settings.styleguide,
                connection_tests=_connection_tests(database, here, agents, settings.slack),
                fetch=fetch,
            ),
        ),
    )
    application = admitted(dispatcher, gate or gate_for(settings, here))
    return behind_proxies(application, settings.trusted_proxies, here.remote_user)


def gate_for(settings: AppSettings, here: Site) -> Gate:
    """Who is let in when more comes than can be done."""
    session = cookie_name(here.base_url, "session")
    return Gate(Turns(), recalled(here.memory, session, settings.trusted_proxies), in_their_language)


def _counting(limits: RateLimits) -> Callable[[Call], None]:
    def count(call: Call) -> None:
        """Sets the headers of the limit that is nearest. Raises TooMany when one is passed."""
        if call.endpoint.rate == "none":
            return
        names = dict.fromkeys(("api", call.endpoint.rate))
        caller = of_person(call.caller.person_id if call.caller is not None else 0)
        told = limits.count(names, caller, call.client_address)
        reset = datetime.fromtimestamp(told.ends, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        call.set_header("X-RateLimit-Limit", str(told.calls))
        call.set_header("X-RateLimit-Remaining", str(max(told.left, 0)))
        call.set_header("X-RateLimit-Reset", reset)
        told.check()

    return count


def _counting_wrong(database: Database) -> Callable[[Call], Awaitable[None]]:
    async def count(call: Call) -> None:
        await attempts.wrong_token(database, call.client_address)

    return count


def _directory(database: Database, here: Site, limits: RateLimits | None) -> Application:
    """Loaded when a directory first asks: what it needs is large, and most installations have none."""
    from weetwie.scim.server import ScimServer

    return ScimServer(database, here, limits=limits)


def _loaded(package: str, *given: Given) -> Application:
    """An entry point of its own, imported when something first comes to it."""
    make: Callable[..., Application] = import_module(f"weetwie.{package}.server").application
    return make(*given)


async def _check(package: str, *given: Given) -> str:
    """The same for its test."""
    return str(await import_module(f"weetwie.{package}.check").check(*given))


def _connection_tests(
    database: Database, here: Site, agents: AgentEntry, slack: str
) -> dict[str, ConnectionTest]:
    return {
        "agents": partial(check_agents, agents, here.base_url),
        "chat": partial(_check, "chat", database, slack),
        "feeds": partial(_check, "feeds", database, here),
        "bots": partial(_check, "hooks", database, here),
        "webhooks": partial(_check_webhooks, database),
        "embedding": partial(check_embedding, database, here),
        "directory": partial(_check_directory, database, here),
        "saml": partial(_check_saml, database, here),
        "remote_user": partial(_check_remote_user, here),
        "mail_in": partial(_check, "mail_in", database, here),
    }


async def _check_saml(database: Database, here: Site) -> str:
    from weetwie.flows import saml_check

    return await saml_check.test(database, here)


async def _check_remote_user(here: Site) -> str:
    return remote_users.check(here.remote_user)


async def _check_directory(database: Database, here: Site) -> str:
    from weetwie.flows import directory_check

    return await directory_check.test(database, here)


async def _check_webhooks(database: Database) -> str:
    async with database.reading() as db:
        return await delivery_log.check(db)


def _with_addresses_of_their_own(
    database: Database, here: Site, limits: RateLimits | None, slack: str
) -> dict[str, Callable[[], Application]]:
    """Each loaded when it is first asked, by how its addresses begin."""
    make: dict[str, Callable[..., Application]] = {
        "/scim/": _directory,
        "/feeds/": partial(_loaded, "feeds"),
        "/hooks/": partial(_loaded, "hooks"),
        "/chat/": partial(_loaded, "chat", slack),
    }
    return {beginning: partial(one, database, here, limits) for beginning, one in make.items()}


def _beside(made: Mapping[str, Callable[[], Application]], pages: Application) -> Application:
    """The pages, and beside them what has addresses of its own, by how these begin."""
    applications = {beginning: cache(make) for beginning, make in made.items()}

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for beginning, application in applications.items():
                if asgi.path(scope).startswith(beginning):
                    return await application()(scope, receive, send)
        return await pages(scope, receive, send)

    return either


@cache
def _described(base_url: str) -> Schema:
    return document(endpoints(), base_url, __version__)


@cache
def _reference(base_url: str) -> Reference:
    return reference(_described(base_url))


async def _to_the_reference(call: Call) -> Answer:
    return Answer(308, headers={"location": "/docs/api"})


TO_THE_REFERENCE: Final = Endpoint("GET", "/api/docs", _to_the_reference, hidden=True)
"""Where one looks for it first."""


def _open_db(database: Database) -> Callable[[Call], AbstractAsyncContextManager[Db]]:
    def open_db(call: Call) -> AbstractAsyncContextManager[Db]:
        return database.reading() if call.method in ("GET", "HEAD") else database.transaction()

    return open_db
