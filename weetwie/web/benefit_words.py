"""What it brings the organisation, in words: for the page, the PDF and the table alike."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import msgspec
from babel.numbers import format_percent

from weetwie.access.policy import FEWEST
from weetwie.domain.benefits.rules import Quarter
from weetwie.domain.benefits.whole import Benefit, Ties
from weetwie.errors import _
from weetwie.web.visit import Visit

_HOUR: Final = timedelta(hours=1)
OF_SAMPLE: Final = _(
    "These are numbers of the sample company, made up. Yours appear here once there are enough."
)
_UNTOLD: Final = _("Not shown, because fewer than {fewest} people are on one side of it: {figures}.")
_ONLY_WHOLE: Final = _("Too few for more than the total.")


class Figure(msgspec.Struct, frozen=True):
    label: str
    number: str
    note: str
    is_told: bool


class Share(msgspec.Struct, frozen=True):
    label: str
    percent: int
    shown: str
    """As the reader's language writes it."""
    is_before: bool = False


def quarter_name(visit: Visit, quarter: Quarter) -> str:
    return visit.say(_("Q{number} {year}"), number=quarter.number, year=quarter.begins.year)


def figures(visit: Visit, found: Benefit) -> list[Figure]:
    say = visit.say
    shown = [
        _people(visit, found),
        part_of(
            visit,
            _("Questions answered"),
            found.answered,
            found.asked,
            _("With an answer the asker accepted."),
            whole=_("Questions asked"),
        ),
        Figure(
            say(_("Typical time to an answer")),
            duration(visit, found.wait) if found.wait else say(_("Too few to show")),
            say(_("Half of the answers came sooner.")) if found.wait else from_ten(visit),
            found.wait is not None,
        ),
        part_of(
            visit,
            _("Answered by someone the asker didn't follow"),
            found.by_unfollowed,
            found.answered,
            _("People who would hardly have met otherwise."),
        ),
    ]
    return [*shown, *_about_people(visit, found)] if visit.viewer.policy.tells_activity else shown


def _about_people(visit: Visit, found: Benefit) -> list[Figure]:
    """What works-council mode leaves out."""
    ties = found.ties or Ties(None, None)
    return [
        part_of(
            visit,
            _("Ties between departments"),
            ties.between_units,
            ties.all,
            _("Of all pairs who replied to each other."),
            whole=_("Pairs who replied to each other"),
        ),
        part_of(
            visit,
            _("Newcomers with ties in three departments"),
            found.settled,
            found.newcomers,
            _("After their first 90 days."),
            whole=_("Newcomers"),
        ),
        part_of(
            visit,
            _("Alumni who answered"),
            found.alumni_who_answered,
            found.alumni,
            _("Of all who stay in touch."),
            whole=_("Alumni who stay in touch"),
        ),
    ]


def _people(visit: Visit, found: Benefit) -> Figure:
    label = visit.say(_("People who have logged in"))
    if found.people is None:
        return Figure(label, visit.say(_("Too few to show")), from_ten(visit), is_told=False)
    shown = visit.say(_("About {count}"), count=found.people)
    return Figure(label, shown, visit.say(_("Colleagues, alumni and guests.")), is_told=True)


def untold(visit: Visit, shown: list[Figure]) -> str:
    """Once for all that is left out, and why; empty where nothing is."""
    labels = [one.label for one in shown if not one.is_told]
    if not labels:
        return ""
    return visit.say(_UNTOLD, fewest=FEWEST, figures="; ".join(labels))


def part_of(
    visit: Visit, label: str, number: int | None, of: int | None, note: str, *, whole: str = ""
) -> Figure:
    """A part of a whole; the whole alone where the part is about too few."""
    if number is None and of is not None and whole:
        return Figure(visit.say(whole), str(of), visit.say(_ONLY_WHOLE), is_told=True)
    if number is None:
        return Figure(visit.say(label), visit.say(_("Too few to show")), from_ten(visit), is_told=False)
    return Figure(
        visit.say(label),
        visit.say(_("{number} of {all}"), number=number, all=of),
        visit.say(note),
        is_told=True,
    )


def from_ten(visit: Visit) -> str:
    return visit.say(_("Shown once at least {fewest} people are on either side."), fewest=FEWEST)


def duration(visit: Visit, wait: timedelta) -> str:
    if wait < 2 * _HOUR:
        return visit.say(_("{count} min"), count=int(wait.total_seconds() // 60))
    if wait < 48 * _HOUR:
        return visit.say(_("{count} h"), count=round(wait / _HOUR))
    return visit.say(_("{count} days"), count=wait.days)


def shares(visit: Visit, found: Benefit) -> Iterator[Share]:
    """What the picture shows, in percent."""
    pairs = [
        (_("Questions answered"), found.answered, found.asked),
        (_("By someone the asker didn't follow"), found.by_unfollowed, found.answered),
        (_("Newcomers with ties in three departments"), found.settled, found.newcomers),
        (_("Alumni who answered"), found.alumni_who_answered, found.alumni),
    ]
    for label, number, of in pairs:
        if number is not None and of:
            yield share(visit, visit.say(label), round(100 * number / of))
    for quarter, ties in ((found.first, found.ties_first), (found.quarter, found.ties)):
        if quarter and ties and ties.share is not None:
            label = visit.say(_("Ties between departments, {quarter}"), quarter=quarter_name(visit, quarter))
            yield share(visit, label, ties.share, is_before=quarter is found.first)


def share(visit: Visit, label: str, percent: int, *, is_before: bool = False, is_more: bool = False) -> Share:
    shown = format_percent(percent / 100, locale=visit.language)
    return Share(label, percent, f"> {shown}" if is_more else shown, is_before)


def method(visit: Visit, found: Benefit) -> list[str]:
    say = visit.say
    lines = [
        say(
            _(
                "A number appears only where at least {fewest} people stand behind it and behind what is left of the whole. So nobody can be found by subtracting."
            ),
            fewest=FEWEST,
        ),
        say(
            _(
                "Rounded to fives, for a quarter that is over. Nothing is counted by person, and nobody is ranked."
            )
        ),
        say(
            _(
                "Counted from posts for colleagues, alumni and guests, or everyone. Direct messages and posts for followers aren't looked at."
            )
        ),
    ]
    if not visit.viewer.policy.tells_activity:
        lines.append(
            say(
                _(
                    "Works council mode is on: only questions and answers are counted, nothing about ties, newcomers and alumni."
                )
            )
        )
    else:
        lines.append(say(_("A tie: one of two people replied to the other. Departments are those of today.")))
    if found.survey:
        lines.append(
            say(
                _(
                    "Who to ask: a voluntary survey on topics from people's profiles. Answers are deleted once counted; each person counts once in the range."
                )
            )
        )
    return lines
