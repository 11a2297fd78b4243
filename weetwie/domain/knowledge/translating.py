"""A question with what stands for its words in other languages, as far as it may be asked of what people wrote."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.knowledge import asked as asking, delicate, glossary, twins, word_list, words
from weetwie.domain.knowledge.dictionary import LANGUAGES, Concept, DictionaryWord
from weetwie.domain.knowledge.twins import Meanings, Twin
from weetwie.domain.knowledge.words import AskedWord
from weetwie.runtime.beside import beside

_MOST_WORDS: Final = 60
"""Of a question, so many are looked for in the glossary."""
_SHORT: Final = 200
"""Characters of a question for which it is remembered what stands for its words."""


class Translated(msgspec.Struct, frozen=True):
    asked: list[AskedWord]
    twins: Sequence[Twin] = ()
    left_out: tuple[str, ...] = ()
    """Words that are never inferred of anybody, going by what they mean in another language."""


class Glosses:
    """What the glossary says of a line, looked up once for all that ask of the same words: a search for people and for posts."""

    def __init__(self, db: Db, viewer: Viewer) -> None:
        self._db, self._viewer = db, viewer
        self._found = dict[tuple[int, ...], list[dict[str, list[str]]]]()

    async def of(self, line: str) -> list[dict[str, list[str]]]:
        terms = tuple(form for word in words.tokens(line)[:_MOST_WORDS] for form in words.forms(word))
        if terms not in self._found:
            self._found[terms] = await glossary.of_terms(self._db, self._viewer, terms)
        return self._found[terms]


async def translated(
    glosses: Glosses,
    viewer: Viewer,
    question: str,
    asked: list[AskedWord],
    language: str,
    *,
    is_of_posts: bool = True,
) -> Translated:
    """With `is_of_posts` nothing that is never inferred stands in it, in no language."""
    if not viewer.policy.translates or not asked:
        return Translated(asked)
    glossed = await glosses.of(question)
    never = viewer.policy.never_inferred if is_of_posts else None
    return await beside(question, _find, question, asked, language, never, glossed)


async def others(glosses: Glosses, viewer: Viewer, line: str, said: Sequence[str]) -> dict[str, list[str]]:
    """For each of these words and phrases of a line those that mean the same and nothing else, for a search."""
    if not viewer.policy.translates or not said:
        return {}
    glossed = await glosses.of(line)
    language = asking.language_of(line)
    return await beside(line, _others, said, language, viewer.policy.never_inferred, glossed)


def _others(
    said: Sequence[str], language: str, never: Sequence[str], glossed: Sequence[dict[str, list[str]]]
) -> dict[str, list[str]]:
    found = dict[str, list[str]]()
    for text in said:
        given = _find(text, words.ask(text), language, never, glossed)
        whole = {place for place, one in enumerate(given.asked) if "/" not in one.word}
        found[text] = [
            twin.text
            for twin in given.twins
            if twin.is_sure and not twin.is_made and twin.part < 0 and whole <= set(twin.of)
        ]
    return found


def _find(
    question: str,
    asked: list[AskedWord],
    language: str,
    never: Sequence[str] | None,
    glossed: Sequence[dict[str, list[str]]],
) -> Translated:
    more = _meanings(glossed) if glossed else None
    is_short = len(question) <= _SHORT and more is None
    found = (
        _of_the_word_list(question, tuple(asked), language)
        if is_short
        else twins.find(question, asked, language, more)
    )
    bad = [twin for twin in found if never is not None and _is_delicate(twin.text, tuple(never))]
    if never is None or not bad:
        return Translated(asked, found)
    out = {place for twin in bad if twin.is_sure for place in twin.of}
    kept = [one for place, one in enumerate(asked) if place not in out]
    again = twins.find(question, kept, language, more) if out else found
    return Translated(
        kept,
        [twin for twin in again if not _is_delicate(twin.text, tuple(never))],
        tuple(asked[place].word for place in sorted(out)),
    )


@lru_cache(maxsize=1000)
def _of_the_word_list(question: str, asked: tuple[AskedWord, ...], language: str) -> Sequence[Twin]:
    """Remembered: a search asks for each of its words and for all of them, an app again for each tab, letter and page."""
    return twins.find(question, asked, language)


@lru_cache(maxsize=4096)
def _is_delicate(word: str, never: tuple[str, ...]) -> bool:
    """Remembered, for the same words of the word list stand for many that are asked."""
    return delicate.is_delicate(word, never)


def _meanings(glossed: Sequence[dict[str, list[str]]]) -> Meanings:
    """What the glossary says, as the word list would: nothing in it means two things."""
    found = defaultdict[word_list.Key, list[word_list.Meaning]](list)
    for one in glossed:
        concept = Concept(
            *(
                tuple(DictionaryWord(text, is_ambiguous=False) for text in one.get(code, ()))
                for code in LANGUAGES
            )
        )
        for code in LANGUAGES:
            for text in one.get(code, ()):
                if tokens := word_list.spelled(text):
                    meaning = word_list.Meaning(concept, word_list.GLOSSARY, False, tokens)
                    found[word_list.key_of(code, tokens)].append(meaning)
    return lambda key: found.get(key, ())
