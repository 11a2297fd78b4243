"""Signing in with a provider by SAML: there, back, who it is, and out again; and what a provider reads of us.

A provider sends people back by a form of its own page, and browsers send no cookie of ours with that. So what it says is looked at and
kept, and the browser is sent on to an address where it shows that it is the one that asked.
"""

from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from weetwie.errors import NotFound
from weetwie.flows.saml import SamlSignOn, WayOn
from weetwie.web import first, reading
from weetwie.web.visit import Visit, local

_MOST_FIELDS: Final = 10


async def begin(visit: Visit) -> Response:
    query = visit.request.query_params
    provider, go_on = _provider(visit), local(query.get("next"))
    return visit.go(await provider.way_there(visit.form_seed, go_on, is_again="again" in query))


async def connect(visit: Visit) -> Response:
    """Whoever is signed in adds a provider to their ways of signing in."""
    reading.check_signed_in(visit)
    provider = _provider(visit)
    await visit.form()
    way = await provider.way_there(visit.form_seed, "/settings/sign-in", visit.viewer.person_id)
    return visit.show("go_on.html", provider=provider.told.name, way=way)


async def answer(visit: Visit) -> Response:
    provider = _provider(visit)
    given = await _given(visit.request)
    code = await provider.answer(given.get("SAMLResponse", ""), given.get("RelayState", ""))
    here = f"/auth/saml/{provider.told.key}"
    return visit.go(f"{here}/callback?{urlencode({'code': code})}" if code else here)


async def come_back(visit: Visit) -> Response:
    provider, code = _provider(visit), visit.request.query_params.get("code", "")
    async with visit.site.database.transaction() as db:
        token, go_on = await provider.come_back(
            visit.context(db), visit.form_seed, code, visit.agent, visit.session
        )
    if not token:
        return visit.go(go_on)
    visit.begin_session(token)
    return visit.go(await first.page(visit, token, local(go_on)))


async def end(visit: Visit) -> Response:
    """Also where one comes back to after signing out here: nothing depends on what the provider says of that, for it is done."""
    provider = _provider(visit)
    if "SAMLRequest" not in visit.request.query_params:
        return visit.go("/")
    return _go_on(visit, provider, await provider.signed_out(visit.request.url.query, {}))


async def end_by_form(visit: Visit) -> Response:
    provider = _provider(visit)
    given = await _given(visit.request)
    if "SAMLRequest" not in given:
        return visit.go("/")
    return _go_on(visit, provider, await provider.signed_out("", given))


async def metadata(visit: Visit) -> Response:
    from weetwie.saml.metadata import ours

    found = ours(await _provider(visit).ourselves())
    name = quote(f"weetwie-{visit.request.path_params['key']}.xml")
    return Response(
        found,
        media_type="application/samlmetadata+xml",
        headers={"content-disposition": f'inline; filename="{name}"'},
    )


def _provider(visit: Visit) -> SamlSignOn:
    found, policy = visit.site.saml_providers.get(visit.request.path_params["key"]), visit.viewer.policy
    if found is None or policy.sign_in == "local" or "saml" not in policy.connections:
        raise NotFound
    return found


async def _given(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def _go_on(visit: Visit, provider: SamlSignOn, way: WayOn) -> Response:
    if not way.form:
        return visit.go(way.address)
    parts = urlsplit(way.address)
    visit.return_to = f"{parts.scheme}://{parts.netloc}"
    return visit.show("saml_out.html", provider=provider.told.name, way=way)
