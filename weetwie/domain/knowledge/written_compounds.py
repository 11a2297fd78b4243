"""Compounds that people here wrote, of which a part is asked: *Abwasserpumpe* where somebody asks for pumps."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Text, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.knowledge import delicate, word_list, words
from weetwie.domain.knowledge.dictionary import LANGUAGES
from weetwie.domain.knowledge.twins import Twin
from weetwie.domain.knowledge.words import HAVE_COMPOUNDS, AskedWord

_MOST_ASKED: Final = 3
"""Longer questions say enough by themselves."""
_MOST_LOOKED_FOR: Final = 8
_SHORTEST: Final = 5
_MOST: Final = 1000
"""So many words with each are looked at, the shortest first: far beyond what there are of a word that nobody used by itself, so
that no word which the asker does not see takes the place of one that they see."""


async def written(
    db: Db,
    viewer: Viewer,
    asked: Sequence[AskedWord],
    twins: Sequence[Twin],
    language: str,
    unused: Collection[str],
) -> list[Twin]:
    """For words of a short question that nobody used. Whoever wrote them: those that the asker does not see must not count."""
    wanted = {place for place, one in enumerate(asked) if one.word in unused}
    if not viewer.policy.translates or not wanted or len(asked) > _MOST_ASKED:
        return []
    every = (twin for twin in _looked_for(asked, twins, language) if wanted.issuperset(twin.of))
    looked_for = list(every)[:_MOST_LOOKED_FOR]
    stems = list({words.stem(one.text.casefold(), one.code) for one in looked_for})
    if not stems:
        return []
    known = columns(await db.rows(_WITH, parts=stems, most=_MOST), "word")
    single = {form for twin in twins for form in twin.words[0] if len(twin.words) == 1}
    said = single.union(*(one.terms for one in asked))
    return await asyncio.to_thread(_compounds, known, looked_for, said, viewer.policy.never_inferred)


def _looked_for(asked: Sequence[AskedWord], twins: Sequence[Twin], language: str) -> Iterator[Twin]:
    """Words of languages that have compounds: those that were asked, and those that stand for them and for nothing else."""
    codes = [code for code in HAVE_COMPOUNDS if language in ("", code)]
    for place, one in enumerate(asked):
        for code in codes:
            yield Twin(one.word, code, (one.terms,), (place,), hash(one.word))
    for twin in twins:
        is_word = len(twin.words) == 1 and twin.part < 0 and not twin.is_made
        if is_word and twin.code in HAVE_COMPOUNDS and twin.is_sure:
            yield twin


def _compounds(
    known: Sequence[str], looked_for: Sequence[Twin], said: Collection[int], never: Sequence[str]
) -> list[Twin]:
    by_number = {
        (twin.code, words.number_in(twin.text.casefold(), twin.code)): twin
        for twin in reversed(looked_for)
        if len(twin.text) >= _SHORTEST and twin.text.isalpha()
    }
    return [
        msgspec.structs.replace(twin, text=word, words=((words.number_in(word, code),),), is_of_same=False)
        for word in known
        if not delicate.is_delicate(word, never)
        for code in HAVE_COMPOUNDS
        for twin in _said_in(word, code, by_number)
        if _is_one_of_them(word, code, said)
    ]


def _is_one_of_them(word: str, code: str, said: Collection[int]) -> bool:
    """What the word list has by itself is a matter of its own, unless another language says it with a word that is asked: a *screw
    compressor* is a compressor, a *Rahmenvertrag* (framework contract) no frame."""
    meanings = word_list.word_list().meanings(word_list.key_of(code, (word,)))
    apart = (
        (tokens, other)
        for meaning in meanings
        for other, given in zip(LANGUAGES, meaning.concept, strict=True)
        for one in given
        if len(tokens := word_list.spelled(one.text)) > 1
    )
    return not meanings or any(
        words.number_in(token, other) in said for tokens, other in apart for token in tokens
    )


def _said_in(word: str, code: str, by_number: Mapping[tuple[str, int], Twin]) -> list[Twin]:
    numbers = [(code, words.number_in(part, code)) for part in word_list.parts(word, code)]
    return [by_number[number] for number in numbers if number in by_number][:1]


_with = (
    func.words_with(param("parts", ARRAY(Text)), param("most", BigInteger))
    .table_valued(column("word", Text))
    .render_derived()
)
_WITH = Query(select(_with.c.word))
