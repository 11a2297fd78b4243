"""The pages as one application, and what is shown when something goes wrong on the way to one."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Final
from urllib.parse import quote

import asyncpg
import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from weetwie.access import permissions
from weetwie.context import Site
from weetwie.database.pool import Database
from weetwie.domain.identity import attempts, sessions
from weetwie.domain.media import faces
from weetwie.domain.media.rules import LARGEST_FILE
from weetwie.domain.timelines.live import Live
from weetwie.errors import NotFound, Refusal, TooMany
from weetwie.http.body import bounded, check_length
from weetwie.imports import contacts as imported_contacts
from weetwie.runtime import clock
from weetwie.security import oidc
from weetwie.security.client_address import place_of
from weetwie.security.ratelimit import RateLimits
from weetwie.settings import Provider
from weetwie.web import colour
from weetwie.web.api_reference import Reference
from weetwie.web.assets import Assets
from weetwie.web.pages import (
    acts,
    address,
    admin,
    admin_audit,
    admin_directory,
    admin_import,
    admin_overview,
    admin_policy,
    admin_retention,
    api_reference,
    apps,
    authorize,
    begin,
    blocked,
    complete,
    contacts,
    decisions,
    export,
    farewell,
    filters,
    front,
    glossary,
    handover,
    home,
    inspections,
    install,
    invitations,
    join,
    knowledge,
    lists,
    messages,
    not_about,
    notification_settings,
    notifications,
    passkeys,
    password,
    people,
    person,
    post,
    push,
    reset,
    settings,
    sign_in,
    sign_in_link,
    sign_in_settings,
    sign_on,
    staying,
    styleguide,
    timelines,
    vouch,
    welcome,
    who_knows,
    write,
    you,
)
from weetwie.web.pages import live as live_page
from weetwie.web.presenter import Presenter
from weetwie.web.reading import SignInAgain, SignInFirst
from weetwie.web.refused import failed, out_of_order, refused, too_often
from weetwie.web.show import Templates
from weetwie.web.visit import MOST_FILES, LookOver, SignOnHouse, Visit, WebSite, visit

log = structlog.get_logger(__name__)

Page = Callable[[Visit], Awaitable[Response]]

LONGEST_FORM: Final = 64 * 1024
PROVED: Final = timedelta(hours=1)
LARGEST: Final = {
    "/posts": MOST_FILES * LARGEST_FILE + LONGEST_FORM,
    "/messages/new": MOST_FILES * LARGEST_FILE + LONGEST_FORM,
    "/messages/{id:int}": MOST_FILES * LARGEST_FILE + LONGEST_FORM,
    "/settings": 2 * faces.LARGEST + LONGEST_FORM,
    "/begin/{step}": faces.LARGEST + LONGEST_FORM,
    "/people/contacts": imported_contacts.LARGEST + LONGEST_FORM,
    "/admin/import": admin_import.LARGEST + LONGEST_FORM,
    "/admin/logo": admin_import.LARGEST + LONGEST_FORM,
}
"""Forms with files, by their address."""

UNCOUNTED: Final = frozenset(
    ("/live", "/theme/{accent}.css", "/manifest.webmanifest", "/worker.js", "/offline", "/logo/{name}")
)
"""What a browser fetches by itself beside a page."""
WAY_IN: Final = ("/auth/", "/welcome/", "/join/")
PAGES: Final[dict[str, tuple[Page, Page | None]]] = {
    "/": (home.show, None),
    "/posts": (home.show, write.publish),
    "/posts/reach": (home.show, write.show_who_sees),
    "/posts/again": (home.show, write.again),
    "/posts/{id:int}/{verb}": (acts.show_post, acts.on_post),
    "/all": (timelines.all_posts, None),
    "/tags/{tag}": (timelines.tag, None),
    "/tags/{tag}/{verb}": (acts.show_tag, acts.on_tag),
    "/bookmarks": (timelines.bookmarks, None),
    "/favourites": (timelines.favourites, None),
    "/messages": (messages.show, None),
    "/messages/new": (messages.show_new, messages.send),
    "/messages/{id:int}": (messages.show_room, messages.write),
    "/messages/{id:int}/{verb}": (messages.show_room, messages.act),
    "/notifications": (notifications.show, None),
    "/notifications/held": (notification_settings.show_held, None),
    "/notifications/held/{id:int}/{verb}": (notification_settings.show_held, notification_settings.on_held),
    "/search": (who_knows.show, None),
    "/who-knows": (who_knows.show, None),
    "/who-knows/watch": (who_knows.show, who_knows.watch),
    "/who-knows/while-typing": (who_knows.while_typing, None),
    "/who-knows/while-asking": (who_knows.while_asking, None),
    "/not-about": (not_about.show, not_about.say),
    "/glossary": (glossary.show, glossary.add),
    "/glossary/{id:int}/{verb}": (glossary.show_one, glossary.act),
    "/people": (people.show, None),
    "/people/contacts": (contacts.show, contacts.act),
    "/begin": (begin.show, None),
    "/begin/{step}": (begin.show, begin.act),
    "/live": (live_page.show, None),
    "/complete": (complete.show, None),
    "/you": (you.show, None),
    "/you/theme": (you.show, you.set_theme),
    "/keyboard": (you.show_keyboard, None),
    "/lists": (lists.show_all, lists.make),
    "/lists/{id:int}": (lists.show, None),
    "/lists/{id:int}/{verb}": (lists.show_verb, lists.act),
    "/scheduled": (write.show_scheduled, None),
    "/scheduled/{id:int}/{verb}": (write.show_scheduled, write.on_scheduled),
    "/settings": (settings.show, settings.save),
    "/settings/appearance": (settings.show_appearance, settings.save_appearance),
    "/settings/privacy": (settings.show_privacy, settings.save_privacy),
    "/settings/apps": (apps.show, None),
    "/settings/apps/{id:int}/{verb}": (apps.show, apps.act),
    "/settings/email": (notification_settings.show_email, notification_settings.save_email),
    "/settings/notifications": (notification_settings.show, notification_settings.save),
    "/settings/push/on": (notification_settings.show, push.begin),
    "/settings/push/off": (notification_settings.show, push.end),
    "/settings/export": (export.show, export.ask),
    "/settings/export/file": (export.fetch, None),
    "/settings/export/{kind}.csv": (export.table, None),
    "/settings/filters": (filters.show, filters.make),
    "/settings/filters/{id:int}/{verb}": (filters.show, filters.act),
    "/settings/sign-in": (sign_in_settings.show, None),
    "/settings/sign-in/{verb}": (sign_in_settings.show, sign_in_settings.act),
    "/settings/handover": (handover.show, handover.act),
    "/handover/{handle}": (handover.show_shared, None),
    "/settings/blocked": (blocked.show, None),
    "/settings/knowledge": (knowledge.show, knowledge.save),
    "/@{handle}": (person.show, None),
    "/@{handle}/{id:int}": (post.show, None),
    "/@{handle}/card": (person.card, None),
    "/@{handle}/vouch": (vouch.show, vouch.give),
    "/@{handle}/{verb:str}": (acts.show_person, acts.on_person),
    "/admin": (admin_overview.show, admin_overview.agree),
    "/admin/people.csv": (admin.table, None),
    "/admin/selected/{verb}": (admin.show_people, admin.on_selected),
    "/admin/people": (admin.show_people, admin.make_person),
    "/admin/people/{handle}/{verb}": (admin.show_person, admin.on_person),
    "/admin/policy": (admin_policy.show, admin_policy.save),
    "/admin/policy/statement.json": (admin_policy.show_statement, None),
    "/admin/works-council": (admin_policy.show_council, None),
    "/admin/policy/works-council/{verb}": (admin_policy.show, admin_policy.on_council),
    "/admin/policy/compliance/{verb}": (admin_policy.show, admin_policy.on_compliance),
    "/admin/import": (admin_import.show, admin_import.people),
    "/admin/bring-in": (admin_import.to_import, None),
    "/admin/logo": (admin_import.show, admin_import.sign),
    "/admin/sample/{verb}": (admin_import.show, admin_import.sample),
    "/logo/{name}": (admin_import.show_logo, None),
    "/admin/audit": (admin_audit.show, None),
    "/admin/audit.csv": (admin_audit.table, None),
    "/admin/directory": (admin_directory.show, admin_directory.make),
    "/admin/directory/{id:int}/{verb}": (admin_directory.show, admin_directory.act),
    "/admin/retention": (admin_retention.show, admin_retention.save),
    "/admin/retention/holds": (admin_retention.show, admin_retention.hold),
    "/admin/retention/holds/{id:int}/{verb}": (admin_retention.show, admin_retention.lift),
    "/admin/health": (admin.show_health, None),
    "/admin/reports": (admin.show_reports, None),
    "/admin/appeals/{id:int}/{verb}": (admin.show_reports, decisions.answer),
    "/inspections": (inspections.show, inspections.ask),
    "/inspections/{id:int}": (inspections.show_one, None),
    "/inspections/{id:int}/{verb}": (inspections.show, inspections.act),
    "/decisions": (decisions.show, decisions.object_to),
    "/appeal/{token}": (decisions.show_door, decisions.object_by_link),
    "/admin/reports/{id:int}/{verb}": (admin.show_reports, admin.on_report),
    "/admin/announcements": (admin.show_announcements, admin.announce),
    "/admin/announcements/{id:int}/{verb}": (admin.show_announcements, admin.on_announcement),
    "/announcements/{id:int}/{verb}": (home.show, acts.on_announcement),
    "/theme/{accent}.css": (colour.show, None),
    "/manifest.webmanifest": (install.manifest, None),
    "/worker.js": (install.worker, None),
    "/offline": (install.offline, None),
    "/about": (front.about, None),
    "/docs/api": (api_reference.show, None),
    "/docs/api/{group}": (api_reference.show_group, None),
    "/auth/sign_in": (sign_in.show, sign_in.sign_in),
    "/auth/sign_out": (sign_in.show_sign_out, sign_in.sign_out),
    "/auth/passkey/{verb}": (sign_in.show, passkeys.act),
    "/auth/link": (sign_in_link.show, sign_in_link.ask),
    "/auth/link/{token}": (sign_in_link.show_door, sign_in_link.enter),
    "/reset": (reset.show, reset.ask),
    "/auth/sso/{key}": (sign_on.begin, sign_on.connect),
    "/auth/sso/{key}/callback": (sign_on.come_back, None),
    "/auth/sso/{key}/logout": (sign_on.nothing, sign_on.end),
    "/auth/password/{token}": (password.show, password.put),
    "/auth/address/{token}": (address.show, address.confirm),
    "/invitations": (invitations.show, invitations.send_out),
    "/invitations/{id:int}/{verb}": (invitations.show, invitations.act),
    "/invitations/guests/{handle}/{verb}": (invitations.show, invitations.on_guest),
    "/stay/{token}": (staying.show, staying.answer),
    "/letters/stop/{token}": (staying.show_stop, staying.stop),
    "/join": (join.show, join.ask),
    "/join/{token}": (join.show_door, join.come),
    "/farewell/{token}": (farewell.show, farewell.answer),
    "/welcome/{token}": (welcome.show, welcome.begin),
    "/oauth/authorize": (authorize.show, authorize.decide),
}
"""What is shown at an address, and what is done with a form that is sent to it."""
FOR_BUILDERS: Final[dict[str, tuple[Page, Page | None]]] = {"/styleguide": (styleguide.show, None)}
"""Only where those are who build the pages."""


def site(
    database: Database,
    here: Site,
    live: Live | None = None,
    sso: Sequence[Provider] = (),
    *,
    look_over: LookOver | None = None,
    api: Reference | None = None,
    limits: RateLimits | None = None,
    has_styleguide: bool = False,
) -> Starlette:
    assets, templates = _files()
    site = WebSite(
        base_url=here.base_url,
        memory=here.memory,
        sends_mail=here.sends_mail,
        store=here.store,
        data=here.data,
        database=database,
        templates=templates,
        assets=assets,
        presenter=Presenter(here.base_url, assets.address),
        live=live,
        providers=_providers(sso),
        look_over=look_over,
        api=api,
        limits=limits,
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

    async def door(request: Request) -> Response:
        request.scope["weetwie.route"] = path
        try:
            come = await visit(request, site)
        except (asyncpg.PostgresError, OSError):
            return out_of_order(request, site)
        try:
            _bound(come, _longest(come, path))
            come.count(*_limits(path))
            check_length(request.headers.raw, come.longest)
            if path.startswith(("/admin", "/inspections")):
                await _check_proved(come)
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

    return door


async def _check_proved(come: Visit) -> None:
    """Whoever runs the place shows once an hour that it is them. What was filled in on a page that was opened in time is
    still taken an hour later. Raises SignInAgain."""
    now = clock.now()
    looks = permissions.look_behind(come.viewer, now) or permissions.inspect(come.viewer, now)
    if not come.is_signed_in or not looks:
        return
    within = PROVED if come.request.method == "GET" else 2 * PROVED
    async with come.site.database.reading() as db:
        if not await sessions.is_proved(db, come.viewer, within):
            raise SignInAgain


def _longest(come: Visit, path: str) -> int:
    """Only files may be long, and only of those who are known."""
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
        async with come.site.database.transaction_in_turn(place_of(come.client_address)) as db:
            await attempts.wrong_token(db, come.client_address)
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
