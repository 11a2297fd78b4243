"""Signing in with a provider: there, back, who it is, and out again."""

import asyncio
import tempfile
from datetime import timedelta
from typing import Any, Final

import structlog
from starlette.responses import JSONResponse, Response

from weetwie.access.viewer import Viewer, nobody, system
from weetwie.database.pool import Db
from weetwie.domain.identity import addresses, claims, renamed, sessions, sign_on
from weetwie.domain.identity.claims import Told
from weetwie.domain.identity.sign_on import Begun
from weetwie.domain.mail import emails, write
from weetwie.domain.media import faces
from weetwie.domain.media.upload import File
from weetwie.domain.people.claim import claim, claimable
from weetwie.domain.people.create import create
from weetwie.domain.people.lookup import lookup
from weetwie.domain.people.profile import change
from weetwie.domain.people.roles import give
from weetwie.domain.people.rules import Changes, Newcomer
from weetwie.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, _
from weetwie.http.fetch import Fetcher, Unfetched
from weetwie.security.oidc import Answer
from weetwie.text import language
from weetwie.text.programs import is_program
from weetwie.web import reading
from weetwie.web.visit import SignOnHouse as Provider
from weetwie.web.visit import Visit, local

log = structlog.get_logger(__name__)

_EXISTS: Final = _(
    "There's already an account with your e-mail address. Log in as usual, then connect it with {provider} under Settings, Login. If you can't, ask an administrator."
)
_NOBODY: Final = _("You don't have an account here yet. Ask an administrator.")
_REFUSED: Final = _("{provider} couldn't log you in ({error}). Start again.")
_PICTURE_SECONDS: Final = 4.0
_MOST_NAMESAKES: Final = 200
_NEWS_LASTS: Final = timedelta(days=2)
_LONGEST_AGE: Final = 30 * 24 * 3600


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
    token, is_new = await _enter(visit, provider, answer, told)
    visit.begin_session(token)
    if is_new and told.picture:
        await _take_picture(visit, provider, answer, told)
    return visit.go(local(begun.go_on))


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


async def way_out(visit: Visit) -> str:
    """Where whoever signs out here signs out of their provider too; empty for all others."""
    if not visit.session:
        return ""
    async with visit.site.database.reading() as db:
        found = await sign_on.of_session(db, visit.session)
    provider = next(
        (one for one in visit.site.providers.values() if found and one.client.issuer == found[0]), None
    )
    if found is None or provider is None or not provider.told.signs_out:
        return ""
    try:
        return await provider.client.way_out(found[1], f"{visit.site.base_url}/")
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


async def _connected(visit: Visit, provider: Provider, begun: Begun, answer: Answer) -> Response:
    if not visit.is_signed_in or visit.viewer.person_id != begun.person_id:
        raise Forbidden
    async with visit.site.database.transaction() as db:
        await sign_on.connect(
            db, visit.viewer, visit.viewer.person_id, provider.client.issuer, answer.subject
        )
    return visit.go("/settings/sign-in?saved=1")


async def _enter(visit: Visit, provider: Provider, answer: Answer, told: Told) -> tuple[str, bool]:
    """The session, and whether its person is new here."""
    issuer = provider.client.issuer
    async with visit.site.database.transaction() as db:
        maker = system(visit.viewer.policy)
        known = await sign_on.owner(db, issuer, answer.subject)
        person_id = known or await _by_address(db, maker, provider, told)
        is_new = person_id is None
        if person_id is None:
            person_id = await _create(db, maker, provider, told)
        if known is None:
            await sign_on.connect(db, maker, person_id, issuer, answer.subject, is_first=is_new)
        await _keep_up(db, maker, person_id, issuer, told, is_new=is_new)
        await _keep_address(visit, db, maker, person_id, issuer, answer.subject, told)
        viewer: Viewer = await visit.site.memory.person(db, person_id) or nobody(visit.viewer.policy)
        token = await sign_on.enter(db, viewer, issuer, answer, visit.agent)
        if visit.session:
            await sessions.end(db, visit.session)
    return token, is_new


async def _by_address(db: Db, maker: Viewer, provider: Provider, told: Told) -> int | None:
    """Somebody who came with an import and whose verified address this is; who is here already connects by themselves,
    unless the organisation vouches for it. Raises Conflict for those."""
    if not told.address or not told.is_verified:
        return None
    imported = await claimable(db, addresses.hashed(await addresses.hash_key(db), told.address))
    if imported is not None and provider.told.creates_people:
        return await _claim(db, maker, imported, told)
    owner = await addresses.verified_owner(db, told.address)
    is_other = owner is not None and await sign_on.knows(db, provider.client.issuer, owner)
    if owner is None or (provider.told.connects_by_email and not is_other):
        return owner
    raise Conflict(_EXISTS, provider=provider.told.name)


async def _create(db: Db, maker: Viewer, provider: Provider, told: Told) -> int:
    if not provider.told.creates_people:
        raise Forbidden(_NOBODY)
    for number in range(1, _MOST_NAMESAKES):
        try:
            person_id = await create(db, maker, _newcomer(maker, told, number))
        except Conflict:
            continue
        return person_id
    raise Conflict


async def _claim(db: Db, maker: Viewer, imported: int, told: Told) -> int:
    for number in range(1, _MOST_NAMESAKES):
        try:
            person_id = await claim(db, maker, imported, _newcomer(maker, told, number))
        except Conflict:
            continue
        return person_id
    raise Conflict


def _newcomer(maker: Viewer, told: Told, number: int) -> Newcomer:
    """The first has the handle itself, namesakes a number behind it."""
    return Newcomer(
        handle=told.handle if number == 1 else f"{told.handle}{number}",
        name=told.name[: maker.policy.longest_name],
    )


async def _keep_up(db: Db, maker: Viewer, person_id: int, issuer: str, told: Told, *, is_new: bool) -> None:
    """What the organisation says of a person is as the provider has it at each sign-in; the rest is theirs."""
    changes: dict[str, Any] = {}
    if told.unit is not None:
        changes["unit"] = told.unit
    if told.manager is not None:
        manager_id = await _manager(db, maker, issuer, told.manager)
        changes["manager_id"] = None if manager_id == person_id else manager_id
    if is_new and is_program(told.name or told.handle, told.address):
        changes["is_bot"] = True
    if is_new and told.language in language.languages():
        changes["default_language"] = told.language
    if changes:
        await change(db, maker, person_id, Changes(**changes))
    await give(db, maker, person_id, told.roles)


async def _keep_address(
    visit: Visit, db: Db, maker: Viewer, person_id: int, issuer: str, subject: str, told: Told
) -> None:
    """Where the provider vouches for addresses, a new one takes the place of the one that it told before."""
    if not told.address or not told.is_verified:
        return
    before = await renamed.told_before(db, issuer, subject)
    await renamed.remember(db, issuer, subject, told.address)
    is_taken = await addresses.owner(db, told.address) not in (None, person_id)
    if is_taken:
        log.warning("the address that a provider tells belongs to another account", person=person_id)
    gone = await renamed.moved(db, maker, person_id, before, "" if is_taken else told.address)
    person = await visit.site.memory.person(db, person_id) if gone else None
    if gone is None or person is None:
        return
    await emails.withdraw(db, person_id, gone)
    if visit.site.sends_mail:
        link = f"{visit.site.base_url}/settings/sign-in"
        now = "" if is_taken else told.address
        written = write.address_changed(person.language, person.policy.name, person.handle, now, link)
        for to in filter(None, (gone, now)):
            await emails.put(db, person_id, to, written, _NEWS_LASTS)


async def _manager(db: Db, maker: Viewer, issuer: str, told: str) -> int | None:
    """By subject, address or handle; nobody where we do not know them (yet)."""
    if not told:
        return None
    found = await sign_on.owner(db, issuer, told) or await addresses.verified_owner(db, told)
    try:
        return found or await lookup(db, maker, told)
    except NotFound:
        return None


async def _take_picture(visit: Visit, provider: Provider, answer: Answer, told: Told) -> None:
    """A face at the first sign-in, if there is one to be had; nobody has to wait long for it."""
    if visit.site.store is None:
        return
    fetcher = Fetcher("Weetwie")
    try:
        async with asyncio.timeout(_PICTURE_SECONDS):
            got = await fetcher.fetch(told.picture, "image/", faces.LARGEST)
        async with visit.site.database.transaction() as db:
            maker = system(visit.viewer.policy)
            person_id = await sign_on.owner(db, provider.client.issuer, answer.subject) or 0
            with tempfile.SpooledTemporaryFile(max_size=faces.LARGEST) as content:
                content.write(got.content)
                content.seek(0)
                file = File(content, len(got.content))
                name = await faces.put(db, maker, visit.site.store, person_id, "face", file)
            await change(db, maker, person_id, Changes(face=name))
    except (Unfetched, Refusal, TimeoutError) as error:
        log.info("no picture from a provider", provider=provider.told.key, why=type(error).__name__)
    finally:
        await fetcher.close()
