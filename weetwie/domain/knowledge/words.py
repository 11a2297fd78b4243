"""What a text is about: its terms, the same for a post and for a question. Pure."""

import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

import msgspec
import regex

from weetwie.text import text as texts
from weetwie.text.scripts import WITHOUT_SPACES
from weetwie.text.signs import normal

LONGEST: Final = 20_000
"""So many characters of one text are read."""
_LONGEST_WORD: Final = 100
"""What is longer is no word of any language, and takes long to be looked at from its end."""
LANGUAGES: Final = {"en": "english", "nl": "dutch", "de": "german"}
"""Whose endings are taken off. A text in another language is read like English, whose rules leave most of it alone."""
HAVE_COMPOUNDS: Final = ("nl", "de")
"""Languages that write several words as one."""

# Where words have no spaces between them, what stands together is read two signs at a time; a word of another script is one by itself.
_WORD = regex.compile(
    rf"[{WITHOUT_SPACES}][{WITHOUT_SPACES}\p{{M}}]*|[[\p{{L}}\p{{N}}]--[{WITHOUT_SPACES}]][[\p{{L}}\p{{M}}\p{{N}}]--[{WITHOUT_SPACES}]]*",
    regex.V1,
)
_PARTS = regex.compile(r"\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|\p{N}+")
# It begins where a word does: else each letter of a long word would be tried as a beginning.
_COMPOUND = regex.compile(r"(?<![\p{L}\p{N}])[\p{L}\p{N}]++(?:[/_.\-+][\p{L}\p{N}]++)+")
_JOINT = regex.compile(r"[_.\-+]")
_WITHOUT_SPACES = regex.compile(rf"[{WITHOUT_SPACES}\p{{M}}]+")
_LINE = regex.compile(r"\r?\n")

EMPTY: Final = frozenset(
    (
        "a an the and or of to in for on with is are be been was were this that it its as by at from not no if then else than so"
        " but can could will would should may might must do does did done has have had when where which while who what how why"
        " there their they them we our you your i he she his her also into only same such some any all other more most very just"
        " about over under after before between each because due using use used via per etc me my us am know knows anybody anyone"
        " somebody someone please help"
        " de het een en van ik te dat die in je is niet op aan met als voor er maar om hem dan zou wat mijn men dit zo door ze zich"
        " bij ook tot uit kan dus deze moet heeft hebben had weet iemand wie hoe waar waarom wordt worden naar nog wel geen zijn"
        " der die das und oder zu den im mit von auf ist nicht ein eine einen dem des auch es sich wie ich wir sie er ihr man aus"
        " bei nach durch wenn aber noch nur so zum zur hat haben wird werden kann wer weiss weiß kennt jemand was warum wo"
    ).split()
)


class PostTerms(msgspec.Struct, frozen=True):
    """What a post says, in numbers."""

    terms: dict[int, int]
    """The number of a term -> how often it stands there; what stands in the first line of several counts twice."""
    length: int
    likeness: int
    """0 for texts too short to be the same by more than chance."""
    words: frozenset[str]


class AskedWord(msgspec.Struct, frozen=True):
    """A word of a question."""

    word: str
    terms: tuple[int, ...]
    """The forms that it may have been indexed in."""
    count: int


def terms(asked: Iterable[AskedWord]) -> list[int]:
    """Of all words, each once."""
    return list(dict.fromkeys(term for one in asked for term in one.terms))


def read(text: str, language: str | None, tags: Sequence[str] = ()) -> PostTerms:
    """Of a post; tags that stand in the text count but once."""
    text = plain(text)
    written = text.casefold()
    extra = [tag for tag in tags if tag.casefold() not in written]
    counts = Counter(_tokens(" ".join([text, *extra])))
    first, *rest = _LINE.split(text, maxsplit=1)
    if rest and rest[0].strip():
        counts.update(_tokens(first))
    code = (language or "en")[:2]
    terms: Counter[int] = Counter()
    for token, number in counts.items():
        terms[number_in(token, code)] += number
    length = sum(number for token, number in counts.items() if not _is_compound(token))
    words = frozenset(token for token in counts if 3 <= len(token) <= 40 and token.isalpha())
    return PostTerms(dict(terms), length, _likeness(counts, text), words)


def ask(question: str) -> list[AskedWord]:
    """The words of a question; stop words alone say nothing, so then they count."""
    tokens = Counter(_tokens(plain(question)))
    return [
        AskedWord(token, tuple(dict.fromkeys(number_in(token, code) for code in LANGUAGES)), count)
        for token, count in tokens.items()
    ]


def forms(word: str) -> tuple[int, ...]:
    """The numbers that one word of a text may have."""
    return tuple(dict.fromkeys(number_in(word, code) for code in LANGUAGES))


def number_in(word: str, code: str) -> int:
    """The number that a word has in a text of this language."""
    return _number_in(word, code) if len(word) <= _LONGEST_WORD else number_of(word)


@lru_cache(maxsize=65_536)
def _number_in(word: str, code: str) -> int:
    return number_of(stem(word, code))


@lru_cache(maxsize=16_384)
def terms_of(written: str) -> frozenset[int]:
    """Every number by which a question finds a word as it is written in a text."""
    return frozenset(number for token in _tokens(written) for number in forms(token))


def number_of(term: str) -> int:
    return int.from_bytes(
        blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little", signed=True
    )


def plain(text: str) -> str:
    """Without what names people and places: mentions and links are not what a text is about."""
    text = normal("NFKC", text[:LONGEST])[:LONGEST]
    return texts.replaced(text, lambda piece: f" {piece.target} " if piece.kind == "tag" else " ")


def tokens(text: str) -> list[str]:
    """In the order in which they stand; behind them those that a hyphen or the like holds together, with a `/`."""
    return list(_tokens(plain(text)))


def _tokens(text: str) -> Iterator[str]:
    for match in _WORD.finditer(text):
        yield from _words_of(match[0]) if len(match[0]) <= _LONGEST_WORD else _word(match[0])
    for match in _COMPOUND.finditer(text):
        yield _JOINT.sub("/", match[0].casefold())


@lru_cache(maxsize=16_384)
def _words_of(written: str) -> tuple[str, ...]:
    return tuple(_word(written))


def _word(written: str) -> Iterator[str]:
    word = written.casefold()
    if word in EMPTY or (len(word) < 2 and not word.isdigit()):
        if _WITHOUT_SPACES.fullmatch(word):
            yield word
        return
    if not word.isascii() and _WITHOUT_SPACES.search(word):
        yield from (word[at : at + 2] for at in range(len(word) - 1))
        return
    yield word
    if not written.isupper() and not written[1:].islower() and written != word:
        parts = _PARTS.findall(written)
        if len(parts) > 1:
            yield from (part.casefold() for part in parts if len(part) > 1)


def _is_compound(token: str) -> bool:
    return "/" in token


def _likeness(counts: Counter[str], text: str) -> int:
    if sum(counts.values()) < 8:
        return 0
    return number_of(" ".join(sorted(counts))) & 0x7FFFFFFF


def stem(word: str, code: str) -> str:
    if "/" in word or not word.isalpha():
        return word
    language = LANGUAGES.get(code, "english")
    return bare(_stemmer(language).stemWord(word))


def bare(word: str) -> str:
    """Without accents."""
    if word.isascii():
        return word
    return "".join(letter for letter in normal("NFD", word) if unicodedata.category(letter) != "Mn")


_OWN: Final = threading.local()
"""A stemmer works on one word at a time, and questions are read in several threads."""


def _stemmer(language: str) -> Any:
    stemmers: dict[str, Any] = _OWN.__dict__
    if language not in stemmers:
        import Stemmer

        stemmers[language] = Stemmer.Stemmer(language, 0)
    return stemmers[language]
