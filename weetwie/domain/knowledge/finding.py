"""Who is found for a question, once what stands where has been looked up. Pure, and heavy: to be done beside the event loop."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from weetwie.domain.knowledge import about, fitting, levels, ranking, said, ties
from weetwie.domain.knowledge.answer import StandIn
from weetwie.domain.knowledge.arrays import Floats
from weetwie.domain.knowledge.claimed import says, stands as is_said
from weetwie.domain.knowledge.columns import Occurrences as Stands
from weetwie.domain.knowledge.fitting import AskedTerm
from weetwie.domain.knowledge.found import FoundPosts
from weetwie.domain.knowledge.index import Index
from weetwie.domain.knowledge.ranking import Order
from weetwie.domain.knowledge.said import SaidOfThemselves, Statement
from weetwie.domain.knowledge.twins import Twin
from weetwie.domain.knowledge.visible import Scope, Visible, of_sight
from weetwie.domain.knowledge.words import AskedWord, ask
from weetwie.runtime.later import np


class Matter(msgspec.Struct):
    """What is asked, in what one sees."""

    visible: Visible
    seen: dict[int, Stands]
    words: list[AskedTerm]


class QuestionFilter(msgspec.Struct):
    language: str
    order: Order
    asker_id: int
    """Whose ties count; 0 for nobody's."""
    claims: Mapping[int, float]
    """By person how much of the question they list on their profile."""
    among: frozenset[int] | None = None
    not_about: frozenset[int] = frozenset()
    """Posts that people said are not about what is asked."""


def question_filter(
    language: str,
    order: str,
    asker_id: int,
    claims: Mapping[int, float],
    among: Collection[int] | None,
    not_about: frozenset[int],
) -> QuestionFilter:
    """`among`: the only people asked about; None: all."""
    only = None if among is None else frozenset(among)
    return QuestionFilter(language, "acts" if order == "acts" else "knows", asker_id, claims, only, not_about)


def matter(
    index: Index,
    scope: Scope,
    asked: Sequence[AskedWord],
    stands: dict[int, Stands],
    twins: Sequence[Twin] = (),
    language: str = "",
    also: Sequence[Twin] = (),
) -> Matter:
    """`also`: what counts only where somebody said it whom one sees."""
    visible = Visible(index, scope)
    seen = of_sight(visible, stands)
    every = [*twins, *(twin for twin in also if is_said(twin, seen))]
    return Matter(visible, seen, fitting.weigh(visible, asked, seen, every, language))


def claims(
    words: Sequence[AskedTerm],
    topics: SaidOfThemselves,
    listed: Mapping[int, Statement],
    among: Collection[int] | None,
) -> tuple[SaidOfThemselves, dict[int, float]]:
    """What people say of themselves, of each that which says most, and how much of the question that is.

    Where somebody is and what they speak counts only where nothing else is asked: it makes nobody know more of other things.
    """
    best, parts = dict(topics.says_so), dict[int, float]()
    for id, one in topics.says_so.items():
        parts[id] = about.part(words, one.name)
    for id, one in listed.items():
        part = about.part(words, " ".join(one.said or ()))
        if part >= about.OF_A_SHORT_ONE and part > parts.get(id, 0.0) and id not in topics.contested:
            best[id], parts[id] = one, part
    wanted = {id: part for id, part in parts.items() if part > 0 and (among is None or id in among)}
    return msgspec.structs.replace(topics, says_so=best), wanted


def find(
    index: Index, scope: Scope, of: Matter, wanted: QuestionFilter, statements: SaidOfThemselves
) -> FoundPosts:
    visible = of.visible
    places, fits, breadth = fitting.fit(index, visible, of.words)
    if wanted.not_about:
        keep = ~np.isin(index.posts.ids[places], list(wanted.not_about))
        places, fits = places[keep], fits[keep]
    votes = ranking.votes(index, visible, scope, places, fits, breadth, wanted.order)
    votes = said.with_vouches(index, visible, votes, statements.vouches)
    evidence = ranking.evidence(index, visible, scope, votes)
    evidence[index.people(statements.contested)] = 0
    near: Floats = np.ones(len(evidence))
    if (length := ranking.length(breadth)) > 0:
        near = ties.answers(index, visible, scope) ** (ties.OF_ANSWERS * length)
        if (asker := index.person(wanted.asker_id)) >= 0:
            near *= 1 + ties.OF_TIES * length * ties.shares(index, visible, scope, asker)
    pool = None if wanted.among is None else index.people(wanted.among)
    if (smallness := ranking.closed(pool, breadth, wanted.order)) > 0:
        near *= (fitting.OF_NO_PROFILE + fitting.fit_of_people(index, visible, of.words)) ** smallness
    ranked = ranking.rank(
        index, visible, scope, votes, evidence, near, breadth, wanted.order, pool, wanted.claims
    )
    covered = about.about(index, visible, of.words, places, wanted.language)
    vouched = index.places(one.post_id for one in statements.vouches)
    shown = levels.levels(index, visible, votes, covered, vouched)
    return FoundPosts(index, ranked, shown, covered, wanted.claims, statements)


def stand_ins(of: Matter, asked: Sequence[AskedWord]) -> tuple[StandIn, ...]:
    """What is to be marked in a proof although nobody asked for it by this word."""
    weights = {word.said: word.weight for word in of.words}
    return tuple(
        dict.fromkeys(
            StandIn(
                twin.words,
                " ".join(asked[place].word for place in twin.of),
                max(weights.get(asked[place].word, word.weight) for place in twin.of) * twin.share,
            )
            for word in of.words
            for twin in word.twins
            if all(any(form in of.seen for form in forms) for forms in twin.words)
        )
    )


def listed(words: Sequence[AskedTerm], claims: Mapping[int, float], statements: SaidOfThemselves) -> set[str]:
    """Which words of the question stand on somebody's profile."""
    said = " ".join({statements.says_so[id].name for id in claims})
    terms = {term for one in ask(said) for term in one.terms}
    from_fields = {word for id in claims for word in statements.says_so[id].said or ()}
    return from_fields | {word.said for word in words if says(word, terms) > 0}
