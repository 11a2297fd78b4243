"""For those who look after people: who is here, found by words and state, and what is done with one or with several."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from starlette.responses import Response

from weetwie.access import permissions
from weetwie.access.enums import Role, Standing
from weetwie.access.viewer import Viewer, system
from weetwie.database.pool import Db
from weetwie.domain.people import farewell, leave, rejoin, roles, suspend
from weetwie.domain.people.erase import erase
from weetwie.domain.people.limit import limit
from weetwie.domain.people.lookup import lookup
from weetwie.domain.people.roll import roll
from weetwie.domain.people.rules import Newcomer
from weetwie.errors import Invalid, NotFound, Refusal, _
from weetwie.events import audit
from weetwie.flows import moderate, offboard, onboard, sign_in
from weetwie.imports.ties.table import written
from weetwie.text.signs import bare_address, visible, whole_number
from weetwie.views.people import Profile
from weetwie.web import reading
from weetwie.web.days import end_of
from weetwie.web.pages.admin import profiles
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

_THEMSELVES: Final = _("You can't do this to your own account. Ask another administrator.")
_LENGTH: Final = 100
_MOST_AT_ONCE: Final = 100
_STATES: Final[dict[str, Callable[[Profile], bool]]] = {
    "new": lambda one: not one.has_joined,
    "suspended": lambda one: one.suspended_at is not None,
    "roles": lambda one: one.is_admin or one.is_people_admin or one.is_moderator or one.is_compliance,
}


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    """By handle, those whose name or handle has what is asked for."""
    given = visit.request.query_params
    words, standing = given.get("q", "").strip().lower(), given.get("standing", "")
    found = await _found(visit, db)
    offset = whole_number(given.get("offset"), 6) or 0
    page = found[offset : offset + _LENGTH]
    shown: dict[str, Shown] = {
        "link": "",
        "farewell": "",
        "is_sent": False,
        "given": {},
        "changed": None,
        "left": "",
    }
    return await reading.show(
        visit,
        db,
        "admin_people.html",
        status,
        people=[(one, Standing(one.standing).name, visit.site.presenter.face(one)) for one in page],
        total=len(found),
        words=words,
        standing=standing,
        state=given.get("state", ""),
        offset=offset,
        length=_LENGTH,
        **(shown | more),
    )


async def _found(visit: Visit, db: Db) -> list[Profile]:
    """By handle, as the address asks for them."""
    given = visit.request.query_params
    words, standing = given.get("q", "").strip().lower(), given.get("standing", "")
    ids = await roll(db, visit.viewer, Standing[standing] if standing in Standing.__members__ else None)
    is_so = _STATES.get(given.get("state", ""))
    return [
        one
        for one in await profiles(db, visit.viewer, ids)
        if words in f"{one.name} @{one.handle} {one.unit}".lower() and (is_so is None or is_so(one))
    ]


async def make(visit: Visit) -> Response:
    """Makes a person, and sends them (or shows) a link with which they choose their password."""
    given = dict(await visit.form())
    try:
        async with visit.site.database.transaction() as db:
            link = await onboard.make(visit.context(db), _newcomer(visit, given), _address(given))
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, given=given)
    async with visit.site.database.reading() as db:
        return await _page(visit, db, link=link, is_sent=not link)


def _newcomer(visit: Visit, given: dict[str, str]) -> Newcomer:
    standing = given.get("standing", "")
    return Newcomer(
        handle=visible(given.get("handle", "")).removeprefix("@"),
        name=given.get("name", "").strip(),
        standing=Standing[standing] if standing in Standing.__members__ else Standing.member,
        sponsor_id=visit.viewer.person_id if standing == "guest" else None,
        until=end_of(given.get("until", "")) if standing == "guest" else None,
        is_admin="is_admin" in given,
    )


def _address(given: dict[str, str]) -> str:
    return bare_address(given.get("address", ""))


async def show_one(visit: Visit) -> Response:
    """What cannot be taken back is asked about once more."""
    if visit.request.path_params["verb"] != "erase":
        reading.check_allowed(visit, permissions.look_after_people)
        return await show(visit)
    reading.check_allowed(visit, permissions.administer)
    async with visit.site.database.reading() as db:
        person_id = await lookup(db, system(visit.viewer.policy), visit.request.path_params["handle"])
        (person,) = await profiles(db, visit.viewer, [person_id])
        return await reading.show(visit, db, "admin_erase.html", person=person)


async def act(visit: Visit) -> Response:
    given = await visit.form()
    verb, handle = visit.request.path_params["verb"], visit.request.path_params["handle"]
    acts: dict[str, Callable[[Db, Viewer, int], Awaitable[None]]] = {
        "unsuspend": suspend.unsuspend,
        "unlimit": partial(limit, is_limited=False),
        "leave": leave.leave,
        "rejoin": rejoin.rejoin,
        "wake": farewell.approve,
    }
    async with visit.site.database.transaction() as db:
        person_id = await lookup(db, system(visit.viewer.policy), handle)
        await roles.check_over(db, visit.viewer, person_id)
        if verb == "roles":
            wanted = roles.read(visit.several.get("role", []))
            await roles.give(db, visit.viewer, person_id, {role: role in wanted for role in Role})
            return visit.back("/admin/people")
        if verb == "erase":
            reading.check_allowed(visit, permissions.administer)
            await erase(db, visit.viewer, person_id, keeps_posts=given.get("keeps_posts") == "1")
            return visit.go("/admin/people?erased=1")
        if verb in ("link", "farewell"):
            reading.check_allowed(visit, permissions.look_after_people)
        if verb == "link":
            link = await sign_in.hand_out_password_link(visit.context(db), person_id)
            return await _page(visit, db, link=link, is_sent=not link)
        if verb == "farewell":
            link = await offboard.hand_out_link(visit.context(db), person_id)
            return await _page(visit, db, farewell=link, is_sent=not link)
        if verb not in acts and verb != "suspend":
            raise NotFound
        if person_id == visit.viewer.person_id:
            raise Invalid(_THEMSELVES)
        if verb == "suspend":
            await moderate.suspend_now(visit.context(db), person_id)
        else:
            await acts[verb](db, visit.viewer, person_id)
    return visit.back("/admin/people")


async def on_selected(visit: Visit) -> Response:
    """The same for several people; whoever it cannot be done to stays as they are."""
    await visit.form()
    verb = visit.request.path_params["verb"]
    acts: dict[str, Callable[[Db, Viewer, int], Awaitable[None]]] = {
        "unsuspend": suspend.unsuspend,
        "leave": leave.leave,
    }
    if verb not in acts and verb != "suspend":
        raise NotFound
    done, left = 0, ""
    for handle in visit.several.get("handle", [])[:_MOST_AT_ONCE]:
        try:
            async with visit.site.database.transaction() as db:
                person_id = await lookup(db, system(visit.viewer.policy), handle)
                await roles.check_over(db, visit.viewer, person_id)
                if person_id == visit.viewer.person_id:
                    raise Invalid(_THEMSELVES)
                if verb == "suspend":
                    await moderate.suspend_now(visit.context(db), person_id)
                else:
                    await acts[verb](db, visit.viewer, person_id)
            done += 1
        except Refusal as refusal:
            left = f"@{handle}: {visit.say(refusal.sentence, **refusal.values)}"
    async with visit.site.database.reading() as db:
        return await _page(visit, db, changed=done, left=left)


async def table(visit: Visit) -> Response:
    """What the list shows, as a file."""
    async with visit.site.database.transaction() as db:
        found = await _found(visit, db)
        await audit(db, visit.viewer, "people.export")
    rows = [("handle", "name", "unit", "place", "standing", "joined")]
    for one in found:
        has_joined = "yes" if one.has_joined else "no"
        rows.append((one.handle, one.name, one.unit, one.place, Standing(one.standing).name, has_joined))
    headers = {"content-disposition": 'attachment; filename="people.csv"'}
    return Response(written(rows), media_type="text/csv; charset=utf-8", headers=headers)
