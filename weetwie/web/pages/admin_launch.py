"""The launch kit: a plan for the first hundred days, texts to send, a poster, slides, and answers for sceptics."""

from io import BytesIO
from typing import Final

import msgspec
import segno
from starlette.responses import Response

from weetwie.access.policy import Policy
from weetwie.database.pool import Db
from weetwie.domain.announcements import announcements
from weetwie.domain.audit import trail
from weetwie.domain.audit.trail import TrailFilter
from weetwie.domain.people.census import members
from weetwie.domain.timelines import questions
from weetwie.errors import NotFound, _
from weetwie.events import audit
from weetwie.media import pdf
from weetwie.runtime.json import Json
from weetwie.web import colour, launch_words, reading
from weetwie.web.pages.admin_benefit import DOCUMENTS, as_file
from weetwie.web.visit import Visit

_TAKEN: Final = "launch.download"
_MANY_ANSWERS: Final = 10
_SHEETS: Final = {"poster-a4": "a4", "poster-a3": "a3", "slides": ""}


class PlanStep(msgspec.Struct, frozen=True):
    title: str
    line: str
    address: str


class PlanPhase(msgspec.Struct, frozen=True):
    title: str
    steps: tuple[PlanStep, ...]


SURVEY_STEP: Final = PlanStep(
    _("Start the survey"),
    _("Do people know who to ask? The second round, in six months, shows what has changed."),
    "/admin/benefit/survey",
)
PLAN: Final = (
    PlanPhase(
        _("Before the first day"),
        (
            PlanStep(
                _("Give it a name and a logo"),
                _("So that it's yours, not ours."),
                "/admin/policy#organisation",
            ),
            PlanStep(
                _("Talk to the works council"),
                _("Give them the signed statement of all policies. It ticks once it's downloaded."),
                "/admin/works-council",
            ),
            PlanStep(
                _("Write why, in your own words"),
                _("Three sentences at the top of /about/why. Yours count more than ours."),
                "/admin/policy#organisation",
            ),
            PlanStep(_("Import people"), _("So that the first question finds someone."), "/admin/import"),
        ),
    ),
    PlanPhase(
        _("Week 1"),
        (
            PlanStep(
                _("Ask three real questions"), _("Yours and those of two colleagues people like."), "/#write"
            ),
            PlanStep(_("Invite everyone"), _("Done once half of the people have logged in."), "/invitations"),
            PlanStep(
                _("Hang up the poster"), _("Where people wait: lift, canteen, coffee machine."), "#sheets"
            ),
            SURVEY_STEP,
        ),
    ),
    PlanPhase(
        _("First month"),
        (
            PlanStep(
                _("Publish an announcement"),
                _("A good answer of the week, with a name."),
                "/admin/announcements",
            ),
            PlanStep(
                _("Ten answers accepted in a month"),
                _(
                    "Thank people by accepting their answer. In works council mode it ticks from ten people on."
                ),
                "/questions",
            ),
        ),
    ),
    PlanPhase(
        _("Day 100"),
        (
            PlanStep(
                _("Take the sheet to the board"),
                _("What it brings, on one page. It ticks once it's downloaded."),
                "/admin/benefit",
            ),
        ),
    ),
)


async def show(visit: Visit) -> Response:
    values = {"name": visit.viewer.policy.name, "address": visit.site.base_url}
    async with visit.site.database.reading() as db:
        plan = _plan(visit.viewer.policy)
        titles = {step.title for phase in plan for step in phase.steps}
        return await reading.show(
            visit,
            db,
            "admin_launch.html",
            plan=plan,
            done=titles & await _done(visit, db),
            all=len(titles),
            texts=[
                (one, launch_words.said(one.paragraphs, visit.say, **values)) for one in launch_words.TEXTS
            ],
            questions=launch_words.QUESTIONS,
        )


def _plan(policy: Policy) -> list[PlanPhase]:
    """In works-council mode there is no survey."""
    left_out = () if policy.tells_activity else (SURVEY_STEP,)
    return [PlanPhase(one.title, tuple(step for step in one.steps if step not in left_out)) for one in PLAN]


async def _done(visit: Visit, db: Db) -> set[str]:
    """The titles of steps that the facts say are done."""
    viewer, policy = visit.viewer, visit.viewer.policy
    count, asked = await members(db, viewer), await questions.answered(db, viewer)
    facts = (
        policy.name != "Weetwie" and bool(policy.logo),
        await _was(visit, db, "policy.statement"),
        bool(policy.why),
        count.people > count.joined + 2 or count.joined > 2,
        asked.asked >= 3,
        count.joined > 1 and count.joined * 2 > count.people,
        await _was(visit, db, _TAKEN),
        await _was(visit, db, "survey.start"),
        any(not one.tells_policy for one in await announcements.announcements(db, viewer)),
        asked.answered >= _MANY_ANSWERS,
        await _was(visit, db, "benefit.download"),
    )
    steps = [step for phase in PLAN for step in phase.steps]
    return {step.title for step, is_done in zip(steps, facts, strict=True) if is_done}


async def _was(visit: Visit, db: Db, act: str) -> bool:
    return bool(await trail.entries(db, visit.viewer, TrailFilter(act=act), limit=1))


async def show_sheet(visit: Visit) -> Response:
    """The poster or the slides."""
    name = visit.request.path_params["sheet"]
    if name not in _SHEETS:
        raise NotFound
    async with visit.site.database.transaction() as db:
        await audit(db, visit.viewer, _TAKEN)
    source = DOCUMENTS / ("slides.typ" if name == "slides" else "poster.typ")
    return as_file(await pdf.made(source, _data(visit, _SHEETS[name])), f"{name}-{visit.language}.pdf")


def _data(visit: Visit, paper: str) -> dict[str, Json]:
    say, policy = visit.say, visit.viewer.policy
    return {
        "lang": visit.language,
        "title": policy.headline or say(launch_words.HEADLINE),
        "name": policy.name,
        "accent": colour.on_paper(policy.accent),
        "paper": paper,
        "headline": policy.headline or say(launch_words.HEADLINE),
        "lead": say(launch_words.LEAD),
        "questions": [say(one) for one in launch_words.EXAMPLES],
        "address": visit.host,
        "qr": _qr(f"{visit.site.base_url}/about/why"),
        "qr_words": say(launch_words.QR, address=visit.host),
        "slides": [
            {"title": say(one.title), "lines": [say(line) for line in one.lines]}
            for one in launch_words.SLIDES
        ],
        "last": {"title": say(launch_words.LAST[0]), "line": say(launch_words.LAST[1])},
    }


def _qr(address: str) -> str:
    drawn = BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", border=0, svgns=True, xmldecl=False)
    return drawn.getvalue().decode()
