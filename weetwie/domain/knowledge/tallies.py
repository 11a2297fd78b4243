"""How much each person has written and answered, kept by ring so that a question need not count it anew."""

from typing import Final

from weetwie.domain.knowledge.arrays import Floats, Ints, longer, summed
from weetwie.domain.knowledge.columns import Columns
from weetwie.runtime.later import np

HALF_LIVES: Final = (180.0, 1460.0, 90.0)
"""Days after which what somebody wrote counts half: for being there now, for how much they write at all, for who will act next."""
ANSWERS_HALF_LIFE: Final = 180.0
_BEGINNING: Final = 1_577_836_800_000.0
_DAY: Final = 86_400_000.0


class Tallies:
    """Numbers for each person, as places of an index. What is older counts less, all as of the beginning of 2020."""

    def __init__(self, posts: Columns, people: int) -> None:
        self._posts = posts
        self.volume: list[list[Floats]] = []
        """By ring and half-life: how much each person has written."""
        self.answers: list[Floats] = []
        """By ring: how often each person answered in threads of others."""
        self.number: list[Ints] = []
        self.words: list[Ints] = []
        """By ring: the posts of each person, and how many words they have."""
        size = posts.size
        decays = [decay(posts.ids[:size], half_life) for half_life in HALF_LIVES]
        for ring in range(3):
            is_of_it = posts.alive[:size] & (posts.ring[:size] == ring)
            authors = posts.author[:size][is_of_it]
            self.volume.append([summed(authors, one[is_of_it], people) for one in decays])
            self.number.append(np.bincount(authors, minlength=people).astype(np.int64))
            words = np.bincount(authors, posts.length[:size][is_of_it], minlength=people)
            self.words.append(words.astype(np.int64))
            self.answers.append(self._answered(np.flatnonzero(is_of_it), people))

    def _answered(self, places: Ints, people: int) -> Floats:
        """How often each person answered others, in these posts."""
        posts = self._posts
        places = places[posts.root[places] >= 0]
        places = places[posts.author[places] != posts.author[posts.root[places]]]
        worth = decay(posts.ids[places], ANSWERS_HALF_LIFE)
        return summed(posts.author[places], worth, people)

    def make_room(self, people: int) -> None:
        for ring in range(3):
            self.volume[ring] = [longer(one, people) for one in self.volume[ring]]
            self.number[ring] = longer(self.number[ring], people)
            self.words[ring] = longer(self.words[ring], people)
            self.answers[ring] = longer(self.answers[ring], people)

    def count(self, place: int, sign: int) -> None:
        """A post that came (1) or died (-1)."""
        posts = self._posts
        ring, author = int(posts.ring[place]), int(posts.author[place])
        for volume, half_life in zip(self.volume[ring], HALF_LIVES, strict=True):
            volume[author] += sign * decay(posts.ids[place : place + 1], half_life)[0]
        self.number[ring][author] += sign
        self.words[ring][author] += sign * int(posts.length[place])

    def count_answer(self, place: int, sign: int) -> None:
        posts = self._posts
        author, root = int(posts.author[place]), int(posts.root[place])
        if root >= 0 and posts.author[root] != author:
            worth = decay(posts.ids[place : place + 1], ANSWERS_HALF_LIFE)[0]
            self.answers[int(posts.ring[place])][author] += sign * worth


def decay(ids: Ints, half_life: float, since: float = _BEGINNING) -> Floats:
    """How much more what was written then counts than what was at the beginning."""
    days = ((ids >> 16) - since) / _DAY
    result: Floats = np.exp2(days / half_life)
    return result


def worth(now_ms: float, half_life: float) -> float:
    """What one point of volume comes to now."""
    return float(2.0 ** (-(now_ms - _BEGINNING) / _DAY / half_life))
