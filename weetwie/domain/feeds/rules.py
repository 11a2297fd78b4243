"""What a feed can be of, and whether it may be asked for like this. Pure."""

from typing import Final

from weetwie.errors import Invalid, _

KINDS: Final = ("person", "topic", "list", "questions", "search")
MOST: Final = 50
"""So many secret addresses one person has at a time."""
LONGEST_SEARCH: Final = 200


def check(kind: str, about: str) -> str:
    """`about` as it is kept. Raises Invalid."""
    about = " ".join(about.split())
    if kind not in KINDS:
        raise Invalid(_("Choose what the feed contains."), field="kind")
    if kind == "questions":
        return ""
    if not about:
        raise Invalid(_("Enter what the feed contains."), field="about")
    if len(about) > LONGEST_SEARCH:
        raise Invalid(_("A search can have at most {most} characters."), field="about", most=LONGEST_SEARCH)
    return about
