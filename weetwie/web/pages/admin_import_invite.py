"""People who came with an import are invited: whom, in which words, and what could not be delivered."""

from typing import Final

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.identity import kept_addresses
from weetwie.domain.identity.kept_addresses import UnitToInvite
from weetwie.domain.mail import emails
from weetwie.errors import Refusal
from weetwie.flows.imports import invite
from weetwie.flows.imports.invite import ImportInvitation
from weetwie.text import language
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

MOST: Final = 1000
"""Invited with one click; those beyond wait for the next one."""
_MOST_FAILED: Final = 50


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        units = await kept_addresses.units(db, visit.viewer)
        asked = ImportInvitation(
            units=tuple(one.unit for one in units if one.waiting),
            language=visit.language,
            inviter=await _called(visit, db),
        )
        sent = visit.request.query_params.get("sent", "")
        return await _page(visit, db, units, asked, sent=int(sent) if sent.isdecimal() else 0)


async def act(visit: Visit) -> Response:
    """Looks at the email again, or sends it."""
    given = dict(await visit.form())
    async with visit.site.database.reading() as db:
        units = await kept_addresses.units(db, visit.viewer)
        asked = ImportInvitation(
            units=tuple(visit.several.get("unit", [])),
            words=given.get("words", "").strip(),
            language=given.get("language", "")
            if given.get("language", "") in language.languages()
            else visit.language,
            inviter=await _called(visit, db),
        )
        try:
            invite.check(visit.context(db), asked)
        except Refusal as refusal:
            return await _page(visit, db, units, asked, 422, error=refusal)
        if "send" not in given:
            return await _page(visit, db, units, asked)
    return visit.go(f"/admin/import/invite?sent={await _send(visit, asked)}")


async def _send(visit: Visit, asked: ImportInvitation) -> int:
    sent = 0
    while sent < MOST:
        async with visit.site.database.transaction() as db:
            some = await invite.some(visit.context(db), asked, sent)
        if not some:
            break
        sent += some
    return sent


async def _called(visit: Visit, db: Db) -> str:
    me = await visit.site.presenter.person(db, visit.viewer, visit.viewer.person_id)
    return me.called


async def _page(
    visit: Visit,
    db: Db,
    units: list[UnitToInvite],
    asked: ImportInvitation,
    status: int = 200,
    /,
    **more: Shown,
) -> Response:
    failed = dict(await emails.not_delivered(db, visit.viewer, _MOST_FAILED))
    people = await visit.site.presenter.people(db, visit.viewer, failed)
    return await reading.show(
        visit,
        db,
        "admin_import_invite.html",
        status,
        units=units,
        waiting=sum(one.waiting for one in units),
        invited=sum(one.invited for one in units),
        chosen=asked,
        email=invite.preview(visit.context(db), asked),
        minutes=min(sum(one.waiting for one in units if one.unit in asked.units), MOST) // invite.A_MINUTE,
        languages=language.languages(),
        failed=[(one, failed[one.id]) for one in people],
        days=kept_addresses.DAYS,
        **({"error": None, "sent": 0} | more),
    )
