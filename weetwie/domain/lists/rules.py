"""What is right for a list: its title, how many there may be and how long."""

from typing import Final

from weetwie.errors import Invalid, _
from weetwie.text.text import is_longer

LONGEST_TITLE: Final = 256
MOST_LISTS: Final = 50
MOST_MEMBERS: Final = 500


def checked_title(title: str) -> str:
    title = title.strip()
    if not title:
        raise Invalid(_("Give the list a title."), field="title")
    if is_longer(title, LONGEST_TITLE):
        raise Invalid(
            _("The title is too long: at most {most} characters."), field="title", most=LONGEST_TITLE
        )
    return title


def check_one_more(there_are: int) -> None:
    if there_are >= MOST_LISTS:
        raise Invalid(_("You already have {most} lists. Delete one first."), most=MOST_LISTS)


def check_length(members: int) -> None:
    if members > MOST_MEMBERS:
        raise Invalid(_("A list can have at most {most} people."), field="account_ids", most=MOST_MEMBERS)
