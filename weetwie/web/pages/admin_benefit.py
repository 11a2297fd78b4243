"""What it brings the organisation: a page, the same on one sheet for a board, and the numbers as a table."""

import csv
import io
from pathlib import Path
from typing import Any, Final

import msgspec
from starlette.responses import Response

from weetwie.domain.benefits import whole
from weetwie.domain.benefits.rules import quarter_of
from weetwie.domain.benefits.whole import Benefit
from weetwie.errors import _
from weetwie.events import audit
from weetwie.media import pdf
from weetwie.web import benefit_words, colour, reading, survey_words
from weetwie.web.benefit_words import Share
from weetwie.web.survey_words import Survey
from weetwie.web.visit import Visit

DOCUMENTS: Final = Path(__file__).parent.parent / "documents"
SURVEY: Final = _("Who to ask")
_LEAD: Final = _("In {quarter}: people who found an answer, and each other.")


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        found = await whole.benefit(db, visit.viewer)
        return await reading.show(visit, db, "admin_benefit.html", found=found, **_shown(visit, found))


def _shown(visit: Visit, found: Benefit) -> dict[str, Any]:
    bars, figures = list(benefit_words.shares(visit, found)), benefit_words.figures(visit, found)
    return {
        "figures": [one for one in figures if one.is_told],
        "untold": benefit_words.untold(visit, figures),
        "bars": bars,
        "survey": survey_words.survey(visit, found),
        "method": benefit_words.method(visit, found),
        "quarter": benefit_words.quarter_name(visit, found.quarter),
    }


async def show_pdf(visit: Visit) -> Response:
    found = await _taken_away(visit)
    shown, policy, say = _shown(visit, found), visit.viewer.policy, visit.say
    data = {
        "lang": visit.language,
        "name": policy.name,
        "accent": colour.on_paper(policy.accent),
        "title": say(_("What {name} brings us"), name=policy.name),
        "lead": say(_LEAD, quarter=shown["quarter"]),
        "figures": [msgspec.structs.asdict(one) for one in shown["figures"]],
        "untold": shown["untold"],
        "sample": say(benefit_words.OF_SAMPLE) if found.is_of_sample else "",
        "bars": [msgspec.structs.asdict(one) for one in shown["bars"]],
        "chart_title": say(_("Shares")),
        "chart_words": _in_words(shown["bars"]),
        "survey_title": say(SURVEY),
        "survey": _survey(shown["survey"]),
        "method_title": say(_("How it's counted")),
        "method": shown["method"],
        "foot": f"{visit.host} · {shown['quarter']}",
    }
    return as_file(await pdf.made(DOCUMENTS / "benefit.typ", data), f"benefit-{found.quarter.name}.pdf")


def _in_words(bars: list[Share]) -> str:
    return ", ".join(f"{one.label}: {one.shown}" for one in bars)


def _survey(found: Survey | None) -> dict[str, Any] | None:
    return {**msgspec.to_builtins(found), "words": _in_words(found.bars)} if found else None


def as_file(content: bytes, name: str, kind: str = "application/pdf") -> Response:
    return Response(
        content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


async def table(visit: Visit) -> Response:
    """The numbers as they are shown, to go on with elsewhere; empty is what is not told."""
    found = await _taken_away(visit)
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("quarter", "figure", "number", "of"))
    for quarter, name, number, of in _rows(found):
        rows.writerow((quarter, name, *("" if one is None else one for one in (number, of))))
    return as_file(text.getvalue().encode(), f"benefit-{found.quarter.name}.csv", "text/csv; charset=utf-8")


def _rows(found: Benefit) -> list[tuple[str, str, int | None, int | None]]:
    quarter = found.quarter.name
    minutes = int(found.wait.total_seconds() // 60) if found.wait else None
    rows = [
        (quarter, "questions_answered", found.answered, found.asked),
        (quarter, "answered_by_unfollowed", found.by_unfollowed, found.answered),
        (quarter, "median_minutes_to_answer", minutes, None),
        (quarter, "newcomers_with_ties_in_three_units", found.settled, found.newcomers),
        (quarter, "alumni_who_answered", found.alumni_who_answered, found.alumni),
    ]
    for one, ties in ((found.first, found.ties_first), (found.quarter, found.ties)):
        if one and ties:
            rows.append((one.name, "ties_between_units", ties.between_units, ties.all))
    for counted in (found.survey_first, found.survey):
        if counted:
            name = quarter_of(counted.counted_at).name
            rows.append((name, "survey_named_someone_who_knows", counted.correct, counted.named))
            rows.append(
                (name, "survey_had_someone_in_mind", counted.named if counted.asked else None, counted.asked)
            )
            rows.append((name, "survey_people_who_named_someone", counted.people, None))
    return rows


async def _taken_away(visit: Visit) -> Benefit:
    """The numbers, and in the audit trail that somebody took them along."""
    async with visit.site.database.transaction() as db:
        await audit(db, visit.viewer, "benefit.download")
        return await whole.benefit(db, visit.viewer)
