"""Whom one might want to follow, and why: people whom one's people follow, of one's unit, on one's tags, new here."""

from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    Executable,
    Float,
    Select,
    Text,
    and_,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, insert

from weetwie.access import blocks, visibility
from weetwie.access.enums import Standing, Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, columns, param
from weetwie.database.sql import BoolSql
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post, PostTag
from weetwie.tables.relations import FeaturedTag, Follow, FollowRequest, Mute, TagFollow, UnwantedSuggestion
from weetwie.views import newness

NEW_FOR: Final = timedelta(days=60)
_FRIENDS, _EACH = 300, 100
"""So many of one's people are looked at, and so many of those whom each follows."""
_OF_UNIT, _OF_TAG, _NEW = 200, 50, 100
_NAMED = 3
"""So many people or tags stand in a reason."""

FOLLOWED, UNIT, TAGS, NEW, POPULAR = "followed", "unit", "tags", "new", "popular"


class Reason(msgspec.Struct, frozen=True):
    kind: str
    """One of `followed` (by people whom one follows), `unit`, `tags`, `new`, `popular`."""
    people: list[int]
    """Some of those who follow them."""
    tags: list[str]
    """Some of the tags that both care for."""


class SuggestedPerson(msgspec.Struct, frozen=True):
    person_id: int
    reasons: list[Reason]
    """The weightiest first."""


async def suggestions(db: Db, viewer: Viewer, limit: int) -> list[SuggestedPerson]:
    """The best first. Guests get none: they are to know whom they work with."""
    if viewer.standing is Standing.guest or not viewer.is_person:
        return []
    now = clock.now()
    rows = await _SUGGESTED.rows(
        db,
        viewer,
        limit=limit,
        new_since=await newness.new_since(db, now - NEW_FOR),
        since_id=id_at(now - NEW_FOR),
    )
    found = [SuggestedPerson(id, [Reason(*reason) for reason in reasons]) for id, reasons in rows]
    if len(found) < limit:
        known = {one.person_id for one in found}
        popular = columns(await _POPULAR.rows(db, viewer, limit=limit), "id")
        found += [SuggestedPerson(id, [Reason(POPULAR, [], [])]) for id in popular if id not in known]
    return found[:limit]


async def unwanted(db: Db, viewer: Viewer, person_id: int) -> None:
    """Never suggests them again. Whoever is not there is not suggested anyway."""
    await db.run(_UNWANTED, person_id=viewer.person_id, unwanted_id=person_id)


def _fits(viewer_sql: ViewerSql, person: type[Person]) -> BoolSql:
    follow, request = aliased(Follow), aliased(FollowRequest)
    mute, not_again = aliased(Mute), aliased(UnwantedSuggestion)
    return and_(
        visibility.person(viewer_sql, person),
        person.id != viewer_sql.id,
        person.is_discoverable,
        person.has_joined,
        person.suspended_at.is_(None),
        person.is_dormant.is_(False),
        ~visibility.there_is(follow, follow.follower_id == viewer_sql.id, follow.followed_id == person.id),
        ~visibility.there_is(request, request.follower_id == viewer_sql.id, request.followed_id == person.id),
        ~blocks.is_apart(viewer_sql.id, person.id),
        ~visibility.there_is(mute, mute.muter_id == viewer_sql.id, mute.muted_id == person.id),
        ~visibility.there_is(
            not_again, not_again.person_id == viewer_sql.id, not_again.unwanted_id == person.id
        ),
    )


_NO_PEOPLE = cast(literal("{}"), ARRAY(BigInteger))
_NO_TAGS = cast(literal("{}"), ARRAY(Text))


def _by_friends(viewer_sql: ViewerSql) -> Select[int, str, int]:
    """Only through people whom the viewer sees and who do not hide it: of others nobody learns whom they follow."""
    mine, middle, theirs = aliased(Follow), aliased(Person), aliased(Follow)
    friends = (
        select(mine.followed_id.label("id"))
        .join(middle, middle.id == mine.followed_id)
        .where(
            mine.follower_id == viewer_sql.id,
            visibility.person(viewer_sql, middle),
            middle.suspended_at.is_(None),
            middle.hides_follows.is_(False),
        )
        .order_by(mine.number.desc())
        .limit(_FRIENDS)
        .subquery()
    )
    each = (
        select(theirs.followed_id)
        .where(theirs.follower_id == friends.c.id)
        .order_by(theirs.number.desc())
        .limit(_EACH)
        .lateral()
    )
    by = func.array_agg(friends.c.id)
    return (
        select(
            each.c.followed_id.label("id"),
            literal(FOLLOWED).label("kind"),
            (func.ln(1 + func.count()) * 1.5).label("weight"),
            by[1:_NAMED].label("people"),
            _NO_TAGS.label("tags"),
        )
        .select_from(friends)
        .join(each, true())
        .group_by(each.c.followed_id)
    )


def _by_unit(viewer_sql: ViewerSql) -> Select[int, str, int]:
    me, mate = aliased(Person), aliased(Person)
    mates = (
        select(mate.id)
        .join(me, me.unit == mate.unit)
        .where(
            me.id == viewer_sql.id,
            me.unit != "",
            visibility.person(viewer_sql, mate),
            visibility.place_at_work(viewer_sql, mate),
        )
        .limit(_OF_UNIT)
        .subquery()
    )
    return select(mates.c.id, literal(UNIT), cast(literal(1.2), Float), _NO_PEOPLE, _NO_TAGS)


def _by_tags(viewer_sql: ViewerSql) -> Select[int, str, int]:
    """Who writes, in what the viewer sees, with the tags that the viewer follows or puts forward."""
    followed, featured, use, post = aliased(TagFollow), aliased(FeaturedTag), aliased(PostTag), aliased(Post)
    mine = union_all(
        select(followed.tag_id.label("id")).where(followed.person_id == viewer_sql.id),
        select(featured.tag_id).where(featured.person_id == viewer_sql.id),
    ).subquery()
    each = (
        select(post.author_id, use.name)
        .select_from(use)
        .join(post, post.id == use.post_id)
        .where(
            use.tag_id == mine.c.id,
            use.post_id > param("since_id", BigInteger),
            post.visibility == int(Visibility.public),
            visibility.parent(viewer_sql, post),
        )
        .order_by(use.post_id.desc())
        .limit(_OF_TAG)
        .correlate_except(use, post)
        .lateral()
    )
    names = func.array_agg(func.distinct(each.c.name))
    return (
        select(
            each.c.author_id,
            literal(TAGS),
            func.ln(1 + func.count()),
            _NO_PEOPLE,
            names[1:_NAMED],
        )
        .select_from(mine)
        .join(each, true())
        .group_by(each.c.author_id)
    )


def _by_newness(viewer_sql: ViewerSql) -> Select[int, str, int]:
    person = aliased(Person)
    new = (
        select(person.id)
        .where(
            person.joined_at > param("new_since", DateTime(timezone=True)),
            visibility.person(viewer_sql, person),
        )
        .order_by(person.joined_at.desc())
        .limit(_NEW)
        .subquery()
    )
    return select(new.c.id, literal(NEW), cast(literal(0.6), Float), _NO_PEOPLE, _NO_TAGS)


def _suggested(viewer_sql: ViewerSql) -> Executable:
    ways = union_all(
        _by_friends(viewer_sql), _by_unit(viewer_sql), _by_tags(viewer_sql), _by_newness(viewer_sql)
    ).cte("ways")
    reason = func.jsonb_build_array(ways.c.kind, func.to_jsonb(ways.c.people), func.to_jsonb(ways.c.tags))
    return (
        select(Person.id, func.jsonb_agg(aggregate_order_by(reason, ways.c.weight.desc())).label("reasons"))
        .select_from(ways)
        .join(Person, Person.id == ways.c.id)
        .where(_fits(viewer_sql, Person))
        .group_by(Person.id)
        .order_by(func.sum(ways.c.weight).desc(), Person.followers_count.desc(), Person.id)
        .limit(param("limit", BigInteger))
    )


_SUGGESTED = VisibleQuery(_suggested)
_POPULAR = VisibleQuery(
    lambda viewer_sql: (
        select(Person.id)
        .where(_fits(viewer_sql, Person))
        .order_by(Person.followers_count.desc(), Person.id)
        .limit(param("limit", BigInteger))
    )
)
_UNWANTED = Query(
    insert(UnwantedSuggestion)
    .from_select(
        ["person_id", "unwanted_id"],
        select(param("person_id", BigInteger), Person.id).where(
            Person.id == param("unwanted_id", BigInteger)
        ),
    )
    .on_conflict_do_nothing()
)
