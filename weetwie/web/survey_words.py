"""Whether people know who to ask, in words: what came of the rounds of the survey."""

from typing import Final

import msgspec

from weetwie.domain.benefits import survey_rules
from weetwie.domain.benefits.rules import quarter_of
from weetwie.domain.benefits.survey import CountedRound
from weetwie.domain.benefits.whole import Benefit
from weetwie.errors import _
from weetwie.web.benefit_words import Figure, Share, from_ten, part_of, quarter_name, share
from weetwie.web.visit import Visit

_NEARLY_ALL: Final = _(
    "More than {percent}% means nearly all: an exact number would be about fewer than ten people, so none is shown."
)


class Survey(msgspec.Struct, frozen=True):
    """Whether people know who to ask."""

    bars: list[Share]
    says: str
    """What it means, in a sentence or two."""


def survey(visit: Visit, found: Benefit) -> Survey | None:
    last, first = found.survey, found.survey_first
    if last is None:
        return None
    bars = [
        share(
            visit,
            visit.say(_("Named someone who knows, {quarter}"), quarter=_when(visit, one)),
            round(100 * (one.numbers.share or 0)) if not one.nearly_all else survey_rules.NEARLY_ALL,
            is_before=one is first,
            is_more=one.nearly_all,
        )
        for one in (first, last)
        if one
    ]
    return Survey(bars, _gain(visit, first, last))


def _when(visit: Visit, one: CountedRound) -> str:
    return quarter_name(visit, quarter_of(one.counted_at))


def _gain(visit: Visit, first: CountedRound | None, last: CountedRound) -> str:
    say = visit.say
    if last.nearly_all or (first and first.nearly_all):
        return say(_NEARLY_ALL, percent=survey_rules.NEARLY_ALL)
    gain = survey_rules.gain(first.numbers, last.numbers) if first else None
    if gain is None:
        return say(_("The first round. A second one, months later, shows the difference."))
    if gain.least > 0:
        return say(
            _(
                "{points} percentage points more than the first time. Allowing for chance: between {least} and {most}."
            ),
            points=gain.points,
            least=gain.least,
            most=gain.most,
        )
    if gain.most < 0:
        return say(
            _(
                "{points} percentage points fewer than the first time. Allowing for chance: between {least} and {most}."
            ),
            points=-gain.points,
            least=-gain.most,
            most=-gain.least,
        )
    return say(
        _(
            "No clear difference. Allowing for chance: between {least} percentage points fewer and {most} more. With more people it gets clearer."
        ),
        least=-gain.least,
        most=gain.most,
    )


def round_figures(visit: Visit, one: CountedRound) -> list[Figure]:
    """What is told of one round."""
    knows = _("Named someone who knows")
    nearly_all = Figure(
        visit.say(knows),
        visit.say(_("Nearly all")),
        visit.say(_NEARLY_ALL, percent=survey_rules.NEARLY_ALL),
        is_told=True,
    )
    return [
        nearly_all
        if one.nearly_all
        else part_of(
            visit,
            knows,
            one.correct,
            one.named,
            _("Someone who lists it on their profile, or appears in Who knows."),
        ),
        part_of(
            visit,
            _("Had someone in mind"),
            one.named if one.asked else None,
            one.asked,
            _("The others said: I don't know."),
        ),
        Figure(
            visit.say(_("People who named someone")),
            visit.say(_("About {count}"), count=one.people)
            if one.people
            else visit.say(_("Too few to show")),
            visit.say(_("Rounded to fives.")) if one.people else from_ten(visit),
            one.people is not None,
        ),
    ]
