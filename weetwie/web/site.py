"""The pages as one application, and what is shown when something goes wrong on the way to one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from urllib.parse import quote

import asyncpg
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from weetwie.context import Site
from weetwie.database.pool import Database
from weetwie.domain.identity import attempts
from weetwie.domain.timelines.live import Live
from weetwie.errors import NotFound, Refusal, TooMany
from weetwie.flows.saml import SamlSignOn
from weetwie.http.body import bounded, check_length
from weetwie.runtime.asgi import ROUTE
from weetwie.runtime.log import logger
from weetwie.security import oidc
from weetwie.security.ratelimit import RateLimits
from weetwie.settings import Provider
from weetwie.web.allowed import check_may_open
from weetwie.web.api_reference import Reference
from weetwie.web.assets import Assets
from weetwie.web.bounds import FROM_PROVIDERS, LARGEST, LONGEST_FORM, UNCOUNTED, WAY_IN
from weetwie.web.presenter import Presenter
from weetwie.web.reading import SignInAgain, SignInFirst
from weetwie.web.refused import failed, out_of_order, refused, too_often
from weetwie.web.routes import FOR_BUILDERS, PAGES
from weetwie.web.show import Templates
from weetwie.web.visit import ConnectionTest, Fetch, LookOver, Page, SignOnHouse, Visit, WebSite, visit

log = logger(__name__)

__all__ = ["PAGES", "site"]


def site(
    database: Database,
    here: Site,
    live: Live | None = None,
    *,
    look_over: LookOver | None = None,
    api: Callable[[], Reference] | None = None,
    limits: RateLimits | None = None,
    has_styleguide: bool = False,
    connection_tests: Mapping[str, ConnectionTest] | None = None,
    fetch: Fetch | None = None,
) -> Starlette:
    assets, templates = _files()
    site = WebSite(
        base_url=here.base_url,
        memory=here.memory,
        sends_mail=here.sends_mail,
        store=here.store,
        data=here.data,
        directory=here.directory,
        sso=here.sso,
        saml=here.saml,
        mail_in=here.mail_in,
        remote_user=here.remote_user,
        database=database,
        templates=templates,
        assets=assets,
        presenter=Presenter(here.base_url, assets.address),
        live=live,
        providers=_providers(here.sso),
        saml_providers={one.key: SamlSignOn(one, database, here) for one in here.saml},
        look_over=look_over,
        api=api,
        limits=limits,
        connection_tests=connection_tests or {},
        fetch=fetch,
    )
    routes = [Route("/static/{name}", assets.serve)]
    for path, (show, act) in (PAGES | (FOR_BUILDERS if has_styleguide else {})).items():
        routes.append(Route(path, _door(site, path, show), methods=["GET"]))
        if act is not None:
            routes.append(Route(path, _door(site, path, act), methods=["POST"]))
    return Starlette(
        routes=routes,
        exception_handlers={NotFound: _nothing(site), HTTPException: _nothing(site)},
    )


@cache
def _files() -> tuple[Assets, Templates]:
    """Read, compressed and compiled once in a process: they are the same whoever's pages they make."""
    assets = Assets()
    return assets, Templates(assets)


def _providers(sso: Sequence[Provider]) -> dict[str, SignOnHouse]:
    return {
        one.key: SignOnHouse(one, oidc.OidcProvider(one.name, one.issuer, one.client_id, one.client_secret))
        for one in sso
    }


def _door(site: WebSite, path: str, page: Page) -> Callable[[Request], Awaitable[Response]]:
    """A page with all that stands before and behind it."""

    async def answer(request: Request) -> Response:
        request.scope[ROUTE] = path
        try:
            come = await visit(request, site)
        except (asyncpg.PostgresError, OSError):
            return out_of_order(request, site)
        if path in FROM_PROVIDERS:
            come.new_cookies.clear()  # the browser's own were only not sent
        try:
            _bound(come, _longest(come, path))
            come.count(*_limits(path))
            check_length(request.headers.raw, come.longest)
            await check_may_open(come, path)
            response = await page(come)
        except SignInFirst as first:
            # What was written is not lost: the page that it stands on keeps it.
            is_page = request.method == "GET"
            again = "again=1&" if isinstance(first, SignInAgain) else ""
            response = (
                come.go(f"/auth/sign_in?{again}next={quote(come.here)}") if is_page else refused(come, first)
            )
        except NotFound as refusal:
            response = refused(come, await _slowed(come, refusal) if "{token}" in path else refusal)
        except TooMany as refusal:
            response = await too_often(come, refusal)
        except Refusal as refusal:
            response = refused(come, refusal)
        except Exception as error:  # noqa: BLE001 - whatever fails is logged and told as a number
            response = failed(come, error)
        finally:
            come.close()
        return come.finish(response)

    return answer


def _longest(come: Visit, path: str) -> int:
    """Only files may be long, and only of those who are known; and what providers send."""
    if path in FROM_PROVIDERS:
        return FROM_PROVIDERS[path]
    has_files = come.request.headers.get("content-type", "").lower().startswith("multipart/")
    return LARGEST.get(path, LONGEST_FORM) if has_files and come.is_signed_in else LONGEST_FORM


def _bound(come: Visit, longest: int) -> None:
    """Whatever is sent may be so long, and has to arrive in time."""
    request = come.request
    come.request = Request(request.scope, bounded(request.receive, longest))
    come.longest = longest


def _limits(path: str) -> tuple[str, ...]:
    """Those that count a request for a page."""
    if path in UNCOUNTED:
        return ()
    if path == "/complete":
        return ("typing",)
    if path in ("/search", "/who-knows"):
        return "api", "search"
    return ("way_in",) if path.startswith(WAY_IN) else ("api",)


async def _slowed(come: Visit, refusal: Refusal) -> Refusal:
    """Who opens links that lead nowhere is told so, and after too many of them is made to wait."""
    if come.site.limits is None:
        return refusal
    try:
        await attempts.wrong_token(come.site.database, come.client_address)
    except TooMany as too_many:
        return too_many
    return refusal


def _nothing(site: WebSite) -> Callable[[Request, Exception], Awaitable[Response]]:
    """For addresses that no page has."""

    async def nothing(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code not in (404, 405):
            return PlainTextResponse("", error.status_code)
        status = error.status_code if isinstance(error, HTTPException) else 404
        try:
            come = await visit(request, site)
        except (asyncpg.PostgresError, OSError):
            return out_of_order(request, site)
        try:
            come.count("api")
        except TooMany as too_many:
            return come.finish(refused(come, too_many))
        response = come.finish(come.show("refusal.html", status, error=NotFound(), again=None))
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response

    return nothing
