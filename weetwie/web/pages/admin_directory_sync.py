"""For administrators: how it stands with the directory that is read by LDAP, what would change, and who waits to leave."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.identity import keys
from weetwie.errors import Invalid, NotFound, _
from weetwie.flows import directory_check
from weetwie.flows.directory_sync import PASSWORD
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

_MOST_NAMES: Final = 100
_EMPTY: Final = _("Enter the password of the account.")
_LABELS: Final = {
    "new": _("New people"),
    "changed": _("Changed people"),
    "gone": _("Gone; leave after the grace period"),
    "leave": _("Leave now"),
    "wait": _("Wait for your confirmation"),
}


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def act(visit: Visit) -> Response:
    return await reading.page_if_refused(visit, _act(visit, await visit.form()), _page)


async def _act(visit: Visit, given: Mapping[str, str]) -> Response:
    match visit.request.path_params["verb"]:
        case "preview":
            return await _preview(visit)
        case "password":
            if not given.get("password", ""):
                raise Invalid(_EMPTY, field="password")
            async with visit.site.database.transaction() as db:
                await keys.put(db, visit.viewer, PASSWORD, given["password"])
        case "read":
            async with visit.site.database.transaction() as db:
                await directory_check.read_soon(db, visit.viewer)
            return visit.go("/admin/directory/ldap")
        case "confirm":
            async with visit.site.database.transaction() as db:
                await directory_check.confirm(visit.context(db), visit.several.get("entry", []))
        case _other:
            raise NotFound
    return visit.go("/admin/directory/ldap?saved=1")


async def _preview(visit: Visit) -> Response:
    """Nothing of the database is held while the directory is read."""
    would = await directory_check.would_change(visit.site.database, visit.site)
    shown = [
        (label, would[what][:_MOST_NAMES], len(would[what])) for what, label in _LABELS.items() if would[what]
    ]
    async with visit.site.database.reading() as db:
        return await _page(visit, db, would=shown, read=len(would["read"]))


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    told = visit.site.directory
    assert told is not None, "checked before"
    return await reading.show(
        visit,
        db,
        "admin_directory_sync.html",
        status,
        told=told,
        is_on="directory" in visit.viewer.policy.connections,
        standing=await directory_check.standing(visit.context(db)),
        is_saved="saved" in visit.request.query_params,
        **({"would": None, "read": ""} | more),
    )
