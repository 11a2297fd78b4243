"""Who has shown how much: levels in words instead of numbers. Pure."""

from typing import Final

import msgspec

from weetwie.domain.knowledge.about import ALL_OF_IT, About
from weetwie.domain.knowledge.answer import Level
from weetwie.domain.knowledge.arrays import Bools, Ints, distinct
from weetwie.domain.knowledge.index import Index
from weetwie.domain.knowledge.packing import ACCEPTED, QUESTION
from weetwie.domain.knowledge.ranking import Votes, asks, is_seen_as_accepted
from weetwie.domain.knowledge.visible import Visible
from weetwie.runtime.later import np

_OFTEN: Final = 3
"""Posts in as many threads."""
_PART_OF_IT: Final = 0.5
"""Of a question of a few words: what one of the posts must say where somebody's posts together say all of it."""
EVERY: Final = tuple(Level)
_SHOWN: Final = (Level.answered, Level.often, Level.writes, Level.reviewed)
LISTS: Final = EVERY.index(Level.lists)
MENTIONED: Final = EVERY.index(Level.mentioned)


class Levels(msgspec.Struct):
    """By person, as places of an index."""

    rank: Ints
    """The place of their level in `EVERY`."""
    newest: Ints
    """The id of the newest post by which they have it; 0 where there is none, as for who only stands in a thread about it."""
    is_little: Bools
    """Whether what they have shown is one thread at most, in which they answered no question about it."""
    is_accepted: Bools
    """Whether an answer that says what is asked was accepted: whoever asked may not have known the word for it."""


def _together(about: About, person: Ints, words: Ints, people: int) -> Bools:
    """Whether what each person wrote says all of a question of a few words, if no post of theirs does."""
    said = np.zeros(people, np.int64)
    np.bitwise_or.at(said, person, words)
    whole = np.zeros(people)
    for number, share in enumerate(about.shares):
        whole += share * ((said >> number) & 1)
    together: Bools = whole >= ALL_OF_IT
    return together


def levels(index: Index, visible: Visible, votes: Votes, about: About, vouched: Ints) -> Levels:
    """What the votes for each come to; `vouched` are the places of posts by which colleagues say so. Who only asked about it has
    shown nothing by that."""
    posts, person, place, people = index.posts, votes.person, votes.place, len(visible.is_hidden)
    root, is_author = posts.root[place], posts.author[place] == person
    rows = about.rows(place)
    own, is_about = about.own[rows], about.thread[rows] >= about.least
    is_own = is_author & (~asks(index, place) | np.isin(place, vouched))
    is_written = is_own & ((own >= about.least) | np.isin(place, vouched))
    is_asked = ((posts.flags[root] & QUESTION) != 0) | ((posts.flags[place] & ACCEPTED) != 0)
    is_answer = is_own & is_about & is_asked & (root >= 0) & (posts.author[root] != person)
    is_answer[is_answer] = about.own[about.rows(root[is_answer])] >= about.least
    is_accepted = is_own & is_seen_as_accepted(index, visible, place) & (own >= about.least)
    is_answer |= is_accepted
    thread = np.where(root >= 0, root, place)[is_written]
    threads = distinct(person[is_written].astype(np.int64) * posts.size + thread) // max(posts.size, 1)
    number = np.bincount(threads, minlength=people)
    is_meant = is_written & (~about.in_passing[rows] | (number[person] > 1))
    if about.is_short and len(about.shares) > 1:
        words = about.words[rows[is_own]]
        is_meant |= is_own & (own >= _PART_OF_IT) & _together(about, person[is_own], words, people)[person]
    by_level = (is_answer, is_meant & (number[person] >= _OFTEN), is_meant, is_about & ~is_author)
    rank, newest = np.full(people, MENTIONED, np.int8), np.zeros(people, np.int64)
    said = is_own & (own > 0)
    np.maximum.at(newest, person[said], posts.ids[place[said]])
    for one, which in reversed(list(zip(_SHOWN, by_level, strict=True))):
        shown = np.zeros(people, np.int64)
        np.maximum.at(shown, person[which], posts.ids[place[which]])
        has = np.flatnonzero(shown)
        rank[has], newest[has] = EVERY.index(one), shown[has]
    is_little = (rank >= EVERY.index(Level.writes)) & (number <= 1)
    return Levels(rank, newest, is_little, np.bincount(person[is_accepted], minlength=people) > 0)
