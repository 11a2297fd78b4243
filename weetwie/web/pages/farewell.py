"""Whoever has left says here whether they want to stay in touch: reached by a link of their own, good for one answer."""

from collections.abc import Mapping

from starlette.responses import Response

from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import Viewer, nobody
from weetwie.database.pool import Db
from weetwie.domain.identity import links, one_time, passwords, sessions
from weetwie.domain.people import farewell
from weetwie.domain.people.farewell import Wishes
from weetwie.domain.posts import publish
from weetwie.domain.posts.rules import Draft
from weetwie.errors import NotFound, Refusal
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    return _page(visit, await _person(visit))


def _page(visit: Visit, person: Viewer, status: int = 200, **more: object) -> Response:
    shown = {"given": {"is_found": "on", "is_asked": "on"}, "is_waiting": False, **more}
    return visit.show("farewell.html", status, handle=person.handle, **shown)


async def answer(visit: Visit) -> Response:
    given = await visit.form()
    person = await _person(visit)
    try:
        hash = await passwords.hashed(given.get("password", ""))
        async with visit.site.database.transaction() as db:
            is_awake, session = await _accept(visit, db, given, hash)
    except Refusal as refusal:
        return _page(visit, person, 422, error=refusal, given=given)
    if session is None and is_awake:
        return visit.go("/auth/sign_in")
    if session is None:
        return _page(visit, person, is_waiting=True)
    visit.begin_session(session)
    return visit.go("/")


async def _accept(visit: Visit, db: Db, given: Mapping[str, str], hash: str) -> tuple[bool, str | None]:
    """Whether they are awake, or somebody else has to say yes; and the new session, unless they sign in with a code."""
    link = await links.use(db, "farewell", visit.request.path_params["token"])
    person_id = link.person_id or 0
    before = await visit.site.memory.person(db, person_id) or nobody(visit.viewer.policy)
    wishes = Wishes(is_found="is_found" in given, is_asked="is_asked" in given)
    is_awake = await farewell.accept(db, before, person_id, wishes)
    await passwords.put(db, before, person_id, hash)
    if not is_awake:
        return False, None
    if text := given.get("goodbye", "").replace("\r\n", "\n").strip():
        awake = await visit.site.memory.person(db, person_id)
        assert awake is not None, "whoever has just woken is there"
        draft = Draft(text=text, ring=Ring.network, visibility=Visibility.public)
        await publish.publish(db, awake, draft)
    if await one_time.is_on(db, person_id):
        return True, None
    return True, await sessions.begin(db, person_id, visit.agent)


async def _person(visit: Visit) -> Viewer:
    """Whose link it is. Raises NotFound for one that is not good, Conflict where there is nothing to answer."""
    async with visit.site.database.reading() as db:
        link = await links.look(db, "farewell", visit.request.path_params["token"])
        person = await visit.site.memory.person(db, link.person_id or 0)
        await farewell.check(db, link.person_id or 0)
    if person is None:
        raise NotFound
    return person
