"""What is right for a poll and for a vote. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from weetwie.errors import Invalid, _
from weetwie.text.signs import normal, visible
from weetwie.text.text import is_longer

MOST_OPTIONS: Final = 4
LONGEST_OPTION: Final = 50
SHORTEST, LONGEST = 300, 2_629_746
"""Seconds: five minutes, a month."""


class Ballot(msgspec.Struct, frozen=True, kw_only=True):
    """A poll as its author wants it."""

    options: Sequence[str]
    lasts: int | None
    """Seconds from now."""
    is_multiple: bool = False
    hides_totals: bool = False


def checked(ballot: Ballot, *, has_media: bool) -> Ballot:
    """Raises Invalid, with what to do about it."""
    options = [option.strip() for option in ballot.options]
    if has_media:
        raise Invalid(_("A post can have files or a poll, not both. Remove one of them."), field="poll")
    if not all(map(visible, options)) or len(options) < 2:
        raise Invalid(
            _("A poll needs at least two options, none of them empty."),
            field="poll",
            known_as=_("Choices must have more than one item"),
        )
    if len(options) > MOST_OPTIONS:
        raise Invalid(
            _("A poll can have at most {most} options."),
            field="poll",
            known_as=_("Choices can't contain more than {most} items"),
            most=MOST_OPTIONS,
        )
    if any(is_longer(option, LONGEST_OPTION) for option in options):
        raise Invalid(
            _("A poll option can have at most {most} characters."),
            field="poll",
            known_as=_("Choices cannot be longer than {most} characters each"),
            most=LONGEST_OPTION,
        )
    if len({normal("NFC", option).casefold() for option in options}) < len(options):
        raise Invalid(
            _("Two options are the same."),
            field="poll",
            known_as=_("Choices contain duplicate items"),
        )
    _check_time(ballot.lasts)
    return msgspec.structs.replace(ballot, options=options)


def _check_time(lasts: int | None) -> None:
    if lasts is None:
        raise Invalid(_("Choose a poll length from five minutes to a month."), field="poll")
    if lasts < SHORTEST:
        raise Invalid(
            _("A poll lasts at least five minutes."), field="poll", known_as=_("Deadline is too soon")
        )
    if lasts > LONGEST:
        raise Invalid(
            _("A poll can last at most a month."),
            field="poll",
            known_as=_("Deadline is too far into the future"),
        )


def check_vote(
    choices: Sequence[int],
    options: int,
    *,
    is_multiple: bool,
    ends_at: datetime,
    now: datetime,
    before: Sequence[int] = (),
) -> None:
    """`before` is what they have chosen already: where several can be chosen, another option may follow."""
    if ends_at <= now:
        raise Invalid(_("This poll has ended."), known_as=_("The poll has already ended"))
    if not choices:
        raise Invalid(_("Choose at least one option."), field="choices")
    if any(not 0 <= choice < options for choice in choices):
        raise Invalid(
            _("This option isn't in the poll."),
            field="choices",
            known_as=_("The chosen vote option does not exist"),
        )
    if len(choices) > 1 and not is_multiple:
        raise Invalid(_("You can only choose one option in this poll."), field="choices")
    if before and (not is_multiple or not set(before).isdisjoint(choices)):
        raise Invalid(
            _("You've already voted in this poll."), known_as=_("You have already voted on this poll")
        )
