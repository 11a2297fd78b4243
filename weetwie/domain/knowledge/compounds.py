"""A compound that nobody uses is asked by its parts, as in a language that writes them apart. Pure."""

from collections.abc import Collection, Iterator, Sequence

import msgspec

from weetwie.domain.knowledge.claimed import stands
from weetwie.domain.knowledge.twins import Twin
from weetwie.domain.knowledge.words import AskedWord


class CompoundPart(msgspec.Struct, frozen=True):
    """Of a compound that was asked."""

    word: AskedWord
    of: int
    """Which word of the question the compound is."""
    twins: tuple[Twin, ...]
    """What stands for it, as for a word by itself."""


def apart(asked: Sequence[AskedWord], twins: Sequence[Twin], seen: Collection[int]) -> list[CompoundPart]:
    """The parts of those compounds that nobody said whom one sees, nor any word for the whole of them."""
    compounds = dict.fromkeys(
        twin.of[0] for twin in twins if twin.part >= 0 and "/" not in asked[twin.of[0]].word
    )
    return [
        part
        for place in compounds
        if not any(term in seen for term in asked[place].terms)
        if not any(twin.part < 0 and place in twin.of and stands(twin, seen) for twin in twins)
        for part in _parts(asked[place], place, [twin for twin in twins if twin.of == (place,)])
    ]


def _parts(asked: AskedWord, place: int, twins: Sequence[Twin]) -> Iterator[CompoundPart]:
    for number in sorted({twin.part for twin in twins if twin.part >= 0}):
        own, *others = (
            msgspec.structs.replace(twin, part=-1, share=1.0) for twin in twins if twin.part == number
        )
        yield CompoundPart(AskedWord(own.text, own.words[0], asked.count), place, tuple(others))
