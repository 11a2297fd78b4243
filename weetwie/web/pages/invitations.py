"""Whom one invites, and the guests one answers for."""

import asyncio
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from weetwie.access import permissions
from weetwie.access.enums import Standing
from weetwie.database.pool import Db
from weetwie.domain.invitations import ask as asking, invite, rules
from weetwie.domain.invitations.rules import Offer
from weetwie.domain.people import end, guests
from weetwie.domain.people.lookup import lookup
from weetwie.errors import Invalid, NotFound, Refusal, _, or_not_found
from weetwie.flows import onboard
from weetwie.runtime import clock
from weetwie.text.signs import bare_addresses
from weetwie.web import reading
from weetwie.web.days import end_of
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

_PROLONGED: Final = timedelta(days=90)
_USUAL_STAY: Final = timedelta(days=180)
_MOST_AT_ONCE: Final = 50
_TOO_MANY: Final = _("At most {most} addresses at a time.")


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    viewer, now = visit.viewer, clock.now()
    stays = await guests.mine(db, viewer)
    open_ones = await invite.listed(db, viewer)
    looks_after = permissions.look_after_people(viewer, now)
    ids = [*(one.guest_id for one in stays), *(one.inviter_id or 0 for one in open_ones)]
    people = {one.id: one for one in await visit.site.presenter.people(db, viewer, dict.fromkeys(ids))}
    shown: dict[str, Shown] = {"given": {}, "links": [], "sent": 0}
    usual = min(now + _USUAL_STAY, rules.longest_stay(viewer.policy, now) - timedelta(days=1))
    return await reading.show(
        visit,
        db,
        "invitations.html",
        status,
        guests=[
            (people[one.guest_id], one, guests.last_day(one.until)) for one in stays if one.guest_id in people
        ],
        soon=now + guests.TOLD_BEFORE,
        now=now,
        invitations=[(one, people.get(one.inviter_id or 0)) for one in open_ones],
        asking=await asking.waiting(db, viewer) if looks_after else [],
        may_invite=[one for one in (Standing.guest, Standing.member) if rules.may_invite(viewer, one, now)],
        usual_end=usual.date().isoformat(),
        **(shown | more),
    )


async def send_out(visit: Visit) -> Response:
    """All of them or none. Where no emails are sent, and for whoever has the link, the links are shown."""
    given = dict(await visit.form())
    try:
        async with visit.site.database.transaction() as db:
            links = await _invite(visit, db, given)
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, given=given)
    async with visit.site.database.reading() as db:
        shown = [(address, link) for address, link in links if link]
        return await _page(visit, db, links=shown, sent=len(links) - len(shown))


async def _invite(visit: Visit, db: Db, given: dict[str, str]) -> list[tuple[str, str]]:
    """By address, empty for whoever has the link; with the link where it was not sent."""
    standing = Standing.member if given.get("standing") == "member" else Standing.guest
    until = end_of(given.get("until", "")) if standing is Standing.guest else None
    to = await asyncio.to_thread(bare_addresses, given.get("addresses", "")) or [""]
    if len(to) > _MOST_AT_ONCE:
        raise Invalid(_TOO_MANY, field="addresses", most=_MOST_AT_ONCE)
    words, links = given.get("words", "").strip(), []
    me = await visit.site.presenter.person(db, visit.viewer, visit.viewer.person_id)
    for address in to:
        offer = Offer(standing=standing, address=address, until=until, words=words)
        links.append((address, await onboard.invite(visit.context(db), offer, visit.language, me.called)))
    return links


async def act(visit: Visit) -> Response:
    await visit.form()
    verb, id = visit.request.path_params["verb"], visit.request.path_params["id"]
    async with visit.site.database.transaction() as db:
        match verb:
            case "withdraw":
                await invite.withdraw(db, visit.viewer, id)
            case "resend":
                me = await visit.site.presenter.person(db, visit.viewer, visit.viewer.person_id)
                link = await onboard.invite_again(visit.context(db), id, visit.language, me.called)
                return await _page(visit, db, links=[("", link)] if link else [], sent=0 if link else 1)
            case "let-in":
                address, link = await onboard.let_in(visit.context(db), id, visit.language)
                if link:
                    return await _page(visit, db, links=[(address, link)])
            case "decline":
                await asking.decline(db, visit.viewer, id)
            case _other:
                raise NotFound
    return visit.go("/invitations")


async def on_guest(visit: Visit) -> Response:
    """With one click a guest stays longer, or their time is over."""
    await visit.form()
    viewer, now = visit.viewer, clock.now()
    async with visit.site.database.transaction() as db:
        guest_id = await lookup(db, viewer, visit.request.path_params["handle"])
        stay = or_not_found(
            next((one for one in await guests.mine(db, viewer) if one.guest_id == guest_id), None)
        )
        match visit.request.path_params["verb"]:
            case "prolong":
                longest = rules.longest_stay(viewer.policy, now)
                await end.set_end(db, viewer, guest_id, min(max(stay.until, now) + _PROLONGED, longest))
            case "end":
                await end.over(db, viewer, guest_id)
            case _other:
                raise NotFound
    return visit.go("/invitations")
