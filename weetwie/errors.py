"""The ways to say no: refusals that a person may read, raised where the decision falls, answered by the entry points."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePath
from typing import ClassVar, TypeAlias, TypeVar

T = TypeVar("T")

Filling: TypeAlias = str | float | date | PurePath | BaseException | None
"""What is put into a sentence."""


def _(sentence: str) -> str:
    """Marks a sentence for translation; entry points translate it when they know the reader's language."""
    return sentence


class Refusal(Exception):
    """A no with a sentence. Values named in the sentence as `{name}` are put in after its translation."""

    default: ClassVar[str] = _("This isn't possible.")

    def __init__(self, sentence: str = "", /, **values: Filling) -> None:
        self.sentence = sentence or self.default
        self.values = values
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return fill(self.sentence, self.values)


class NotFound(Refusal):
    """It is not there, or may not be seen: the two are never told apart."""

    default = _("This page doesn't exist, or you can't see it.")


def or_not_found(value: T | None) -> T:
    """The value. Raises NotFound where there is none."""
    if value is None:
        raise NotFound
    return value


class Forbidden(Refusal):
    """It is seen, but this viewer may not do that to it."""

    default = _("You aren't allowed to do this.")


class Detail:
    """One thing that is wrong with one field: a code for programs (`ERR_TAKEN`) and a sentence for people."""

    __slots__ = ("code", "sentence", "values")

    def __init__(self, code: str, sentence: str, /, **values: Filling) -> None:
        self.code = code
        self.sentence = sentence
        self.values = values


class Invalid(Refusal):
    """What was given is not right. `field` names the field; `details` maps each field to all that is wrong with it; `known_as`
    is what apps of the client API know this refusal by, where they look at its words."""

    default = _("Something you entered isn't right.")

    def __init__(
        self,
        sentence: str = "",
        /,
        *,
        field: str | None = None,
        details: Mapping[str, Sequence[Detail]] | None = None,
        known_as: str = "",
        **values: Filling,
    ) -> None:
        if field is not None:
            values["field"] = field
        super().__init__(sentence, **values)
        self.field = field
        self.details = details
        self.known_as = known_as


class Conflict(Refusal):
    """It does not go together with what is already there."""

    default = _("This conflicts with something that's already there.")


class TooMany(Refusal):
    """Too often; `retry_after` says in how many seconds it may be tried again."""

    default = _("Too many attempts. Wait a moment.")

    def __init__(self, sentence: str = "", /, *, retry_after: int = 60, **values: Filling) -> None:
        super().__init__(sentence, **values)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """Something that this needs is out of order for now, the database most of all."""

    default = _("This doesn't work right now. Try again in a few minutes.")

    def __init__(self, sentence: str = "", /, *, retry_after: int = 2, **values: Filling) -> None:
        super().__init__(sentence, **values)
        self.retry_after = retry_after


class NoSpace(Unavailable):
    """The disk is full; nothing was written."""

    default = _("There's no space left. Nothing was saved.")


def fill(sentence: str, values: Mapping[str, Filling]) -> str:
    """The sentence with its values in place; a translation with a wrong placeholder must not break the answer."""
    if not values:
        return sentence
    try:
        return sentence.format_map(dict(values))
    except (KeyError, IndexError, ValueError, AttributeError):
        return sentence
