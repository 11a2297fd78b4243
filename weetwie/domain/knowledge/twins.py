"""What stands for the words of a question in other languages, and in its own: from the word list and the glossary. Pure."""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import takewhile
from typing import Final

import msgspec

from weetwie.domain.knowledge import background, word_list, words
from weetwie.domain.knowledge.dictionary import LANGUAGES
from weetwie.domain.knowledge.word_list import Key, Meaning
from weetwie.domain.knowledge.words import AskedWord

MOST_WORDS: Final = 60
"""Of a question, so many are translated."""
_MOST_PAIRS: Final = 5
"""In so short a question two words are also looked for as one compound."""
_TWO: Final = 2
_LONGEST: Final = 2000
"""Characters of a question."""
_MOST_TRANSLATED: Final = 24
OF_PARTS: Final = 0.55
"""So much of a compound its parts say at most, where one of them is missing."""
_MOST_JOINED: Final = 3
"""Words on either side of a compound."""

Meanings = Callable[[Key], Sequence[Meaning]]


class Twin(msgspec.Struct, frozen=True):
    """A word or a phrase that stands for some of the question."""

    text: str
    code: str
    words: tuple[tuple[int, ...], ...]
    """For each word of it the numbers that it may have in a post; all must stand there."""
    of: tuple[int, ...]
    """Which words of the question it stands for."""
    sense: int
    """The same for all that mean the same."""
    field: str = ""
    is_sure: bool = True
    """Whether neither it nor what was asked means something else as well."""
    is_meant: bool = True
    """Whether what was asked means nothing else."""
    part: int = -1
    """Which part of a compound it stands for; -1 for all of the word."""
    share: float = 1.0
    """How much of the word that part is."""
    is_of_same: bool = False
    """Whether it is of the language in which it was asked."""
    is_made: bool = False
    """A compound that nobody wrote down, put together to be looked for."""
    is_foreign: bool = False
    """Whether it is another word in another language: Dutch *boot* is no English one."""


class Span(msgspec.Struct, frozen=True):
    """Words of the question that stand together and mean something."""

    start: int
    end: int
    code: str
    meanings: tuple[Meaning, ...]
    is_sure: bool
    """Whether it is known in which language it stands there."""


def find(
    question: str, asked: Sequence[AskedWord], language: str, more: Meanings | None = None
) -> list[Twin]:
    """`more` is what the glossary says."""
    at = {one.word: place for place, one in enumerate(_rarest(asked, language))}
    at = {one.word: place for place, one in enumerate(asked) if one.word in at}
    said = words.tokens(question[:_LONGEST])
    sequence = [word for word in said if "/" not in word][:MOST_WORDS]
    search = _Search(sequence, language, more, at.keys())
    spans = search.spans()
    joined = [word for word in said if "/" in word and word in at]
    found = _Collected(at)
    for span in spans:
        said = sequence[span.start : span.end]
        found.take([*said, "/".join(said)], span)
        if len(said) > 1:
            found.take_within(said, span, search)
    for word in joined:
        own = _Search([word], language, more, at.keys()).spans()
        for span in own:
            found.take([word], span)
        if not own:
            found.take_pieces(word, spans, sequence)
    covered = {place for span in spans for place in range(span.start, span.end)}
    for place, word in enumerate(sequence):
        if place not in covered and word in at:
            found.take_parts(word, search)
    if len(sequence) <= _MOST_PAIRS:
        for place in range(len(sequence) - 1):
            _take_joined(found, sequence[place : place + 2], place, spans)
    return list(dict.fromkeys(found.twins))


def _rarest(asked: Sequence[AskedWord], language: str) -> Sequence[AskedWord]:
    """Of a long question only what is rarest in the language at large is translated: no more of it counts."""
    if len(asked) <= _MOST_TRANSLATED:
        return asked
    usual = background.usual([one.word for one in asked], language)
    return [asked[place] for place in usual.argsort(kind="stable")[:_MOST_TRANSLATED].tolist()]


class _Search:
    def __init__(
        self, sequence: Sequence[str], language: str, more: Meanings | None, wanted: Collection[str]
    ) -> None:
        self._sequence, self._more = sequence, more
        self._codes: tuple[str, ...] = (
            (language, *(code for code in LANGUAGES if code != language)) if language else LANGUAGES
        )
        self._language = language
        self._is_wanted = [word in wanted for word in sequence]
        self._taken: set[int] = set()
        self._read: dict[str, list[int]] = {}

    def spans(self) -> list[Span]:
        """Those of the most words first, and those of the language of the question before others; what lies within them means
        nothing by itself."""
        found, size = list[Span](), len(self._sequence)
        for codes in ((self._language,), self._codes[1:]) if self._language else (self._codes,):
            longest = word_list.LONGEST if codes == (self._language,) or not self._language else _TWO
            for length in range(min(longest, size), 0, -1):
                found += self._of_length(length, codes)
        return found

    def _numbers(self, code: str) -> list[int]:
        if code not in self._read:
            self._read[code] = [words.number_in(word, code) for word in self._sequence]
        return self._read[code]

    def _of_length(self, length: int, codes: Sequence[str]) -> list[Span]:
        listed, said = word_list.word_list(), self._sequence
        starts = [
            start
            for start in range(len(said) - length + 1)
            if any(self._is_wanted[start : start + length])
            and self._taken.isdisjoint(range(start, start + length))
        ]
        keys = [
            (start, code, word_list.key(code, self._numbers(code)[start : start + length]))
            for code in codes
            for start in starts
        ]
        if length > _TWO:
            keys = [one for one in keys if self._more or listed.goes_on(one[2])]
        if not keys:
            return []
        is_listed = listed.has([key for _start, _code, key in keys])
        by_start: dict[int, list[tuple[str, tuple[Meaning, ...]]]] = {}
        for (start, code, key), known in zip(keys, is_listed, strict=True):
            own = (*(self._more(key) if self._more else ()), *(listed.meanings(key) if known else ()))
            if own:
                by_start.setdefault(start, []).append((code, _nearest(own, said[start : start + length])))
        found = list[Span]()
        for start, given in by_start.items():
            if self._taken.isdisjoint(range(start, start + length)):
                found += self._chosen(start, length, given)
                self._taken.update(range(start, start + length))
        return found

    def _chosen(
        self, start: int, length: int, given: Sequence[tuple[str, tuple[Meaning, ...]]]
    ) -> Iterator[Span]:
        """In the language of the question where the word is one of it; else in each in which it is one."""
        own = [one for one in given if one[0] == self._language]
        chosen = own or list(given)
        concepts = [{meaning.concept for meaning in meanings} for _code, meanings in chosen]
        agree = len(chosen) < 2 or bool(set.intersection(*concepts))
        for code, meanings in chosen:
            yield Span(start, start + length, code, meanings, agree)

    def meanings(self, word: str, code: str) -> tuple[Meaning, ...]:
        key = word_list.key_of(code, (word,))
        own = (*(self._more(key) if self._more else ()), *word_list.word_list().meanings(key))
        return _nearest(own, (word,))

    def split(self, word: str) -> tuple[str, tuple[str, ...]]:
        """In the language of the question, or else in the other one that has compounds."""
        for code in self._codes:
            if found := word_list.parts(word, code):
                return code, found
        return "", ()


def _nearest(meanings: Sequence[Meaning], said: Sequence[str]) -> tuple[Meaning, ...]:
    """Those whose words are written most like what was asked: *messen* is no *Messer*, though both have one stem."""
    far = [
        sum(_distance(one, other) for one, other in zip(meaning.said, said, strict=False))
        for meaning in meanings
    ]
    chosen = (one for one, distance in zip(meanings, far, strict=True) if distance == min(far))
    return tuple({one.concept: one for one in chosen}.values())


def _distance(one: str, other: str) -> int:
    """How many letters behind what both begin with."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    alike = sum(1 for _pair in pairs)
    return len(one) + len(other) - 2 * alike


class _Collected:
    def __init__(self, at: dict[str, int]) -> None:
        self._at = at
        self.twins: list[Twin] = []

    def take(self, said: Sequence[str], span: Span, part: int = -1, share: float = 1.0) -> None:
        of = tuple(dict.fromkeys(self._at[word] for word in said if word in self._at))
        if not of:
            return
        for meaning in span.meanings:
            is_sure = span.is_sure and not meaning.is_ambiguous
            self.twins += _of_meaning(meaning, span.code, said, of, is_sure, part, share)

    def take_within(self, said: Sequence[str], whole: Span, search: _Search) -> None:
        """Of a phrase, the words that another language has in it as well: *SPS* in *SPS-Programmierung*, which is *PLC
        programming*; but no hammer in *water hammer*, which is *waterslag*."""
        others = {
            token
            for meaning in whole.meanings
            for code, given in zip(LANGUAGES, meaning.concept, strict=True)
            for word in given
            if code != whole.code
            if len(tokens := word_list.spelled(word.text)) > 1
            for token in tokens
        }
        for word in said:
            if word in self._at and (meanings := search.meanings(word, whole.code)):
                for twin in self._of(meanings, whole, word):
                    if set(word_list.spelled(twin.text)) <= others:
                        self.twins.append(twin)

    def _of(self, meanings: Sequence[Meaning], whole: Span, word: str) -> Iterator[Twin]:
        for meaning in meanings:
            yield from _of_meaning(meaning, whole.code, (word,), (self._at[word],), True, -1, 1.0)

    def take_parts(self, word: str, search: _Search) -> None:
        code, parts = search.split(word)
        for number, part in enumerate(parts):
            share, of = len(part) / sum(map(len, parts)), (self._at[word],)
            own = _forms(part, code)
            self.twins.append(Twin(part, code, (own,), of, hash((word, part)), part=number, share=share))
            if meanings := search.meanings(part, code):
                span = Span(0, 1, code, meanings, True)
                for meaning in span.meanings:
                    is_sure = not meaning.is_ambiguous
                    self.twins += _of_meaning(meaning, code, (part,), of, is_sure, number, share)
        if len(parts) == 2:
            first, last = ([(part, code), *_single(search.meanings(part, code))] for part in parts)
            self.join(first, last, (self._at[word],), word)

    def take_pieces(self, word: str, spans: Sequence[Span], sequence: Sequence[str]) -> None:
        """Of what a hyphen joins: *SPS-Programmierung* is said where both are, in whatever language."""
        pieces, of = word.split("/"), (self._at[word],)
        if len(pieces) != _TWO or not all(piece.isalpha() and piece in sequence for piece in pieces):
            return
        own = [[span for span in spans if sequence[span.start : span.end] == [piece]] for piece in pieces]
        codes = {span.code for some in own for span in some}
        if not codes or not codes <= set(words.HAVE_COMPOUNDS):
            return
        for number, (piece, some) in enumerate(zip(pieces, own, strict=True)):
            code = some[0].code if some else "en"
            self.twins.append(
                Twin(piece, code, (words.forms(piece),), of, hash((word, piece)), part=number, share=0.5)
            )
            for span in some:
                for meaning in span.meanings:
                    is_sure = span.is_sure and not meaning.is_ambiguous
                    self.twins += _of_meaning(meaning, code, (piece,), of, is_sure, number, 0.5)

    def join(
        self,
        first: Sequence[tuple[str, str]],
        last: Sequence[tuple[str, str]],
        of: tuple[int, ...],
        said: str,
    ) -> None:
        for code in ("nl", "de"):
            before = [word for word, own in first if own == code][:_MOST_JOINED]
            behind = [word for word, own in last if own == code][:_MOST_JOINED]
            for one in before:
                for other in behind:
                    for text in word_list.joined(one, other, code):
                        if text != said:
                            number = words.number_in(text, code)
                            self.twins.append(
                                Twin(text, code, ((number,),), of, hash((said, code)), is_made=True)
                            )

    def places(self, said: Sequence[str]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self._at[word] for word in said if word in self._at))


def _of_meaning(
    meaning: Meaning,
    code: str,
    said: Sequence[str],
    of: tuple[int, ...],
    is_sure: bool,
    part: int,
    share: float,
) -> Iterator[Twin]:
    """All words of a concept but that which was asked."""
    concept, own = meaning.concept, word_list.key_of(code, said)
    for other, given in zip(LANGUAGES, concept, strict=True):
        for word in given:
            tokens = word_list.spelled(word.text)
            if not tokens or (other == code and word_list.key_of(code, tokens) == own):
                continue
            is_ours = meaning.field == word_list.GLOSSARY
            is_foreign = not is_ours and word_list.is_false_friend(word.text, other, concept)
            forms = tuple(_forms(token, other) for token in tokens)
            sure = is_sure and not word.is_ambiguous and not is_foreign
            yield Twin(
                word.text,
                other,
                forms,
                of,
                hash(concept),
                meaning.field,
                sure,
                is_sure,
                part,
                share,
                is_of_same=other == code,
                is_foreign=is_foreign,
            )


def _take_joined(found: _Collected, pair: Sequence[str], place: int, spans: Sequence[Span]) -> None:
    """A compound of what the two words mean: a pump seal is a *Pumpendichtung*."""
    of = found.places(pair)
    if len(of) < 2 or any(span.start <= place and span.end >= place + 2 for span in spans):
        return
    first, last = (
        [
            one
            for span in spans
            if (span.start, span.end) == (place + number, place + number + 1)
            for one in [(pair[number], span.code), *_single(span.meanings)]
        ]
        for number in (0, 1)
    )
    found.join(list(dict.fromkeys(first)), list(dict.fromkeys(last)), of, "".join(pair))


def _single(meanings: Sequence[Meaning]) -> list[tuple[str, str]]:
    """The Dutch and German words of them that may be a part of a compound: no verbs, as far as one can tell."""
    return [
        (tokens[0], code)
        for meaning in meanings
        for code, given in zip(LANGUAGES, meaning.concept, strict=True)
        for word in given
        if (code == "de" and not word.text.islower()) or (code == "nl" and not word.text.endswith("en"))
        if len(tokens := word_list.spelled(word.text)) == 1
    ]


def _forms(token: str, code: str) -> tuple[int, ...]:
    """In a text of that language."""
    return (words.number_in(token, code),)


def terms(twins: Sequence[Twin]) -> list[int]:
    return list(dict.fromkeys(form for twin in twins for word in twin.words for form in word))
