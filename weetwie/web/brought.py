"""What the last 30 days brought somebody, in words: beside their own home and on their own profile. Switched off, it is not worked out."""

from datetime import timedelta
from typing import Any, Final

from babel.dates import format_timedelta
from markupsafe import Markup, escape

from weetwie.database.pool import Db
from weetwie.domain.benefits.lately import BroughtLately, brought_lately
from weetwie.errors import _
from weetwie.runtime.for_a_while import ForAWhile
from weetwie.web.there import around_timelines
from weetwie.web.visit import Visit

_ONE_ANSWERED: Final = _("In the last 30 days you answered {count} question.")
_ANSWERED: Final = _("In the last 30 days you answered {count} questions.")
_ONE_ACCEPTED: Final = _("{count} of your answers was accepted.")
_ACCEPTED: Final = _("{count} of your answers were accepted.")
_ONE_ASKED: Final = _("You asked {count} question.")
_ASKED: Final = _("You asked {count} questions.")
_ONE_HAD: Final = _("You asked {count} question. The first answer came within {time}.")
_HAD: Final = _("You asked {count} questions. The first answer usually came within {time}.")


class BroughtForAWhile(ForAWhile[tuple[int, int, int, tuple[int, ...]], tuple[BroughtLately | None]]):
    """By person, their version, that of the policy, and what the person has written so far: what they did themselves counts at once."""

    def __init__(self) -> None:
        super().__init__(1000, timedelta(minutes=1))


async def brought(visit: Visit, db: Db) -> list[Markup]:
    if not visit.viewer.sees_benefit:
        return []
    lately: BroughtForAWhile = db.kept.setdefault(BroughtForAWhile, BroughtForAWhile())
    viewer, written = visit.viewer, (await around_timelines(visit, db))["written"]
    if written is None:
        return []
    key = (viewer.person_id, viewer.version, viewer.policy.version, tuple(written))
    kept = lately.get(key)
    (found,) = lately.put(key, (await brought_lately(db, viewer),)) if kept is None else kept
    return list(_lines(visit, found)) if found else []


def _lines(visit: Visit, found: BroughtLately) -> list[Markup]:
    lines = []
    if found.answered:
        lines.append(_say(visit, _ONE_ANSWERED if found.answered == 1 else _ANSWERED, count=found.answered))
    if found.accepted:
        lines.append(_say(visit, _ONE_ACCEPTED if found.accepted == 1 else _ACCEPTED, count=found.accepted))
    if found.asked and found.wait is not None:
        time = format_timedelta(found.wait, threshold=1.5, locale=visit.language)
        lines.append(_say(visit, _ONE_HAD if found.asked == 1 else _HAD, count=found.asked, time=time))
    elif found.asked:
        lines.append(_say(visit, _ONE_ASKED if found.asked == 1 else _ASKED, count=found.asked))
    return lines


def _say(visit: Visit, sentence: str, **values: Any) -> Markup:
    """What is counted stands out."""
    open_one = visit.say(sentence, **{name: f"{{{name}}}" for name in values})
    bold = {name: Markup("<b>{}</b>").format(value) for name, value in values.items()}
    return escape(open_one).format(**bold)
