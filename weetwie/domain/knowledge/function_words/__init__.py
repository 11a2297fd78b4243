"""The words of three languages that say how, and not what: spaCy's lists (MIT licence, beside them), a file a language."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

_LANGUAGES: Final = ("en", "nl", "de")
_ALSO: Final = {
    "en": "anybody everybody somebody know knows known need needs want wants does did tell told let lot thing things hi hello thanks thank dear guys",
    "nl": "weet weten kent kennen helpen graag hallo bedankt bedank zoek zoekt nodig wil iemand's beetje",
    "de": "kennt kennen weiß weiss bitte hallo danke hilft helfen brauche brauchen suche hätte",
}
"""What they lack: words that ask or greet."""
_SAYS_WHAT: Final = frozenset(
    (
        "back bottom call empty front full move name side top"
        " prof publ vrij"
        " jahr jahre jahren tag tage tagen zeit gut gute guter gutes mittel teil beispiel ende recht rechte rechten rechter rechtes uhr tat dank"
    ).split()
)
"""What they have too much: these say what is asked."""


@cache
def of(language: str) -> frozenset[str]:
    text = (Path(__file__).parent / f"{language}.txt").read_text("utf-8")
    return frozenset({*text.split(), *_ALSO[language].split()}) - _SAYS_WHAT


def language_of(words: Iterable[str]) -> str:
    """In which of the three a question is put, going by such words; empty where it has none. `words` in small letters."""
    found: Counter[str] = Counter()
    for word in words:
        found.update(language for language in _LANGUAGES if word in of(language))
    return max(_LANGUAGES, key=lambda language: found[language]) if found else ""
