"""Signing in with a provider: there, back, who it is, and out again."""

import asyncio
from typing import Final

import msgspec
from starlette.responses import JSONResponse, Response

from weetwie.domain.identity import claims, identities, sign_on
from weetwie.domain.identity.claims import ClaimedPerson
from weetwie.domain.identity.sign_on import StartedSignOn
from weetwie.domain.media import faces
from weetwie.errors import Forbidden, Invalid, NotFound, Refusal, _
from weetwie.flows import remote_user as by_remote_user, sign_on as entering
from weetwie.flows.saml import SamlSignOn
from weetwie.http.fetch import Fetcher, FetchFailed
from weetwie.runtime.log import logger
from weetwie.security import remote_user
from weetwie.security.oidc import SignedIn
from weetwie.web import first, reading
from weetwie.web.visit import SignOnHouse as Provider, Visit, local

log = logger(__name__)

_REFUSED: Final = _("{provider} couldn't log you in ({error}). Start again.")
_NOT_RECOGNISED: Final = _(
    "{provider} didn't say who you are. Use another way to log in, or ask an administrator."
)
_PICTURE_SECONDS: Final = 4.0
_LONGEST_AGE: Final = 30 * 24 * 3600


class OfferedSignOn(msgspec.Struct, frozen=True):
    """A provider on the page where one signs in."""

    name: str
    address: str
    issuer: str


def offered(visit: Visit) -> list[OfferedSignOn]:
    """With whom people may sign in here."""
    site, policy = visit.site, visit.viewer.policy
    if policy.sign_in == "local":
        return []
    found = [
        OfferedSignOn(one.told.name, f"/auth/sso/{key}", one.told.issuer)
        for key, one in site.providers.items()
    ]
    if "saml" in policy.connections:
        found += [
            OfferedSignOn(one.told.name, f"/auth/saml/{key}", one.told.issuer)
            for key, one in site.saml_providers.items()
        ]
    return found


async def begin(visit: Visit) -> Response:
    provider = _provider(visit)
    go_on = local(visit.request.query_params.get("next"))
    return visit.go(await _way_there(visit, provider, go_on, is_again="again" in visit.request.query_params))


async def connect(visit: Visit) -> Response:
    """Whoever is signed in adds a provider to their ways of signing in. The way on is a link, so that no form has to
    lead to another server."""
    reading.check_signed_in(visit)
    provider = _provider(visit)
    await visit.form()
    way = await _way_there(visit, provider, "/settings/sign-in", visit.viewer.person_id)
    return visit.show("go_on.html", provider=provider.told.name, way=way)


async def come_back(visit: Visit) -> Response:
    provider, query = _provider(visit), visit.request.query_params
    async with visit.site.database.transaction() as db:
        begun = await sign_on.take(db, provider.told.key, visit.form_seed, query.get("state", ""))
    await provider.client.check_sender(query.get("iss"))
    if "code" not in query:
        error = query.get("error", "")
        plain = error if error.replace("_", "").isalpha() and len(error) < 60 else "error"
        raise Invalid(_REFUSED, provider=provider.told.name, error=plain)
    answer = await provider.client.answer(query["code"], _here(visit, provider), begun.verifier, begun.nonce)
    told = claims.read(provider.told, answer.claims)
    if begun.person_id is not None:
        return await _connected(visit, provider, begun, answer)
    async with visit.site.database.transaction() as db:
        token, is_new = await entering.enter(
            visit.context(db), provider.told, provider.client.issuer, answer, told, visit.agent, visit.session
        )
    visit.begin_session(token)
    if is_new and told.picture:
        await _take_picture(visit, provider, answer, told)
    return visit.go(await first.page(visit, token, local(begun.go_on)))


async def end(visit: Visit) -> Response:
    """The provider says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0)."""
    provider = _provider(visit)
    async with visit.request.form(max_files=0, max_fields=10) as form:
        token = form.get("logout_token")
    try:
        notice = await provider.client.notice(token if isinstance(token, str) else "")
    except Refusal as refusal:
        log.warning("a notice of a sign-out was refused", provider=provider.told.key, why=str(refusal))
        told = {"error": "invalid_request", "error_description": str(refusal)}
        return JSONResponse(told, 400, headers={"cache-control": "no-store"})
    async with visit.site.database.transaction() as db:
        await sign_on.signed_out(db, provider.client.issuer, notice)
    return Response(status_code=200, headers={"cache-control": "no-store"})


async def nothing(visit: Visit) -> Response:
    raise NotFound


def is_by_proxy(visit: Visit) -> bool:
    policy = visit.viewer.policy
    is_on = "remote_user" in policy.connections and policy.sign_in != "local"
    return is_on and visit.site.remote_user is not None


async def by_proxy(visit: Visit) -> Response:
    """A proxy of ours has recognised who it is, and says so with this very request."""
    told = visit.site.remote_user
    if told is None or not is_by_proxy(visit):
        raise NotFound
    named = remote_user.of(visit.request.scope)
    if named is None:
        raise Forbidden(_NOT_RECOGNISED, provider=told.name)
    async with visit.site.database.transaction() as db:
        token = await by_remote_user.enter(visit.context(db), told, named, visit.agent, visit.session)
    visit.begin_session(token)
    return visit.go(await first.page(visit, token, local(visit.request.query_params.get("next"))))


async def way_out(visit: Visit) -> str:
    """Where whoever signs out here signs out of their provider too; empty for all others."""
    if not visit.session:
        return ""
    async with visit.site.database.reading() as db:
        found = await sign_on.of_session(db, visit.session)
    site = visit.site
    every: list[Provider | SamlSignOn] = [*site.providers.values(), *site.saml_providers.values()]
    provider = next((one for one in every if found and one.told.issuer == found[0]), None)
    if found is None or provider is None or not provider.told.signs_out:
        return ""
    try:
        if isinstance(provider, SamlSignOn):
            return await provider.way_out(found[1])
        return await provider.client.way_out(found[1], f"{site.base_url}/")
    except Refusal as refusal:
        log.warning("no way to sign out of a provider", provider=provider.told.key, why=str(refusal))
        return ""


def _provider(visit: Visit) -> Provider:
    found = visit.site.providers.get(visit.request.path_params["key"])
    if found is None or visit.viewer.policy.sign_in == "local":
        raise NotFound
    return found


def _here(visit: Visit, provider: Provider) -> str:
    """Where the provider sends people back to; each has its own, so that one cannot answer for another."""
    return f"{visit.site.base_url}/auth/sso/{provider.told.key}/callback"


async def _way_there(
    visit: Visit, provider: Provider, go_on: str, person_id: int | None = None, *, is_again: bool = False
) -> str:
    """With a longest age of the sign-in there, the provider says how old it is (OpenID Connect Core 1.0, 3.1.2.1)."""
    age = {"prompt": "login", "max_age": "0"} if is_again else {"max_age": str(_LONGEST_AGE)}
    await provider.client.metadata()
    async with visit.site.database.transaction() as db:
        state, begun = await sign_on.begin(db, provider.told.key, visit.form_seed, go_on, person_id)
    return await provider.client.way_there(
        _here(visit, provider),
        provider.told.scopes,
        state,
        begun.nonce,
        begun.verifier,
        dict(provider.told.parameters) | age,
    )


async def _connected(visit: Visit, provider: Provider, begun: StartedSignOn, answer: SignedIn) -> Response:
    if not visit.is_signed_in or visit.viewer.person_id != begun.person_id:
        raise Forbidden
    async with visit.site.database.transaction() as db:
        await identities.connect(
            db, visit.viewer, visit.viewer.person_id, provider.client.issuer, answer.subject
        )
    return visit.go("/settings/sign-in?saved=1")


async def _take_picture(visit: Visit, provider: Provider, answer: SignedIn, told: ClaimedPerson) -> None:
    """A face at the first sign-in, if there is one to be had; nobody has to wait long for it."""
    if visit.site.store is None:
        return
    fetcher = Fetcher("Weetwie")
    try:
        async with asyncio.timeout(_PICTURE_SECONDS):
            got = await fetcher.fetch(told.picture, "image/", faces.LARGEST)
        async with visit.site.database.transaction() as db:
            context = visit.context(db)
            await entering.take_picture(context, provider.client.issuer, answer.subject, got.content)
    except (FetchFailed, Refusal, TimeoutError) as error:
        log.info("no picture from a provider", provider=provider.told.key, why=type(error).__name__)
    finally:
        await fetcher.close()
