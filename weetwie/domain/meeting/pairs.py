"""Who could be introduced to whom: two people who share something that each sees of the other, and do not know each other yet."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    DateTime,
    SelectBase,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from weetwie.access import visibility
from weetwie.access.enums import Standing, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.sql import BoolSql, there_is
from weetwie.domain.meeting.rules import SharedThing
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.tables.declared import aliased
from weetwie.tables.knowledge import Topic
from weetwie.tables.meeting import Meeting, MeetingPreferences
from weetwie.tables.people import Person
from weetwie.tables.posts import Post, PostTag, Tag
from weetwie.tables.relations import Block, Follow, FollowRequest, Mute, UnwantedSuggestion

A_WEEK: Final = timedelta(days=7)
_LATELY: Final = timedelta(days=90)
SHOWN: Final = 1
"""Up to this choice a topic stands on a profile, see knowledge/topic_rules.py."""
_OF_A_TASK: Final = 2
"""So many posts of each make it something that both are at."""


async def shared(db: Db, system: Viewer, person_id: int) -> list[SharedThing]:
    """With everybody who may be introduced to them now."""
    now = clock.now()
    rows = await db.rows(
        _SHARED,
        person_id=person_id,
        since_id=id_at(now - _LATELY),
        week_ago=now - A_WEEK,
        **visibility.today(system),
    )
    return [SharedThing(*row) for row in rows]


def may_meet(one: type[Person], other: type[Person]) -> BoolSql:
    """Both are here, may be found and want to, each sees the other, and nothing stands between them."""
    return and_(
        is_there(one),
        is_there(other),
        one.id != other.id,
        visibility.person(visibility.of(one), other),
        visibility.person(visibility.of(other), one),
        *(~_pair(table, left, right, one, other) for table, left, right in _BETWEEN),
    )


def is_there(person: type[Person]) -> BoolSql:
    """Somebody who may be found, stays, and has not said that they want none of it."""
    declined = aliased(MeetingPreferences)
    return and_(
        person.is_discoverable,
        person.has_joined,
        person.is_bot.is_(False),
        person.is_dormant.is_(False),
        person.is_limited.is_(False),
        person.suspended_at.is_(None),
        person.erased_at.is_(None),
        person.until.is_(None),
        person.standing != int(Standing.guest),
        ~there_is(declined, declined.person_id == person.id, declined.is_introduced.is_(False)),
    )


_BETWEEN: Final = (
    (Follow, "follower_id", "followed_id"),
    (FollowRequest, "follower_id", "followed_id"),
    (Block, "blocker_id", "blocked_id"),
    (Mute, "muter_id", "muted_id"),
    (UnwantedSuggestion, "person_id", "unwanted_id"),
)


def _pair(table: Any, left: str, right: str, one: type[Person], other: type[Person]) -> BoolSql:
    """Whether there is such a row between two people, in either direction."""
    row = aliased(table)
    from_id, to_id = getattr(row, left), getattr(row, right)
    return there_is(
        row, or_(and_(from_id == one.id, to_id == other.id), and_(from_id == other.id, to_id == one.id))
    )


def _is_free(person: type[Person]) -> BoolSql:
    """At most one a week."""
    lately = aliased(Meeting)
    return ~there_is(
        lately,
        or_(lately.first_id == person.id, lately.second_id == person.id),
        lately.proposed_at > param("week_ago", DateTime(timezone=True)),
    )


def _may_be_proposed(one: type[Person], other: type[Person]) -> BoolSql:
    return and_(
        one.id == param("person_id", BigInteger),
        may_meet(one, other),
        ~_pair(Meeting, "first_id", "second_id", one, other),
        _is_free(one),
        _is_free(other),
    )


_NO_POST = cast(null(), BigInteger)


def _topics() -> SelectBase:
    one, other, mine, theirs = aliased(Person), aliased(Person), aliased(Topic), aliased(Topic)
    return (
        select(
            other.id.label("other_id"),
            literal("topic").label("kind"),
            mine.key.label("topic"),
            mine.choice.label("bond"),
            theirs.choice.label("others_bond"),
            _NO_POST.label("post_id"),
            _NO_POST.label("others_post_id"),
            (one.unit == other.unit).label("is_of_unit"),
        )
        .select_from(one)
        .join(mine, mine.person_id == one.id)
        .join(theirs, theirs.key == mine.key)
        .join(other, other.id == theirs.person_id)
        .where(mine.choice <= SHOWN, theirs.choice <= SHOWN, _may_be_proposed(one, other))
    )


def _posts() -> SelectBase:
    one, other, mine, theirs = aliased(Person), aliased(Person), aliased(Post), aliased(Post)
    my_tag, their_tag, tag = aliased(PostTag), aliased(PostTag), aliased(Tag)
    both = func.count(mine.id.distinct()) >= _OF_A_TASK, func.count(theirs.id.distinct()) >= _OF_A_TASK
    return (
        select(
            other.id,
            case((mine.is_question, "question"), else_="task"),
            tag.name,
            cast(null(), Topic.choice.type),
            cast(null(), Topic.choice.type),
            func.max(mine.id),
            func.max(theirs.id),
            one.unit == other.unit,
        )
        .select_from(one)
        .join(mine, mine.author_id == one.id)
        .join(my_tag, my_tag.post_id == mine.id)
        .join(tag, tag.id == my_tag.tag_id)
        .join(their_tag, their_tag.tag_id == my_tag.tag_id)
        .join(theirs, theirs.id == their_tag.post_id)
        .join(other, other.id == theirs.author_id)
        .where(
            *(_is_open(post) for post in (mine, theirs)),
            mine.is_question == theirs.is_question,
            visibility.parent(visibility.of(other), mine),
            visibility.parent(visibility.of(one), theirs),
            _may_be_proposed(one, other),
        )
        .group_by(other.id, mine.is_question, tag.name, one.unit, other.unit)
        .having(or_(mine.is_question, and_(*both)))
    )


def _is_open(post: type[Post]) -> BoolSql:
    return and_(
        post.id > param("since_id", BigInteger),
        post.visibility == int(Visibility.public),
        post.boost_of_id.is_(None),
        post.origin == 0,
        post.deleted_at.is_(None),
        post.answer_id.is_(None),
    )


_SHARED = Query(lambda: union_all(_topics(), _posts()))
