"""Words that nobody used: the nearest that somebody did."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Text, column, func, select

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.knowledge import delicate, fitting, ranking, said, words
from weetwie.domain.knowledge.answer import Nearest
from weetwie.domain.knowledge.columns import Occurrences
from weetwie.domain.knowledge.finding import Matter
from weetwie.domain.knowledge.index import Index
from weetwie.domain.knowledge.look_up import look_up
from weetwie.domain.knowledge.twins import Twin
from weetwie.domain.knowledge.visible import Scope, Visible, of_sight
from weetwie.domain.knowledge.words import AskedWord

MOST_WORDS: Final = 6
"""Longer questions are not mended."""
_NEAREST: Final = 3


async def mended(
    db: Db,
    viewer: Viewer,
    index: Index,
    scope: Scope,
    matter: Matter,
    asked: list[AskedWord],
    twins: Sequence[Twin] = (),
) -> tuple[list[AskedWord], tuple[Nearest, ...]]:
    """For words that nobody whom the viewer sees used: the nearest that somebody did. The matter is then what is meant."""
    visible, seen = matter.visible, matter.seen
    better, told = list[AskedWord](), list[Nearest]()
    unused = {word.said for word in matter.words if not word.is_used}
    for one in asked:
        if _is_used(one, seen) or one.word not in unused:
            better.append(one)
            continue
        rows = await db.rows(_LIKE, word=one.word)
        candidates = [
            AskedWord(row["word"], words.forms(row["word"]), one.count)
            for row in rows
            if is_a_slip(one.word, row["word"])
            and not delicate.is_delicate(row["word"], viewer.policy.never_inferred)
        ]
        more = [term for candidate in candidates for term in candidate.terms if term not in seen]
        if more:
            more_found = await look_up(db, index, list(dict.fromkeys(more)))
            seen.update(of_sight(visible, more_found))
        used = [candidate for candidate in candidates if _is_used(candidate, seen)][:_NEAREST]
        for candidate in used:
            people = await _people(db, viewer, index, visible, scope, candidate, seen)
            told.append(Nearest(one.word, candidate.word, viewer.policy.told(people)))
        better.append(used[0] if used else one)
    if told:
        matter.words = fitting.weigh(visible, better, seen, _still_meant(twins, asked, better))
    return better, tuple(told)


async def _people(
    db: Db,
    viewer: Viewer,
    index: Index,
    visible: Visible,
    scope: Scope,
    candidate: AskedWord,
    seen: dict[int, Occurrences],
) -> int:
    """How many wrote about it."""
    places, fits, breadth = fitting.fit(index, visible, fitting.weigh(visible, [candidate], seen))
    votes = ranking.votes(index, visible, scope, places, fits, breadth, "knows")
    statements = await said.about(db, viewer, candidate.terms, scope, None)
    return len(set(votes.person.tolist()) - set(index.people(statements.contested).tolist()))


def _still_meant(
    twins: Sequence[Twin], asked: Sequence[AskedWord], better: Sequence[AskedWord]
) -> list[Twin]:
    """Of words that stayed as they were."""
    return [twin for twin in twins if all(asked[place] is better[place] for place in twin.of)]


def _is_used(one: AskedWord, seen: dict[int, Occurrences]) -> bool:
    return any(term in seen for term in one.terms)


_FEW: Final = 8
"""Letters of a word in which one slip is likely, but not two."""


def is_a_slip(written: str, meant: str) -> bool:
    """One letter too many, too few, wrong or changed with its neighbour, in long words two; never the first. Short words are
    words of their own, or of another language."""
    if len(written) < 5 or (written[:1] != meant[:1] and sorted(written[:2]) != sorted(meant[:2])):
        return False
    return slips(written, meant) <= (1 if len(written) <= _FEW else 2)


def slips(written: str, meant: str) -> int:
    """How many (Damerau 1964)."""
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for at, letter in enumerate(written, 1):
        previous, before, row = before, row, [at]
        for to, other in enumerate(meant, 1):
            cost = min(before[to] + 1, row[-1] + 1, before[to - 1] + (letter != other))
            if at > 1 and to > 1 and letter == meant[to - 2] and written[at - 2] == other:
                cost = min(cost, previous[to - 2] + 1)
            row.append(cost)
    return row[-1]


_like = func.words_like(param("word", Text)).table_valued(column("word", Text)).render_derived()
_LIKE = Query(select(_like.c.word))
