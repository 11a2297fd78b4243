"""What is right for a filter, and what it matches."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import regex

from weetwie.errors import Invalid, _
from weetwie.text.scripts import WITHOUT_SPACES
from weetwie.text.signs import normal
from weetwie.text.text import is_longer

CONTEXTS: Final = ("home", "notifications", "public", "thread", "account")
ACTIONS: Final = ("warn", "hide", "blur")
MOST_FILTERS: Final = 200
MOST_KEYWORDS: Final = 200
"""In one filter; so many single posts, too."""
LONGEST_TITLE: Final = 256
LONGEST_KEYWORD: Final = 512
LONGEST_SECONDS: Final = 100 * 366 * 86_400


def checked_title(title: str) -> str:
    return _checked(title, "title", LONGEST_TITLE)


def checked_keyword(keyword: str) -> str:
    return _checked(keyword, "keyword", LONGEST_KEYWORD)


def _checked(words: str, field: str, longest: int) -> str:
    words = words.strip()
    if is_longer(words, longest):
        raise Invalid(_("{field} is too long: at most {most} characters."), field=field, most=longest)
    if not comparable(words).strip():
        raise Invalid(_("{field} can't be empty."), field=field)
    return words


def checked_contexts(contexts: Sequence[str]) -> list[str]:
    """Each once, in the order in which they are always told."""
    if not contexts:
        raise Invalid(
            _("Choose where the filter applies: {choices}."), field="context", choices=", ".join(CONTEXTS)
        )
    return [context for context in CONTEXTS if context in contexts]


def check_number(there_are: int, most: int) -> None:
    if there_are > most:
        raise Invalid(_("That's too many. At most {most}."), most=most)


def ends(seconds: int | None, now: datetime) -> datetime | None:
    """None and 0 are without end."""
    if not seconds:
        return None
    if seconds < 0:
        raise Invalid(_("{field} must be in the future."), field="expires_in")
    if seconds > LONGEST_SECONDS:
        raise Invalid(
            _("A filter can last up to a hundred years. For one that never ends, leave the end empty."),
            field="expires_in",
        )
    return now + timedelta(seconds=seconds)


def pattern(keywords: Sequence[tuple[str, bool]]) -> regex.Pattern[str] | None:
    """What finds any of these keywords in a text that is `comparable`; with each, whether whole words alone count.

    A word's edge is asked for only where the keyword itself begins or ends in a word: `:)` has none, and neither have words
    of a script that puts no space between them. In Korean what belongs to a word is written behind it without a space.
    """
    words = [(seen, whole) for word, whole in keywords if (seen := comparable(word).strip())]
    if not words:
        return None
    longest_first = sorted(words, key=lambda one: -len(one[0]))
    return regex.compile(
        "|".join(_expression(word, whole) for word, whole in longest_first), regex.IGNORECASE | regex.FULLCASE
    )


def _expression(keyword: str, is_whole_word: bool) -> str:
    if not is_whole_word:
        return regex.escape(keyword)  # type: ignore[no-any-return]
    begin = f"(?<!{_OF_A_WORD})" if _BEGINS_A_WORD.match(keyword) else ""
    end = f"(?!{_OF_A_WORD})" if _ENDS_A_WORD.search(keyword) else ""
    return f"{begin}{regex.escape(keyword)}{end}"


_OF_A_WORD: Final = rf"[^\W{WITHOUT_SPACES}]"
_BEGINS_A_WORD: Final = regex.compile(_OF_A_WORD)
_ENDS_A_WORD: Final = regex.compile(rf"(?!\p{{Hangul}}){_OF_A_WORD}\Z")


_UNSEEN: Final = regex.compile(r"[\u00ad\u200b\u200e\u200f\u2060\u2066-\u2069\u202a-\u202e\ufeff]")
_BLANKS: Final = regex.compile(r"\s+")


def comparable(text: str) -> str:
    """One spelling for what looks alike: an é of one sign or two, wide letters, apostrophes as phones write them, signs and
    blanks that nobody sees."""
    one = text if text.isascii() else normal("NFKC", _UNSEEN.sub("", text)).replace("\u2019", "'")
    return _BLANKS.sub(" ", one)  # type: ignore[no-any-return]
