"""What is right for a collection: its words, how many there may be and how long."""

import re
from typing import Final

from weetwie.errors import Invalid, _
from weetwie.text.text import is_longer

LONGEST_NAME: Final = 100
LONGEST_DESCRIPTION: Final = 500
MOST: Final = 10
MOST_PEOPLE: Final = 25

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE | re.ASCII)


def checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise Invalid(_("Give the collection a name."), field="name")
    if is_longer(name, LONGEST_NAME):
        raise Invalid(_("The name is too long: at most {most} characters."), field="name", most=LONGEST_NAME)
    return name


def check_description(description: str) -> None:
    if is_longer(description, LONGEST_DESCRIPTION):
        raise Invalid(
            _("The description is too long: at most {most} characters."),
            field="description",
            most=LONGEST_DESCRIPTION,
        )


def check_language(language: str | None) -> None:
    if language and (len(language) > 35 or not _LANGUAGE.fullmatch(language)):
        raise Invalid(_("Use a language code, such as en or nl."), field="language")


def check_one_more(there_are: int) -> None:
    if there_are >= MOST:
        raise Invalid(_("You already have {most} collections. Delete one first."), most=MOST)


def check_length(people: int) -> None:
    if people > MOST_PEOPLE:
        raise Invalid(_("A collection can have at most {most} people."), field="account_id", most=MOST_PEOPLE)
