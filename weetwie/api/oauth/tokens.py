"""A code becomes a token, a token is given back."""

import base64
import binascii
from urllib.parse import unquote_plus

import msgspec

from weetwie.api.call import Answer, Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon.entities import Empty, Token
from weetwie.api.oauth.errors import (
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    InvalidTarget,
    OAuthRefusal,
    UnauthorizedClient,
    UnsupportedGrantType,
    refuse,
)
from weetwie.api.oauth.registration import agents_are_on
from weetwie.domain.identity import agent_rules, agent_tokens, apps, grants, rules, tokens
from weetwie.domain.identity.apps import RegisteredApp
from weetwie.domain.identity.tokens import IssuedToken
from weetwie.errors import Invalid, _

routes = Routes("oauth")


class TokenRequest(msgspec.Struct, kw_only=True):
    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str | None = None
    scope: str = ""
    refresh_token: str = ""
    resource: str = ""


class AgentToken(msgspec.Struct, kw_only=True):
    """For one address and a short time."""

    access_token: str
    token_type: str
    scope: str
    created_at: int
    expires_in: int
    refresh_token: str


class Revocation(msgspec.Struct, kw_only=True):
    client_id: str = ""
    client_secret: str = ""
    token: str = ""


@routes.post("/oauth/token", answer=Token | AgentToken, refuse=refuse)
async def issue(call: Call, asked: TokenRequest) -> Answer:
    """Exchange a code, or the app's own secret, for a token."""
    if not asked.grant_type:
        raise OAuthRefusal(_("{field} is missing."), field="grant_type")
    if asked.grant_type not in ("authorization_code", "client_credentials", "refresh_token"):
        raise UnsupportedGrantType
    app = await client(call, asked.client_id, asked.client_secret)
    if app.is_agent:
        return await for_agent(call, app, asked)
    if asked.grant_type == "refresh_token":
        raise UnsupportedGrantType
    if asked.grant_type == "client_credentials":
        return _token(await _for_app_alone(call, app, asked.scope))
    return _token(await changed(call, app, asked))


async def changed(call: Call, app: RegisteredApp, asked: TokenRequest) -> IssuedToken:
    """The token for a code. Raises OAuthRefusal."""
    for field in ("code", "redirect_uri"):
        if not getattr(asked, field):
            raise OAuthRefusal(_("{field} is missing."), field=field)
    issued = await grants.exchange(
        await call.db(),
        call.viewer,
        app,
        asked.code,
        asked.redirect_uri,
        asked.code_verifier,
        call.site.agents_at,
    )
    if issued is None:
        await call.release()  # what a code that came twice led to stands
        raise InvalidGrant
    return issued


async def for_agent(call: Call, app: RegisteredApp, asked: TokenRequest) -> Answer:
    """Agents get tokens for one address alone, which they refresh. Raises OAuthRefusal."""
    if not agents_are_on(call):
        raise UnauthorizedClient
    if asked.resource and not agent_rules.is_resource(asked.resource, call.site.agents_at):
        raise InvalidTarget
    if asked.grant_type == "client_credentials":
        raise UnauthorizedClient(_("An agent acts for a person, never for itself."))
    if asked.grant_type == "authorization_code":
        return _refreshed(await changed(call, app, asked))
    if not asked.refresh_token:
        raise OAuthRefusal(_("{field} is missing."), field="refresh_token")
    issued = await agent_tokens.refresh(
        await call.db(), call.viewer, app, asked.refresh_token, call.site.agents_at
    )
    if issued is None:
        await call.release()  # what a refresh that came twice led to stands
        raise InvalidGrant
    return _refreshed(issued)


@routes.post("/oauth/revoke", refuse=refuse)
async def revoke(call: Call, given: Revocation) -> Empty:
    """Revoke a token; unknown ones succeed too."""
    app = await client(call, given.client_id, given.client_secret)
    await tokens.revoke(await call.db(), call.viewer, app.id, given.token)
    return Empty()


async def _for_app_alone(call: Call, app: RegisteredApp, scope: str) -> IssuedToken:
    try:
        scopes = rules.scopes(scope)
    except Invalid:
        raise InvalidScope from None
    if not scope.strip() and not rules.within(scopes, app.scopes):
        scopes = app.scopes
    if not rules.within(scopes, app.scopes):
        raise InvalidScope
    return await tokens.issue(await call.db(), app.id, None, scopes)


def _refreshed(issued: IssuedToken) -> Answer:
    told = AgentToken(
        access_token=issued.token,
        token_type="Bearer",  # noqa: S106 - a word of the protocol
        scope=" ".join(issued.scopes),
        created_at=int(issued.created_at.timestamp()),
        expires_in=issued.lasts,
        refresh_token=issued.refresh,
    )
    return Answer(200, told, {"pragma": "no-cache"})


def _token(issued: IssuedToken) -> Answer:
    return Answer(
        200,
        Token(
            access_token=issued.token,
            token_type="Bearer",  # noqa: S106 - a word of the protocol
            scope=" ".join(issued.scopes),
            created_at=int(issued.created_at.timestamp()),
        ),
        {"pragma": "no-cache"},
    )


async def client(call: Call, client_id: str, client_secret: str) -> RegisteredApp:
    """The app, proven. Raises InvalidClient."""
    basic = _basic(call.header("authorization"))
    if basic is not None:
        if client_secret or client_id not in ("", basic[0]):
            raise OAuthRefusal(_("The app identifies itself in two ways at once."))
        client_id, client_secret = basic
    app = await apps.proven(await call.db(), client_id, client_secret)
    if app is None:
        raise InvalidClient
    return app


def _basic(header: str) -> tuple[str, str] | None:
    """Id and secret out of `Authorization: Basic`, each of them form-encoded first (RFC 6749, 2.3.1)."""
    kind, _space, credentials = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidClient from None
    name, _colon, secret = text.partition(":")
    return unquote_plus(name), unquote_plus(secret)
