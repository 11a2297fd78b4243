"""Who is near to the asker, and who answers others: for whole questions, which ask for an answer more than for a name. Pure."""

from typing import Final

from weetwie.domain.knowledge.arrays import Floats, Ints, distinct, stretches
from weetwie.domain.knowledge.index import Index
from weetwie.domain.knowledge.tallies import ANSWERS_HALF_LIFE, worth
from weetwie.domain.knowledge.visible import Scope, Visible
from weetwie.runtime.later import np

OF_TIES: Final = 10.0
OF_ANSWERS: Final = 0.45
_HALF_LIFE: Final = 365.0
_SMOOTHING: Final = 5.0
_MOST_OF_ASKER: Final = 3000
"""So many of the asker's posts, the newest, are looked at."""
_DAY: Final = 86_400_000.0


def shares(index: Index, visible: Visible, scope: Scope, asker: int) -> Floats:
    """How much of what came back to the asker came from each person: who found posts of theirs good, or answered in their threads."""
    posts = index.posts
    own = np.flatnonzero(posts.author[: posts.size] == asker)[-_MOST_OF_ASKER:]
    answers = index.replies_to(asker)
    roots = posts.root[answers]
    counts = visible(answers) & visible(roots) & (roots >= own[:1].sum())
    own = own[visible(own)]
    begin, end = index.endorsers(own)
    person = [posts.author[answers[counts]], index.endorser[stretches(begin, end)]]
    place = [roots[counts], np.repeat(own, end - begin)]
    for at in own.tolist() if index.new_endorsers else ():
        if (new := index.new_endorsers.get(at)) is not None:
            person.append(new)
            place.append(np.full(len(new), at, np.int32))
    both: Ints = distinct(np.concatenate(person).astype(np.int64) * posts.size + np.concatenate(place))
    near, found = both // max(posts.size, 1), both % max(posts.size, 1)
    counts = (near != asker) & ~visible.is_hidden[near]
    near, found = near[counts], found[counts]
    days = (scope.at_ms - (posts.ids[found] >> 16)) / _DAY
    came = np.bincount(near, np.exp2(-days / _HALF_LIFE), minlength=len(visible.is_hidden))
    share: Floats = came / (came.sum() + _SMOOTHING)
    return share


def answers(index: Index, visible: Visible, scope: Scope) -> Floats:
    """How often each person answers in threads of others, and one more."""
    number: Floats = 1 + visible.answers() * worth(scope.at_ms, ANSWERS_HALF_LIFE)
    return number
