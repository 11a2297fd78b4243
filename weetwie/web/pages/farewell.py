"""Whoever has left says here whether they want to stay in touch: reached by a link of their own, good for one answer."""

from collections.abc import Mapping

from starlette.responses import Response

from weetwie.access.viewer import Viewer
from weetwie.domain.identity import passwords
from weetwie.domain.people import farewell
from weetwie.domain.people.farewell import FarewellChoices
from weetwie.errors import Refusal
from weetwie.flows import offboard
from weetwie.flows.offboard import StayAnswer
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    return _page(visit, await _person(visit))


def _page(visit: Visit, person: Viewer, status: int = 200, /, **more: Shown) -> Response:
    shown = {"given": {"is_found": "on", "is_asked": "on"}, "is_waiting": False, **more}
    return visit.show("farewell.html", status, handle=person.handle, **shown)


async def answer(visit: Visit) -> Response:
    given = await visit.form()
    person = await _person(visit)
    try:
        hash = await passwords.hashed(given.get("password", ""))
        async with visit.site.database.transaction() as db:
            token = visit.request.path_params["token"]
            stayed = await offboard.stay_in_touch(visit.context(db), token, _said(visit, given, hash))
    except Refusal as refusal:
        return _page(visit, person, 422, error=refusal, given=given)
    if stayed.session is None and stayed.is_awake:
        return visit.go("/auth/sign_in")
    if stayed.session is None:
        return _page(visit, person, is_waiting=True)
    visit.begin_session(stayed.session)
    return visit.go("/")


def _said(visit: Visit, given: Mapping[str, str], hash: str) -> StayAnswer:
    return StayAnswer(
        wishes=FarewellChoices(is_found="is_found" in given, is_asked="is_asked" in given),
        goodbye=given.get("goodbye", "").replace("\r\n", "\n").strip(),
        password_hash=hash,
        agent=visit.agent,
    )


async def _person(visit: Visit) -> Viewer:
    """Whose link it is. Raises NotFound for one that is not good, Conflict where there is nothing to answer."""
    async with visit.site.database.reading() as db:
        person = await reading.person_of_link(visit, db, "farewell")
        await farewell.check(db, person.person_id)
    return person
