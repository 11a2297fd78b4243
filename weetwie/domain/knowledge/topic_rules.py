"""What a topic is: a word, a tag or a short phrase, as people write it. Pure."""

import re
from enum import IntEnum
from typing import Final

from weetwie.domain.knowledge import words
from weetwie.errors import Invalid, _
from weetwie.text.signs import normal
from weetwie.text.text import is_longer

LONGEST_NAME: Final = 60
MOST_WORDS: Final = 5
MOST_SHOWN: Final = 30
"""Of each kind on one profile."""
MOST_KEPT: Final = 1000
_SPACES = re.compile(r"\s+")

Signature = tuple[tuple[int, ...], ...]


class TopicChoice(IntEnum):
    """What somebody says of a topic of theirs."""

    knows = 0
    learning = 1
    hidden = 2
    """Not proposed any more."""
    never = 3
    """Contested: not inferred any more, and no evidence for it."""


SHOWN: Final = (TopicChoice.knows, TopicChoice.learning)


def key_of(name: str) -> str:
    """What two spellings of one topic have in common."""
    return normal("NFKC", tidy(name)).casefold()


def tidy(name: str) -> str:
    return _SPACES.sub(" ", name).strip().removeprefix("#").strip()


def check(name: str) -> str:
    """The name as it is kept. Raises Invalid."""
    name = tidy(name)
    if is_longer(name, LONGEST_NAME) or len(name.split()) > MOST_WORDS:
        raise Invalid(
            _("Keep the topic short: at most {words} words and {most} characters."),
            field="name",
            words=MOST_WORDS,
            most=LONGEST_NAME,
        )
    if not name or not signature(name):
        raise Invalid(_("Name a topic: a word, a hashtag or a short phrase."), field="name")
    return name


def signature(name: str) -> Signature:
    """For each word of a topic the numbers that it may have in a text; the same for a singular and its plural."""
    return tuple(sorted(one.terms for one in words.ask(key_of(name)) if "/" not in one.word))
