"""Signing in with a name or an address and a password, and signing out."""

from typing import Final
from urllib.parse import urlencode, urlsplit

from starlette.responses import Response

from weetwie.domain.identity import one_time, sessions, sign_in as identity
from weetwie.domain.invitations import ask as asking
from weetwie.errors import Conflict, Forbidden, Invalid, TooMany, Unavailable
from weetwie.flows import log_in
from weetwie.flows.log_in import LoginAttempt
from weetwie.security.client_address import place_of
from weetwie.web import first
from weetwie.web.pages import sign_on
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit, local

_STATUS: Final = {TooMany: 429, Unavailable: 503}


async def show(visit: Visit) -> Response:
    if "again" in visit.request.query_params and visit.is_signed_in:
        async with visit.site.database.reading() as db:
            return page(visit, is_without_proof=await sessions.is_without_proof(db, visit.viewer))
    return page(visit)


def page(visit: Visit, status: int = 200, /, **values: Shown) -> Response:
    visit.is_living = True  # for passkeys
    policy = visit.viewer.policy
    providers = sign_on.offered(visit)
    proxy = visit.site.remote_user if sign_on.is_by_proxy(visit) else None
    query = visit.request.query_params
    is_again = "again" in query and visit.is_signed_in
    go_on = urlencode({"next": local(query.get("next"))} | ({"again": "1"} if is_again else {}))
    return visit.show(
        "sign_in.html",
        status,
        **{
            "name": visit.viewer.handle if is_again else "",
            "asks_code": False,
            "is_without_proof": False,
            "providers": providers,
            "proxy": proxy,
            "go_on": go_on,
            **values,
        },
        is_again=is_again,
        may_join=not is_again and visit.site.sends_mail and asking.is_possible(policy),
    )


async def sign_in(visit: Visit) -> Response:
    given = await visit.form()
    name = given.get("name", "")
    try:
        token = await _enter(visit, name, given.get("password", ""), given.get("code", ""))
    except (Invalid, Forbidden, Conflict, TooMany, Unavailable) as refusal:
        status = next((code for kind, code in _STATUS.items() if isinstance(refusal, kind)), 422)
        asks_code = isinstance(refusal, one_time.CodeNeeded) or bool(given.get("code"))
        response = page(visit, status, name=name, error=refusal, asks_code=asks_code)
        if isinstance(refusal, TooMany):
            response.headers["retry-after"] = str(refusal.retry_after)
        return response
    visit.begin_session(token)
    return visit.go(await first.page(visit, token, local(visit.request.query_params.get("next"))))


async def _enter(visit: Visit, name: str, password: str, code: str) -> str:
    """A try is counted before the password is looked at, and another one before the code is."""
    site = visit.site
    async with site.database.transaction_in_turn(place_of(visit.client_address)) as db:
        attempt = await identity.knock(db, name, visit.client_address)
    return await log_in.log_in(
        site.database,
        site,
        visit.viewer,
        attempt,
        LoginAttempt(name, password, code, visit.agent, visit.session),
    )


async def show_sign_out(visit: Visit) -> Response:
    if not visit.session:
        return visit.go("/")
    # Browsers hold a form to its policy even where the answer sends it on.
    way_out = urlsplit(await sign_on.way_out(visit))
    visit.return_to = f"{way_out.scheme}://{way_out.netloc}" if way_out.netloc else ""
    return visit.show("sign_out.html")


async def sign_out(visit: Visit) -> Response:
    await visit.form()
    way_out = await sign_on.way_out(visit)
    if visit.session:
        async with visit.site.database.transaction() as db:
            await sessions.end(db, visit.session)
    visit.end_session()
    gone = visit.go(way_out or "/")
    gone.headers["clear-site-data"] = '"cache", "storage"'
    return gone
