"""An app asks to act for somebody, and they say yes or no.

Nothing that is wrong with the request is ever told by sending the browser on: any app may register any address, so an
error that redirects is a link that leads astray in our name. Only a button that somebody presses leads to the app.
"""

from typing import Final
from urllib.parse import urlencode, urlsplit

import msgspec
from starlette.responses import Response

from weetwie.domain.identity import agent_rules, apps, grants, rules
from weetwie.domain.identity.apps import RegisteredApp
from weetwie.domain.identity.rules import OUT_OF_BAND
from weetwie.errors import Invalid, _
from weetwie.web import reading
from weetwie.web.pages import authorize_agent
from weetwie.web.visit import Visit

_NAMES: Final = (
    "response_type client_id redirect_uri scope state code_challenge code_challenge_method response_mode resource"
).split()
_YES: Final = ("1", "true", "t", "on", "yes")


class AuthorizationRequest(msgspec.Struct, frozen=True):
    """A request that is right in every point."""

    app: RegisteredApp
    redirect_uri: str
    scopes: list[str]
    state: str | None
    code_challenge: str | None


async def show(visit: Visit) -> Response:
    asked = await _asked(visit)
    if not visit.is_signed_in or visit.request.query_params.get("force_login", "").lower() in _YES:
        return visit.go(sign_in_address(visit))
    visit.return_to = _source(asked.redirect_uri)
    async with visit.site.database.reading() as db:
        by_others = await reading.done_by_others(visit, db)
    if asked.app.is_agent:
        return visit.show(
            "authorize_agent.html",
            by_others=by_others,
            leads_to=_leads_to(asked.redirect_uri),
            sign_in=sign_in_address(visit),
            **authorize_agent.told(visit, asked.app, asked.redirect_uri, asked.scopes),
        )
    return visit.show(
        "authorize.html",
        by_others=by_others,
        app=asked.app,
        reach=_reach(asked.scopes),
        leads_to=_leads_to(asked.redirect_uri),
        sign_in=sign_in_address(visit),
    )


async def decide(visit: Visit) -> Response:
    asked = await _asked(visit)
    given = await visit.form()
    if not visit.is_signed_in:
        return visit.go(sign_in_address(visit))
    visit.return_to = _source(asked.redirect_uri)
    if given.get("decision") != "allow":
        return _denied(visit, asked)
    scopes = authorize_agent.chosen(asked.scopes, given) if asked.app.is_agent else asked.scopes
    async with visit.site.database.transaction() as db:
        code = await grants.grant(
            db, visit.viewer, asked.app, asked.redirect_uri, scopes, asked.code_challenge
        )
    if asked.redirect_uri == OUT_OF_BAND:
        return visit.show("code.html", app=asked.app, code=code)
    return visit.go(_with(asked, code=code, iss=f"{visit.site.base_url}/"))


def sign_in_address(visit: Visit) -> str:
    """The way to sign in first (or as somebody else) and to come back here."""
    here = [
        (name, value) for name, value in visit.request.query_params.multi_items() if name != "force_login"
    ]
    words = {"next": f"/oauth/authorize?{urlencode(here)}"}
    lang = visit.request.query_params.get("lang")
    return f"/auth/sign_in?{urlencode(words | ({'lang': lang} if lang else {}))}"


async def _asked(visit: Visit) -> AuthorizationRequest:
    """Raises Invalid, for a page, for whatever is wrong."""
    query = visit.request.query_params
    if any(len(query.getlist(name)) > 1 for name in _NAMES):
        raise Invalid(_("The app sent the same parameter twice."))
    client_id = query.get("client_id", "")
    if agent_rules.is_address(client_id):
        app = await authorize_agent.agent_at(visit, client_id)
    else:
        async with visit.site.database.reading() as db:
            app = await apps.by_client(db, client_id)
    if app is None:
        raise Invalid(_("The app that sent you here is unknown. Start again in the app."))
    if query.get("response_type") != "code":
        raise Invalid(_("The app asks for a response type that isn't supported."))
    if query.get("response_mode", "query") != "query":
        raise Invalid(_("The app asks for a response type that isn't supported."))
    redirect_uri = query.get("redirect_uri", "")
    scopes = (agent_rules if app.is_agent else rules).scopes(query.get("scope", ""))
    grants.check(app, redirect_uri, scopes)
    challenge = _challenge(visit)
    if app.is_agent:
        authorize_agent.check(visit, challenge)
    return AuthorizationRequest(app, redirect_uri, scopes, query.get("state"), challenge)


def _challenge(visit: Visit) -> str | None:
    """The challenge of PKCE; only as a hash, for the plain one protects nothing."""
    query = visit.request.query_params
    challenge, method = query.get("code_challenge"), query.get("code_challenge_method")
    if challenge is None and method is None:
        return None
    if method != "S256" or challenge is None or not rules.is_challenge(challenge):
        raise Invalid(_("The app uses an unsafe way to log in. Only S256 is accepted."))
    return challenge


def _denied(visit: Visit, asked: AuthorizationRequest) -> Response:
    if asked.redirect_uri == OUT_OF_BAND:
        return visit.go("/")
    return visit.go(_with(asked, error="access_denied", iss=f"{visit.site.base_url}/"))


def _with(asked: AuthorizationRequest, **values: str) -> str:
    """The address of the app with an answer added to whatever query it has."""
    if asked.state is not None:
        values["state"] = asked.state
    mark = "&" if urlsplit(asked.redirect_uri).query else "?"
    return f"{asked.redirect_uri.rstrip('?')}{mark}{urlencode(values)}"


def _leads_to(redirect_uri: str) -> str:
    """The place that an answer goes to, for people to read; nothing where it goes to no place on the web."""
    return urlsplit(redirect_uri).netloc if redirect_uri.startswith(("https:", "http:")) else ""


def _source(redirect_uri: str) -> str:
    """Browsers hold a form to its policy even where the answer sends it on, so the app's address is let through."""
    if redirect_uri == OUT_OF_BAND:
        return ""
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("https", "http") else f"{parts.scheme}:"


_HIGH_LEVEL: Final = {
    "profile": _("See your name, username and profile photo"),
    "read": _("Read everything you can read"),
    "write": _("Post in your name, and change your profile and settings"),
    "follow": _("See and change who you follow, block and mute"),
    "push": _("Send you notifications"),
    "admin:read": _("See what administrators see"),
    "admin:write": _("Act as an administrator"),
}
_VERBS: Final = {
    "read": _("Read: {things}"),
    "write": _("Write: {things}"),
    "admin:read": _("As an administrator, see: {things}"),
    "admin:write": _("As an administrator, change: {things}"),
}
_THINGS: Final = {
    "accounts": _("profiles"),
    "blocks": _("blocked people"),
    "bookmarks": _("bookmarks"),
    "canonical_email_blocks": _("blocked addresses"),
    "collections": _("collections"),
    "conversations": _("messages"),
    "domain_allows": _("allowed servers"),
    "domain_blocks": _("blocked servers"),
    "email_domain_blocks": _("blocked mail domains"),
    "favourites": _("favourites"),
    "filters": _("filters"),
    "follows": _("who you follow"),
    "ip_blocks": _("blocked network addresses"),
    "lists": _("lists"),
    "media": _("photos and files"),
    "mutes": _("muted people"),
    "notifications": _("notifications"),
    "reports": _("reports"),
    "search": _("search"),
    "statuses": _("posts"),
}


def _reach(scopes: list[str]) -> list[tuple[str, list[str]]]:
    """What the app would be able to do: sentences, and the things that are named in each."""
    found: list[tuple[str, list[str]]] = [
        (sentence, []) for scope, sentence in _HIGH_LEVEL.items() if scope in scopes
    ]
    for verb, sentence in _VERBS.items():
        things = [_THINGS[scope.rpartition(":")[2]] for scope in scopes if scope.rpartition(":")[0] == verb]
        if things and verb not in scopes:
            found.append((sentence, things))
    return found
