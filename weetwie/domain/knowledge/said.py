"""What people say about what is asked: of themselves, and of colleagues. Read for each question by the words of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Executable, Subquery, Text, and_, column, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.domain.knowledge.claimed import is_asked
from weetwie.domain.knowledge.index import Index
from weetwie.domain.knowledge.ranking import Votes
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.knowledge.twins import Twin, terms as twin_terms
from weetwie.domain.knowledge.visible import Scope, Visible
from weetwie.runtime.ids import id_at
from weetwie.runtime.later import np
from weetwie.tables.declared import aliased
from weetwie.tables.knowledge import Topic, TopicWord, Vouch
from weetwie.tables.people import Person
from weetwie.tables.posts import Post
from weetwie.tables.relations import Block

_OF_THE_BEST: Final = 0.3
"""What the first vouch comes to, beside the post that fits best; each further one half of the one before."""
_IN_A_RING: Final = 0.25
"""Of that, where the two vouch for each other."""


class Statement(msgspec.Struct, frozen=True):
    name: str
    """As it stands on the profile."""
    at: datetime | None
    """When it was put there, where that is known."""
    said: tuple[str, ...] | None = None
    """Which words of the question it is; None for a topic, which is all of its own words."""


class Vouched(msgspec.Struct, frozen=True):
    about_id: int
    by_id: int
    post_id: int
    is_mutual: bool


class SaidOfThemselves(msgspec.Struct, frozen=True):
    says_so: dict[int, Statement]
    """By person, as far as the viewer sees their profile."""
    contested: frozenset[int]
    """People about whom this is not to be inferred."""
    vouches: tuple[Vouched, ...]


_MOST: Final = 400
"""So many statements on one question are looked at, the newest first."""
_EVER: Final = 2**63 - 1
NOTHING: Final = SaidOfThemselves({}, frozenset(), ())


async def about(
    db: Db,
    viewer: Viewer,
    terms: Iterable[int],
    scope: Scope,
    as_of: datetime | None,
    twins: Sequence[Twin] = (),
) -> SaidOfThemselves:
    """What has been said about topics whose words all stand in the question, or in what stands for some of it."""
    own = list(dict.fromkeys(terms))
    wanted = list(dict.fromkeys([*own, *twin_terms(twins)]))
    rows = await _MATCHED.rows(db, viewer, terms=wanted)
    asked = {key: not twins or is_asked(key, own, twins) for key in {row["key"] for row in rows}}
    rows = [row for row in rows if asked[row["key"]]]
    if not rows:
        return NOTHING
    out = scope.sight.hidden | scope.unranked
    contested = frozenset(
        row["person_id"]
        for row in await db.rows(_CONTESTED, terms=wanted)
        if not twins or is_asked(row["key"], own, twins)
    )
    says_so = {
        row["person_id"]: Statement(row["name"], row["chosen_at"])
        for row in rows
        if row["choice"] == TopicChoice.knows
        and row["shows"]
        and row["person_id"] not in out | contested
        and (as_of is None or row["chosen_at"] < as_of)
    }
    given = await _VOUCHES.rows(
        db,
        viewer,
        people=[row["person_id"] for row in rows],
        keys=[row["key"] for row in rows],
        before=id_at(as_of) if as_of else _EVER,
    )
    vouches = (Vouched(*row) for row in given if row["by_id"] not in out)
    return SaidOfThemselves(
        says_so, contested, tuple(one for one in vouches if one.about_id not in contested)
    )


def with_vouches(index: Index, visible: Visible, cast: Votes, vouches: Iterable[Vouched]) -> Votes:
    """Votes of their own for what colleagues have shown, so bounded that a ring of friends makes no expert."""
    best = float(cast.weight.max(initial=0.0)) or 1.0
    by_person: dict[int, list[Vouched]] = defaultdict(list)
    for one in vouches:
        by_person[one.about_id].append(one)
    rows = []
    for about_id, given in by_person.items():
        person = index.person(about_id)
        given.sort(key=lambda one: (one.is_mutual, -one.post_id, one.by_id))
        for number, one in enumerate(given):
            place = index.place(one.post_id)
            if person >= 0 and place >= 0 and visible(np.array([place], np.int32))[0]:
                weight = best * _OF_THE_BEST * 0.5**number * (_IN_A_RING if one.is_mutual else 1.0)
                rows.append((person, place, weight))
    if not rows:
        return cast
    people, places, weights = zip(*rows, strict=True)
    return Votes(
        np.concatenate([cast.person, np.array(people, cast.person.dtype)]),
        np.concatenate([cast.place, np.array(places, cast.place.dtype)]),
        np.concatenate([cast.weight, np.array(weights, np.float64)]),
    )


def _of_words() -> Subquery:
    """Topics of which every word stands in the question."""
    bit = func.bit_or(literal(1, BigInteger).op("<<")(TopicWord.place))
    return (
        select(TopicWord.person_id, TopicWord.key)
        .where(TopicWord.term == func.any(param("terms", ARRAY(BigInteger))))
        .group_by(TopicWord.person_id, TopicWord.key)
        .having(bit == literal(1, BigInteger).op("<<")(func.max(TopicWord.words)) - 1)
        .subquery()
    )


def _contested() -> Executable:
    of_words = _of_words()
    return (
        select(Topic.person_id, Topic.key)
        .join(of_words, and_(Topic.person_id == of_words.c.person_id, Topic.key == of_words.c.key))
        .where(Topic.choice == int(TopicChoice.never))
    )


_CONTESTED = Query(_contested)
"""All of them, however many."""


def _matched(viewer_sql: ViewerSql) -> Executable:
    of_words = _of_words()
    first = (
        select(of_words, Topic.name, Topic.choice, Topic.chosen_at)
        .select_from(of_words)
        .outerjoin(Topic, and_(Topic.person_id == of_words.c.person_id, Topic.key == of_words.c.key))
        .order_by(
            (func.coalesce(Topic.choice, -1) == int(TopicChoice.never)).desc(),
            Topic.chosen_at.desc().nulls_first(),
            of_words.c.person_id,
        )
        .limit(_MOST)
        .subquery()
    )
    shows = and_(
        Person.suspended_at.is_(None), visibility.detail(viewer_sql, Person) > visibility.CARD
    ).label("shows")
    return (
        select(*first.c, shows)
        .select_from(first)
        .join(Person, Person.id == first.c.person_id)
        .where(Person.erased_at.is_(None))
    )


_MATCHED = VisibleQuery(_matched)


def _vouches(viewer_sql: ViewerSql) -> Executable:
    back = aliased(Vouch)
    asked = (
        func.unnest(param("people", ARRAY(BigInteger)), param("keys", ARRAY(Text)))
        .table_valued(column("person_id", BigInteger), column("key", Text))
        .render_derived()
    )
    is_mutual = exists().where(
        back.about_id == Vouch.by_id, back.by_id == Vouch.about_id, back.declined_at.is_(None)
    )
    is_blocked = exists().where(Block.blocker_id == Vouch.about_id, Block.blocked_id == Vouch.by_id)
    return (
        select(Vouch.about_id, Vouch.by_id, Vouch.post_id, is_mutual)
        .select_from(asked)
        .join(Vouch, and_(Vouch.about_id == asked.c.person_id, Vouch.key == asked.c.key))
        .join(Post, Post.id == Vouch.post_id)
        .where(
            Vouch.declined_at.is_(None),
            Vouch.id < param("before", BigInteger),
            ~is_blocked,
            Post.author_id == Vouch.about_id,
            visibility.post(viewer_sql, Post),
        )
    )


_VOUCHES = VisibleQuery(_vouches)
