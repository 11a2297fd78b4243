"""How one signs in: the browsers one is in, the providers, the password."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import segno
from markupsafe import Markup
from starlette.responses import Response

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.identity import (
    account,
    addresses,
    identities,
    one_time,
    passkeys,
    passwords,
    sessions,
    sign_in,
    tokens,
)
from weetwie.domain.identity.passkeys import RelyingParty
from weetwie.errors import Forbidden, Invalid, NotFound, Refusal, TooMany, _
from weetwie.security.client_address import place_of
from weetwie.web import reading
from weetwie.web.pages import address, sign_on as sign_ons
from weetwie.web.pages.drafts import form_id
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

_LAST_WAY = _("This is your only way to log in. Choose a password first.")

# In this order, for each of them also claims to be some of those below it.
_BROWSERS: Final = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox/": "Firefox", "FxiOS": "Firefox",
    "CriOS": "Chrome", "Chrome/": "Chrome", "Safari/": "Safari",
}  # fmt: skip
_SYSTEMS: Final = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS X": "Mac", "Linux": "Linux",
}  # fmt: skip


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def act(visit: Visit) -> Response:
    given = await visit.form()
    verb = visit.request.path_params["verb"]
    try:
        if verb in ("codes", "codes-on"):
            return await _codes(visit, verb, given)
        if verb == "read":
            async with visit.site.database.transaction() as db:
                await account.read(db, visit.viewer)
            return visit.back("/settings/sign-in")
        await _do(visit, verb, given)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _page(visit, 429 if isinstance(refusal, TooMany) else 422, error=refusal)
    is_letter = verb == "own-address" and given.get("address", "").strip()
    return visit.go(f"/settings/sign-in?{'letter' if is_letter else 'saved'}=1")


async def _page(visit: Visit, status: int = 200, /, **more: Shown) -> Response:
    site = visit.site
    async with site.database.reading() as db:
        known = await identities.connected(db, visit.viewer)
        issuers = {one.issuer for one in known}
        offered = sign_ons.offered(visit)
        names = {one.issuer: one.name for one in offered}
        return await reading.show(
            visit,
            db,
            "sign_in_settings.html",
            status,
            sessions=[(one, browser_of(one.agent)) for one in await sessions.listed(db, visit.viewer)],
            happened=await reading.with_names(visit, db, await account.happened(db, visit.viewer)),
            connected=[(one, names.get(one.issuer, one.issuer)) for one in known],
            others=[one for one in offered if one.issuer not in issuers],
            passkeys=await passkeys.listed(db, visit.viewer),
            has_codes=await one_time.is_on(db, visit.viewer.person_id),
            has_password=await passwords.hash_of(db, visit.viewer.person_id) is not None,
            may_have_password=sign_in.may_by_own_means(visit.viewer),
            own_address=await addresses.personal(db, visit.viewer.person_id),
            is_saved="saved" in visit.request.query_params,
            is_letter="letter" in visit.request.query_params,
            **more,
        )


def house_of(visit: Visit) -> RelyingParty:
    """For whom a passkey is good."""
    parts = urlsplit(visit.site.base_url)
    return RelyingParty(parts.hostname or "", f"{parts.scheme}://{parts.netloc}", visit.viewer.policy.name)


def browser_of(agent: str) -> str:
    """`Firefox, Windows`: what people call a browser that calls itself many things; empty where it is none of these."""
    browser = next((name for part, name in _BROWSERS.items() if part in agent), "")
    system = next((name for part, name in _SYSTEMS.items() if part in agent), "")
    return ", ".join(part for part in (browser, system) if part) if browser else ""


async def _do(visit: Visit, verb: str, given: Mapping[str, str]) -> None:
    if verb == "password":
        await _set_password(visit, given)
        return
    if verb == "own-address":
        await address.choose(visit, given.get("address", ""))
        return
    if verb == "codes-off":
        await one_time.end(visit.site.database, visit.viewer, given.get("code", ""))
        return
    if verb == "passkey":
        async with visit.site.database.transaction() as db:
            credential, name = given.get("credential", ""), browser_of(visit.agent)
            await passkeys.add(db, visit.viewer, house_of(visit), visit.form_seed, credential, name)
        return
    async with visit.site.database.transaction() as db:
        match verb:
            case "end":
                await sessions.end_one(db, visit.viewer, form_id(given.get("id", "")) or 0)
            case "end-others":
                await sessions.end_others(db, visit.viewer)
                await tokens.revoke_of(db, visit.viewer, visit.viewer.person_id)
            case "passkey-name":
                await passkeys.rename(
                    db, visit.viewer, form_id(given.get("id", "")) or 0, given.get("name", "")
                )
            case "passkey-remove":
                await _check_other_way(db, visit.viewer)
                await passkeys.remove(db, visit.viewer, form_id(given.get("id", "")) or 0)
            case "disconnect":
                await _check_other_way(db, visit.viewer)
                await identities.disconnect(db, visit.viewer, form_id(given.get("id", "")) or 0)
            case _other:
                raise NotFound


async def _check_other_way(db: Db, viewer: Viewer) -> None:
    """Nobody shuts themselves out. Raises Invalid."""
    ways = len(await identities.connected(db, viewer))
    if sign_in.may_by_own_means(viewer):
        ways += len(await passkeys.listed(db, viewer))
        ways += await passwords.hash_of(db, viewer.person_id) is not None
    if ways < 2:
        raise Invalid(_LAST_WAY)


async def _codes(visit: Visit, verb: str, given: Mapping[str, str]) -> Response:
    """The secret, and once a code has shown that the app has it, the recovery codes."""
    error: Refusal | None = None
    if verb == "codes-on":
        try:
            async with visit.site.database.transaction() as db:
                codes = await one_time.confirm(db, visit.viewer, given.get("code", ""))
            return visit.show("codes.html", codes=codes)
        except Invalid as refusal:
            error = refusal
    async with visit.site.database.transaction() as db:
        secret, address = await one_time.begin(db, visit.viewer, visit.viewer.policy.name)
    picture = Markup(segno.make(address).svg_inline(scale=5, border=2, light="white"))  # noqa: S704  made of dots alone
    status = 422 if error else 200
    return visit.show("codes.html", status, codes=[], secret=secret, picture=picture, error=error)


async def _set_password(visit: Visit, given: Mapping[str, str]) -> None:
    """Whoever has one shows it first, counted like a sign-in; all other browsers are signed out."""
    site, viewer = visit.site, visit.viewer
    if not sign_in.may_by_own_means(viewer):
        raise Forbidden
    async with site.database.transaction_in_turn(place_of(visit.client_address)) as db:
        has_one = await passwords.hash_of(db, viewer.person_id) is not None
        attempt = await sign_in.knock(db, viewer.handle, visit.client_address) if has_one else None
    if attempt is not None:
        await sign_in.check(attempt, given.get("current", ""))
    hash = await passwords.hashed(given.get("password", ""))
    async with site.database.transaction() as db:
        if attempt is not None:
            await sign_in.take_back(db, attempt)
        await passwords.put(db, viewer, viewer.person_id, hash)
        await sessions.end_others(db, viewer)
