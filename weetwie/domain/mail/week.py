"""The week by mail: what somebody missed, what they may be able to answer, who is new, and one thing from beyond. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from weetwie.domain.mail.form import as_html, section
from weetwie.domain.mail.write import WrittenEmail
from weetwie.errors import _
from weetwie.text.language import translate

TITLES: Final = {
    "questions": _("Questions you may be able to answer"),
    "missed": _("From people you follow"),
    "people": _("New here"),
    "first_weeks": _("People to meet in your first weeks"),
    "beyond": _("Beyond your circle"),
}
"""In the order in which they stand."""


class WeekItem(msgspec.Struct, frozen=True):
    who: str
    why: str
    """What they do, or why this stands here; may be empty."""
    what: str
    link: str


class Week(msgspec.Struct, frozen=True):
    """By the names of `TITLES`."""

    language: str
    place: str
    parts: Mapping[str, Sequence[WeekItem]]
    home: str
    settings: str
    stop: str


def write(week: Week) -> WrittenEmail:
    def say(sentence: str) -> str:
        return translate(sentence, week.language, place=week.place, stop=week.stop, settings=week.settings)

    parts = {say(title): week.parts[name] for name, title in TITLES.items() if week.parts.get(name)}
    heading = say(_("Your week at {place}"))
    matter = next(iter(parts))
    below = [
        say(_("You asked for this weekly digest. Unsubscribe: {stop}")),
        say(_("Change what you get: {settings}")),
    ]
    button = say(_("Open {place}"))
    text = [heading]
    for title, items in parts.items():
        text += [title.upper()]
        text += ["\n".join(filter(None, (one.who, one.why, one.what, one.link))) for one in items]
    text += [f"{button}:\n{week.home}", *below, f"-- \n{week.place}"]
    sections = "".join(
        section(title, [(one.who, one.why, one.what, one.link) for one in items])
        for title, items in parts.items()
    )
    html = as_html(week.language, week.place, heading, [], [], button, week.home, below, sections)
    return WrittenEmail(f"{matter} · {week.place}", "\n\n".join(text) + "\n", html)
