"""How long what people write is kept: a number of days for each ring, and for direct posts. What is older goes as if its author had deleted it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, ColumnElement, DateTime, and_, case, distinct, func, or_, select

from weetwie.access import allowed, permissions
from weetwie.access.enums import Ring, Visibility
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.retention.holds import in_force
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at, moment_of
from weetwie.tables.passages import SourcePassage
from weetwie.tables.people import Person
from weetwie.tables.posts import Post
from weetwie.tables.retention import Hold

RULES: Final = ("keeps_colleagues_days", "keeps_network_days", "keeps_world_days", "keeps_direct_days")
"""The choices of the policy, in the order of the rings, and for direct posts, whatever their ring."""
AT_ONCE: Final = 200

_NOW = param("now", DateTime(timezone=True))
_is_direct = Post.visibility == int(Visibility.direct)


def _limit(number: int) -> ColumnElement[int]:
    """The id from which on posts of this kind are kept."""
    return param(f"limit_{number}", BigInteger)


_rule = case((_is_direct, len(Ring)), else_=Post.ring)
_is_over = or_(
    *(and_(Post.ring == int(ring), ~_is_direct, Post.id < _limit(ring)) for ring in Ring),
    and_(_is_direct, Post.id < _limit(len(Ring))),
)
# What the installation itself answers has its own time, see knowledge/questions.py.
_is_somebodys = Post.author_id.not_in(select(Person.id).where(Person.is_service).scalar_subquery())


def _is_held() -> ColumnElement[bool]:
    """By a hold on everybody, or on its author."""
    return (
        select(Hold.id)
        .where(in_force(_NOW), or_(Hold.person_id.is_(None), Hold.person_id == Post.author_id))
        .correlate(Post)
        .exists()
    )


_DUE = Query(
    select(Post.id)
    .where(
        Post.id > param("after", BigInteger),
        Post.id < func.greatest(*(_limit(number) for number in range(len(RULES)))),
        Post.deleted_at.is_(None),
        _is_over,
        _is_somebodys,
        ~_is_held(),
    )
    .order_by(Post.id)
    .limit(AT_ONCE)
)
_WOULD_GO = Query(
    select(
        _rule.label("rule"),
        func.count().filter(~_is_held()).label("posts"),
        func.count(distinct(Post.author_id)).filter(~_is_held()).label("people"),
        func.min(Post.id).filter(~_is_held()).label("oldest"),
        func.count().filter(_is_held()).label("held"),
    )
    .where(
        Post.id < func.greatest(*(_limit(number) for number in range(len(RULES)))),
        Post.deleted_at.is_(None),
        _is_over,
        _is_somebodys,
    )
    .group_by(_rule)
)


_passages_over = or_(
    *(and_(SourcePassage.ring == int(ring), SourcePassage.id < _limit(ring)) for ring in Ring)
)
_passage_is_held = (
    select(Hold.id)
    .where(in_force(_NOW), or_(Hold.person_id.is_(None), Hold.person_id == SourcePassage.author_id))
    .correlate(SourcePassage)
    .exists()
)
_DUE_PASSAGES = Query(
    select(SourcePassage.id)
    .where(
        SourcePassage.id > param("after", BigInteger),
        SourcePassage.id < func.greatest(*(_limit(ring) for ring in Ring)),
        _passages_over,
        ~_passage_is_held,
    )
    .order_by(SourcePassage.id)
    .limit(AT_ONCE)
)


class WouldGo(msgspec.Struct, frozen=True):
    """What one of the rules takes."""

    rule: str
    days: int
    posts: int = 0
    people: int = 0
    """In works-council mode 0 where they are few."""
    oldest: datetime | None = None
    held: int = 0
    """Whose time is over, and that stay."""


def days_of(policy: Policy) -> dict[str, int]:
    """By rule; 0 is for ever."""
    return {rule: getattr(policy, rule) for rule in RULES}


async def due(db: Db, policy: Policy, after: int = 0) -> list[int]:
    """The next posts whose time is over, the oldest first, behind the one with the id `after`."""
    days = days_of(policy)
    if not any(days.values()):
        return []
    return columns(await db.rows(_DUE, after=after, now=clock.now(), **_limits(days)), "id")


async def due_passages(db: Db, policy: Policy, after: int = 0) -> list[int]:
    """The same of passages."""
    days = days_of(policy)
    if not any(days.values()):
        return []
    limits = _limits(days)
    limits.pop(f"limit_{len(Ring)}")
    return columns(await db.rows(_DUE_PASSAGES, after=after, now=clock.now(), **limits), "id")


async def would_go(db: Db, viewer: Viewer, days: Mapping[str, int]) -> list[WouldGo]:
    """What would go if these days were chosen, rule by rule; those that keep everything are left out. Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    rows = {row["rule"]: row for row in await db.rows(_WOULD_GO, now=clock.now(), **_limits(days))}
    return [
        WouldGo(
            rule,
            days[rule],
            row["posts"],
            viewer.policy.told(row["people"]),
            moment_of(row["oldest"]) if row["oldest"] else None,
            row["held"],
        )
        if (row := rows.get(number))
        else WouldGo(rule, days[rule])
        for number, rule in enumerate(RULES)
        if days[rule]
    ]


def _limits(days: Mapping[str, int]) -> dict[str, int]:
    now = clock.now()
    return {
        f"limit_{number}": id_at(now - timedelta(days=days[rule])) if days[rule] else 0
        for number, rule in enumerate(RULES)
    }
