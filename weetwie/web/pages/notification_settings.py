"""What one is told, and by whom; whom one has not heard of yet because of that."""

from typing import Final

from starlette.responses import HTMLResponse, Response

from weetwie.domain.mail import choices
from weetwie.domain.notifications import requests
from weetwie.domain.notifications.policy import (
    ACCEPT,
    DROP,
    HOLD,
    KINDS,
    RULES,
    OwnNotificationPolicy,
    dismiss_held,
    let_through,
    policy_of,
    set_policy,
)
from weetwie.domain.people import staying
from weetwie.errors import or_not_found
from weetwie.flows import emails, week
from weetwie.runtime import clock
from weetwie.web import reading
from weetwie.web.pages import push
from weetwie.web.visit import Visit

_OF_EMAILS: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Their styles stand in the tags; nothing in them is fetched or run."""
_CHOICES: Final = {"accept": ACCEPT, "hold": HOLD, "drop": DROP}


async def show(visit: Visit) -> Response:
    async with visit.site.database.transaction() as db:
        policy = await policy_of(db, visit.viewer)
        return await reading.show(
            visit,
            db,
            "notification_settings.html",
            chosen={rule: getattr(policy, rule) for rule in RULES},
            choices=_CHOICES,
            kinds={kind: kind not in policy.kinds_off for kind in KINDS},
            pushed=await push.kinds(visit, db),
            push_key=await push.server_key(db),
            held=await requests.totals(db, visit.viewer),
            is_saved="saved" in visit.request.query_params,
        )


async def save(visit: Visit) -> Response:
    given = await visit.form()
    async with visit.site.database.transaction() as db:
        before = await policy_of(db, visit.viewer)
        wanted = {rule: _CHOICES.get(given.get(rule, ""), getattr(before, rule)) for rule in RULES}
        told = visit.several.get("told", [])
        off = [kind for kind in KINDS if kind not in told] if "has_kinds" in given else before.kinds_off
        await set_policy(db, visit.viewer, OwnNotificationPolicy(**wanted, kinds_off=off))
        if "has_push" in given:
            await push.choose(visit, db, visit.several.get("pushed", []))
    return visit.go("/settings/notifications?saved=1")


async def show_email(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await reading.show(
            visit,
            db,
            "settings_email.html",
            wants_week=await staying.wants_week(db, visit.viewer.person_id),
            mailed=await choices.own_choice(db, visit.viewer.person_id),
            is_saved="saved" in visit.request.query_params,
            is_empty="empty" in visit.request.query_params,
        )


async def save_email(visit: Visit) -> Response:
    given = await visit.form()
    async with visit.site.database.transaction() as db:
        if visit.site.sends_mail:
            await emails.choose(
                visit.context(db),
                wants_week="wants_week" in given,
                kinds=visit.several.get("mailed", []) if "has_mailed" in given else None,
                with_private="with_private" in given,
            )
    return visit.go("/settings/email?saved=1")


async def preview_email(visit: Visit) -> Response:
    """The email itself, as it would be sent now."""
    async with visit.site.database.reading() as db:
        written = await week.compose(
            visit.context(db), clock.now() - week.A_WEEK, visit.context(db).address("settings/email")
        )
    if written is None:
        return visit.go("/settings/email?empty=1")
    return HTMLResponse(written.html, headers={"content-security-policy": _OF_EMAILS})


async def show_held(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        found = await requests.requests(db, visit.viewer, reading.asked(visit))
        people = await visit.site.presenter.cards(db, visit.viewer, [one.from_id for one in found])
        return await reading.show(
            visit,
            db,
            "notifications_held.html",
            held=[(people[one.from_id], one.count) for one in found if one.from_id in people],
            older=reading.older(visit, found[-1].newest if len(found) == reading.LENGTH else 0),
        )


async def on_held(visit: Visit) -> Response:
    await visit.form()
    verbs = {"let": let_through, "dismiss": dismiss_held}
    verb = or_not_found(verbs.get(visit.request.path_params["verb"]))
    async with visit.site.database.transaction() as db:
        await verb(db, visit.viewer, [visit.request.path_params["id"]])
    return visit.back("/notifications/held")
