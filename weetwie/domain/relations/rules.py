"""What is right between two people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from weetwie.errors import Forbidden, Invalid, _

LONGEST_MUTE: Final = 100 * 365 * 86_400
"""In seconds: beyond a lifetime a mute is one without end."""
MOST_LANGUAGES: Final = 50


class FollowOptions(Struct, frozen=True, kw_only=True):
    """How somebody is followed; None leaves it as it is (or at its default)."""

    shows_boosts: bool | None = None
    notifies: bool | None = None
    languages: Sequence[str] | None = None
    """Empty: all languages."""


def check_options(options: FollowOptions) -> None:
    languages = options.languages or ()
    if len(languages) > MOST_LANGUAGES:
        raise Invalid(_("Choose at most {most} languages."), field="languages", most=MOST_LANGUAGES)
    if any(not language or len(language) > 35 for language in languages):
        raise Invalid(_("Use language codes, such as en or nl."), field="languages")


def check_other(person_id: int, other_id: int) -> None:
    """Nobody follows, mutes or blocks themselves."""
    if person_id == other_id:
        raise Forbidden(_("That's you. Choose someone else."))


def mute_ends(duration: int, at: datetime) -> datetime | None:
    """When a mute of so many seconds ends; 0 is without end."""
    if duration < 0:
        raise Invalid(_("The duration can't be negative."), field="duration")
    if duration == 0 or duration > LONGEST_MUTE:
        return None
    return at + timedelta(seconds=duration)
