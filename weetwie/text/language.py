"""Sentences in the reader's language: catalogues in gettext's own form, read once, looked up by the English sentence."""

import re
from ast import literal_eval
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from weetwie.errors import Filling, fill

CATALOGUES: Final = Path(__file__).parent.parent / "locale"
SOURCE: Final = "en"
"""The language that the sentences are written in."""

_ENTRY = re.compile(
    r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)',
    re.MULTILINE,
)
_WANTED = re.compile(r"([a-z]{1,8})(?:-[a-z0-9-]{1,30})?(?:\s*;\s*q=([01](?:\.\d{0,3})?))?\s*", re.IGNORECASE)


@cache
def languages() -> tuple[str, ...]:
    """English, and those that there is a catalogue of."""
    return (SOURCE, *sorted(path.parent.parent.name for path in CATALOGUES.glob("*/LC_MESSAGES/weetwie.po")))


def translate(sentence: str, language: str, /, **values: Filling) -> str:
    """The sentence in a language that `best` gave; English where it has not been translated."""
    return fill(catalogue(language).get(sentence) or sentence, values)


def translate_for(sentence: str, wanted: str) -> str:
    """The sentence in the best of the wanted languages (as in `Accept-Language`), its values still open."""
    return catalogue(best(wanted)).get(sentence) or sentence


@lru_cache(maxsize=512)
def best(wanted: str, otherwise: str = SOURCE) -> str:
    """The best language that we have for an `Accept-Language` header or a plain code."""
    asked: list[tuple[float, str]] = []
    for part in wanted[:500].split(","):
        match = _WANTED.fullmatch(part.strip())
        if match and match[1].lower() in languages() and float(match[2] or 1) > 0:
            asked.append((float(match[2] or 1), match[1].lower()))
    return max(asked, key=lambda one: one[0])[1] if asked else otherwise


def first_of(wishes: Sequence[str | None]) -> str:
    """The best language of several wishes, the first one that we can meet."""
    return next((found for wish in wishes if wish and (found := best(wish, ""))), SOURCE)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English sentences to those of a language; fuzzy ones count as not translated."""
    path = CATALOGUES / language / "LC_MESSAGES" / "weetwie.po"
    if language not in languages() or not path.exists():
        return {}
    blocks = path.read_text("utf-8").split("\n\n")
    sure = "\n\n".join(block for block in blocks if not re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE))
    entries = ((_text(match[1]), _text(match[2])) for match in _ENTRY.finditer(sure + "\n"))
    return {english: other for english, other in entries if english and other}


def _text(lines: str) -> str:
    return "".join(literal_eval(line) for line in lines.splitlines() if line)
