"""Passages that are about a question, whoever wrote them: what there is where nobody may be ranked by it. Pure."""

from collections.abc import Sequence
from typing import Final

import msgspec

from weetwie.domain.knowledge import about as abouts, finding, fitting, ranking
from weetwie.domain.knowledge.answer import NOTHING, Expert, Proof, WrittenElsewhere
from weetwie.domain.knowledge.fitting import AskedTerm
from weetwie.domain.knowledge.gathering import Gathered
from weetwie.domain.knowledge.index import Index
from weetwie.domain.knowledge.packing import PASSAGE
from weetwie.domain.knowledge.translating import Translated
from weetwie.domain.knowledge.visible import Scope
from weetwie.runtime.later import np

_NEAR: Final = 0.3
"""So much of the question a passage says that comes after those that are about it: nobody is named by it."""


def find(
    index: Index,
    scope: Scope,
    asked: Translated,
    gathered: Gathered,
    language: str,
    shown: Sequence[Expert],
    most: int,
) -> WrittenElsewhere:
    """The best few, those about it first, in the order of how well they fit; without what already proves somebody who is shown."""
    if not most or not index.has_passages:
        return NOTHING
    everybody = msgspec.structs.replace(scope, unranked=frozenset(), agreed=None)
    of = finding.matter(index, everybody, asked.asked, gathered.stands, asked.twins, language)
    places, fits, _breadth = fitting.fit(index, of.visible, of.words)
    keep = (index.posts.flags[places] & PASSAGE) != 0
    out = [*gathered.not_about, *(proof.post_id for one in shown for proof in one.passages)]
    keep &= ~np.isin(index.posts.ids[places], out)
    places, fits = ranking.once(index, places[keep], fits[keep])
    about = abouts.about(index, of.visible, of.words, places, language)
    rows = about.rows(places)
    is_about = (about.own[rows] > 0) & (about.thread[rows] >= about.least)
    is_near = about.own[rows] >= _NEAR if about.says_what else is_about
    keep = (is_about | is_near) & ~about.in_passing[rows]
    places, fits, is_about = places[keep], fits[keep], is_about[keep]
    best = np.lexsort((-index.posts.ids[places], -fits, ~is_about))[:most]
    passages = tuple(
        Proof(int(index.posts.ids[place]), float(fit))
        for place, fit in zip(places[best], fits[best], strict=True)
    )
    used = frozenset(word.said for word in of.words if _is_used(index, word))
    weights = {term: word.weight for word in of.words for term in word.terms} if passages else {}
    return WrittenElsewhere(passages, used, weights)


def _is_used(index: Index, word: AskedTerm) -> bool:
    """Whether it stands in a passage that the viewer sees."""
    stands = [at.places for at in word.found] + ([word.lent.places] if word.lent is not None else [])
    return any(bool((index.posts.flags[places] & PASSAGE).any()) for places in stands)
