"""Signing in with a passkey: what the device is asked, and what it answers. Both need a script; other ways go without."""

from starlette.responses import JSONResponse, Response

from weetwie.domain.identity import passkeys, sessions
from weetwie.errors import Forbidden, Invalid, NotFound
from weetwie.web import first, reading
from weetwie.web.pages import sign_in
from weetwie.web.pages.sign_in_settings import house_of
from weetwie.web.visit import Visit, local


async def act(visit: Visit) -> Response:
    """`begin` and `enter` sign in, `begin-adding` asks for a new one."""
    given = await visit.form()
    match visit.request.path_params["verb"]:
        case "begin":
            async with visit.site.database.transaction() as db:
                return JSONResponse(await passkeys.begin_sign_in(db, house_of(visit), visit.form_seed))
        case "begin-adding":
            reading.check_signed_in(visit)
            async with visit.site.database.transaction() as db:
                asked = await passkeys.begin_adding(db, visit.viewer, house_of(visit), visit.form_seed)
            return JSONResponse(asked)
        case "enter":
            return await _enter(visit, given.get("credential", ""))
        case _other:
            raise NotFound


async def _enter(visit: Visit, credential: str) -> Response:
    try:
        async with visit.site.database.transaction() as db:
            person_id, token = await passkeys.enter(
                db, visit.site.memory, house_of(visit), visit.form_seed, credential, visit.agent
            )
            if visit.session:
                await sessions.end(db, visit.session)
    except (Invalid, Forbidden) as refusal:
        return sign_in.page(visit, 422, error=refusal)
    assert person_id, "nobody else has a passkey"
    visit.begin_session(token)
    return visit.go(await first.page(visit, token, local(visit.request.query_params.get("next"))))
