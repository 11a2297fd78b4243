"""The word list as it lies in memory: which concepts a word may mean, by the stems of it.

Loaded at the first question that needs it. The lines stay text and are read again when they are asked for, so that all of it is 3 MB.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Final

import msgspec
import regex

from weetwie.domain.knowledge import background, dictionary, words
from weetwie.domain.knowledge.dictionary import LANGUAGES, Concept
from weetwie.runtime.later import np
from weetwie.runtime.memory import give_back

LONGEST: Final = 5
"""Words of a phrase that is looked for."""
_NO_FIELDS: Final = frozenset({"general", "work", "places"})
"""Files whose words stand beside those of any other."""
GLOSSARY: Final = "glossary"
"""The field of what people here have written down themselves."""
_SHORTEST_PART: Final = 3
_LONG_PART: Final = 5
_MOST_KNOWN: Final = 1500
"""Words that are asked for again and again: some 2 MB."""
_USUAL, _MUCH_MORE = 3e-6, 3.0
"""A word that is so usual in another language, or means something there, and is not much more usual in its own, may be that one."""

_PIECE: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")

Key = tuple[str, *tuple[int, ...]]
"""A language, and the numbers of the stems."""


class Meaning(msgspec.Struct, frozen=True):
    """One concept that a word may mean."""

    concept: Concept
    field: str
    """Empty for what belongs to all of them."""
    is_ambiguous: bool
    """Whether the word means something else as well."""
    said: tuple[str, ...] = ()
    """The words by which it was found, as the list has them."""


class WordList:
    def __init__(self, lines: Sequence[tuple[str, str]]) -> None:
        """Each line with the field that it belongs to."""
        self._lines = [line.encode() for _field, line in lines]
        self._fields = [field for field, _line in lines]
        keys, places = array("q"), array("i")
        self._begins: set[int] = set()
        """Of phrases of three words and more, the first two."""
        for place, line in enumerate(self._lines):
            for key in _keys_at_once(line.decode()):
                keys.append(hash(key))
                places.append(place)
                if len(key) > 3:
                    self._begins.add(hash(_beginning(key)))
        self._known: dict[Key, tuple[Meaning, ...]] = {}
        numbers = np.frombuffer(keys, np.int64)
        order = np.argsort(numbers, kind="stable")
        self._keys, self._places = numbers[order], np.frombuffer(places, np.int32)[order]

    def meanings(self, key: Key) -> tuple[Meaning, ...]:
        if (known := self._known.get(key)) is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[key] = tuple(self._meanings(key))
        return known

    def _meanings(self, key: Key) -> Iterator[Meaning]:
        wanted = hash(key)
        at = int(np.searchsorted(self._keys, wanted))
        while at < len(self._keys) and self._keys[at] == wanted:
            place = int(self._places[at])
            concept, field = dictionary.quickly(self._lines[place].decode()), self._fields[place]
            for own, is_ambiguous, said in _keys(concept):
                if own == key:
                    yield Meaning(concept, "" if field in _NO_FIELDS else field, is_ambiguous, said)
            at += 1

    def has(self, keys: Sequence[Key]) -> list[bool]:
        """Which of these mean anything."""
        wanted = np.array([hash(key) for key in keys], np.int64)
        at = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        found: list[bool] = (self._keys[at] == wanted).tolist()
        return found

    def goes_on(self, key: Key) -> bool:
        """Whether there are phrases of three words and more that begin like this."""
        return hash(_beginning(key)) in self._begins


def _beginning(key: Key) -> tuple[str | int, ...]:
    """The language and the first two words."""
    every: tuple[str | int, ...] = key
    return every[:3]


@cache
def word_list() -> WordList:
    found = WordList(list(dictionary.by_field()))
    give_back()
    return found


@lru_cache(maxsize=4096)
def spelled(text: str) -> tuple[str, ...]:
    """The words of an entry, as posts are indexed: with a hyphen where a part is too short to be found by itself. None where
    stop words leave but one of several: *just in time* is not *time*."""
    found: list[str] = []
    for written in text.casefold().split():
        some = _PIECE.findall(written)
        if len(some) > 1 and any(len(part) < _SHORTEST_PART for part in some):
            found.append("/".join(some))
        else:
            found += [part for part in some if len(part) > 1 and part not in words.EMPTY]
    return tuple(found) if len(found) > 1 or len(text.split()) == 1 else ()


def key_of(code: str, tokens: Iterable[str]) -> Key:
    return key(code, [words.number_in(token, code) for token in tokens])


def key(code: str, numbers: Sequence[int]) -> Key:
    return (code, *numbers)


def _keys(concept: Concept) -> Iterator[tuple[Key, bool, tuple[str, ...]]]:
    for code, own in zip(LANGUAGES, concept, strict=True):
        for word in own:
            if (tokens := spelled(word.text)) and len(tokens) <= LONGEST:
                yield key_of(code, tokens), word.is_ambiguous, tokens


def _keys_at_once(line: str) -> Iterator[Key]:
    """The same for all words of the list, past the memories of what is asked often."""
    for code, own in zip(LANGUAGES, dictionary.quickly.__wrapped__(line), strict=True):
        for word in own:
            if (tokens := spelled.__wrapped__(word.text)) and len(tokens) <= LONGEST:
                yield key(code, [words.number_of(words.stem(token, code)) for token in tokens])


@lru_cache(maxsize=8192)
def is_false_friend(text: str, code: str, concept: Concept) -> bool:
    """Whether what is written so is another word in another language: Dutch *boot* is no English one."""
    (token, *more) = spelled(text) or ("",)
    if more or not token:
        return False
    own_usual = float(background.usual([token], code)[0]) / _MUCH_MORE
    for other, own in zip(LANGUAGES, concept, strict=True):
        if other == code or any(spelled(word.text) == (token,) for word in own):
            continue
        key = key_of(other, (token,))
        usual = float(background.usual([token], other)[0])
        means = [meaning.concept for meaning in word_list().meanings(key)]
        if concept not in means and usual > own_usual and (means or usual > _USUAL):
            return True
    return False


_LINKS: Final = {"nl": ("", "s", "en", "e", "er"), "de": ("", "s", "n", "en", "es", "e", "er")}
"""What may stand between the parts of a compound."""


@lru_cache(maxsize=16_384)
def parts(word: str, code: str) -> tuple[str, ...]:
    """Of a compound, each of them a word; the fewest, of these the most that are in the word list, and then the longest last one.
    Empty for none."""
    if code not in _LINKS or len(word) < 2 * _SHORTEST_PART + 1 or not word.isalpha():
        return ()
    return _split(word, code, 3)


def _split(word: str, code: str, most: int) -> tuple[str, ...]:
    cuts = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    known = _known([word[at:] for at in cuts], code)
    ends = [(at, how) for at, how in zip(cuts, known, strict=True) if how]
    found = [
        (how + first_how, (first, word[at:]))
        for at, how in ends
        for first, first_how in [_without_link(word[:at], code)]
        if first
    ]
    if found:
        return max(found, key=lambda one: one[0])[1]
    if most > 2:
        for at, _how in ends:
            for link in _LINKS[code]:
                if word[:at].endswith(link) and (before := _split(word[: at - len(link)], code, most - 1)):
                    return (*before, word[at:])
    return ()


def _without_link(word: str, code: str) -> tuple[str, int]:
    ways = [word.removesuffix(link) for link in _LINKS[code] if word.endswith(link)]
    ways = [way for way in ways if len(way) >= _SHORTEST_PART]
    known = _known(ways, code)
    return next(((way, how) for way, how in zip(ways, known, strict=True) if how), ("", 0))


_IN_USE, _LISTED = 1, 2


def _known(some: Sequence[str], code: str) -> list[int]:
    """How each is known: it stands in the list, or is long and usual enough to be a word of the language in any case; 0 for no word."""
    if not some:
        return []
    listed = word_list().has([key_of(code, (word,)) for word in some])
    usual = background.usual(some, code) > background.RAREST
    return [
        _LISTED if is_listed else _IN_USE * (len(word) >= _LONG_PART and bool(is_usual))
        for word, is_listed, is_usual in zip(some, listed, usual, strict=True)
    ]


def joined(first: str, last: str, code: str) -> Iterator[str]:
    """The compounds that two words may make."""
    return (f"{first}{link}{last}" for link in _LINKS[code][:4])


def memory() -> int:
    """Bytes of what is held, for the benches."""
    held = word_list()
    return held._keys.nbytes + held._places.nbytes + sum(map(len, held._lines))
