"""How the place does: four numbers about the whole, what is left of day one, what waits, the last import, health."""

from typing import Final

import msgspec
from starlette.responses import Response

from weetwie import __version__
from weetwie.access import permissions
from weetwie.database.pool import Db
from weetwie.domain.audit import trail
from weetwie.domain.audit.trail import TrailFilter
from weetwie.domain.imports import ledger
from weetwie.domain.invitations import ask
from weetwie.domain.mail import emails
from weetwie.domain.moderation import reports
from weetwie.domain.notifications import push_out
from weetwie.domain.people.census import Members, members
from weetwie.domain.timelines import questions
from weetwie.domain.timelines.questions import Answered
from weetwie.errors import _
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.views.made_up import SAMPLE
from weetwie.web import reading
from weetwie.web.pages import sign_on
from weetwie.web.visit import Visit

_FIRST_QUESTIONS: Final = 3
_CHECKED: Final = "policy.checked"


_WHO_SEES_WHAT: Final = "/admin/policy#who-sees-what"


class Step(msgspec.Struct, frozen=True):
    """Of the checklist of day one."""

    title: str
    line: str
    address: str
    button: str
    is_done: bool

    @property
    def is_read_and_agreed(self) -> bool:
        return self.address == _WHO_SEES_WHAT


async def show(visit: Visit) -> Response:
    viewer, now = visit.viewer, clock.now()
    looks_after_people = permissions.look_after_people(viewer, now)
    async with visit.site.database.reading() as db:
        count = await members(db, viewer)
        asked = await questions.answered(db, viewer)
        imports = [one for one in await ledger.imports(db) if one.person_id is None]
        steps = (
            await _steps(visit, db, count, asked, is_imported=any(one.kind != SAMPLE for one in imports))
            if viewer.is_admin
            else []
        )
        return await reading.show(
            visit,
            db,
            "admin.html",
            count=count,
            asked=asked,
            steps=steps,
            done=sum(one.is_done for one in steps),
            reports=await reports.how_many_wait(db) if permissions.moderate(viewer, now) else 0,
            requests=await ask.waiting(db, viewer) if looks_after_people else [],
            stuck=(await emails.stuck(db))[0] + (await push_out.stuck(db))[0],
            last=imports[-1] if imports and viewer.is_admin else None,
            version=__version__,
        )


async def agree(visit: Visit) -> Response:
    """Somebody has read who sees what, and leaves it so."""
    reading.check_allowed(visit, permissions.administer)
    await visit.form()
    async with visit.site.database.transaction() as db:
        await audit(db, visit.viewer, _CHECKED)
    return visit.go("/admin")


_STEPS: Final = (
    (
        _("Name, logo and colour"),
        _("So that people know where they are."),
        "/admin/policy#organisation",
        _("Choose"),
    ),
    (_("Contact address"), _("Where people reach you."), "/admin/policy#organisation", _("Add")),
    (_("Import people"), _("From a CSV file. Nobody gets an e-mail yet."), "/admin/import", _("Import")),
    (
        _("Check who sees what"),
        _("Colleagues, alumni, guests: four choices."),
        _WHO_SEES_WHAT,
        _("Check"),
    ),
    (
        _("Connect single sign-on"),
        _("Colleagues log in with the account they have. Entra ID, Okta, Keycloak and others."),
        "/admin/directory",
        _("Connect"),
    ),
    (
        _("Ask the first three questions"),
        _("An empty home stays empty. Questions you really have work best."),
        "/#write",
        _("Write one"),
    ),
    (_("Invite everyone"), _("One e-mail each, in their language."), "/invitations", _("Invite")),
)


async def _steps(visit: Visit, db: Db, count: Members, asked: Answered, *, is_imported: bool) -> list[Step]:
    policy = visit.viewer.policy
    is_checked = bool(await trail.entries(db, visit.viewer, TrailFilter(act=_CHECKED), limit=1))
    is_done = (
        policy.name != "Weetwie" and bool(policy.logo),
        bool(policy.contact_email),
        is_imported or count.people > count.joined + 2,
        is_checked,
        bool(sign_on.offered(visit)),
        asked.asked >= _FIRST_QUESTIONS,
        count.joined > 1 and count.joined * 2 > count.people,
    )
    return [Step(*step, done) for step, done in zip(_STEPS, is_done, strict=True)]
