"""Whom somebody new is shown in their first weeks: people whom they see and who may be found, and nobody who was on another card."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Executable,
    SelectBase,
    SmallInteger,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import BoolSql, ColumnSql, ViewerSql, VisibleQuery
from weetwie.database.pool import Db, param
from weetwie.database.sql import there_is
from weetwie.domain.meeting.pairs import is_there
from weetwie.domain.meeting.rules import KNOWS, LEARNING
from weetwie.domain.meeting.weeks import WorthMeeting
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.tables.declared import aliased
from weetwie.tables.knowledge import Topic
from weetwie.tables.meeting import FirstWeeksPerson
from weetwie.tables.people import Person
from weetwie.tables.posts import Post, PostTag, Tag
from weetwie.tables.relations import Block, Follow, FollowRequest, Mute, UnwantedSuggestion

_LATELY: Final = timedelta(days=90)
_MOST: Final = 60


async def helpers(db: Db, viewer: Viewer, week: int) -> list[WorthMeeting]:
    """Who helps with what, as their profiles say it: their own department first. Nothing that the viewer knows themselves."""
    rows = await _HELPERS.rows(db, viewer, week=week, limit=_MOST)
    return [WorthMeeting(row["id"], "helps", row["topic"], row["unit"]) for row in rows]


async def unmet(db: Db, viewer: Viewer, week: int) -> list[WorthMeeting]:
    """People of other departments who ask about, want to learn or write about what the viewer knows, and whom they have not met."""
    since = id_at(clock.now() - _LATELY)
    rows = await _UNMET.rows(db, viewer, week=week, since_id=since, limit=_MOST)
    return [WorthMeeting(row["id"], _WHY[row["why"]], row["topic"], row["unit"]) for row in rows]


async def among(
    db: Db, viewer: Viewer, week: int, found: Sequence[WorthMeeting], *, is_unmet: bool
) -> list[WorthMeeting]:
    """Those of them whom a card may show, in their order: whom the viewer does not follow yet; `is_unmet`, nobody of their own
    department, and nobody with whom they have talked."""
    rows = await _AMONG.rows(
        db, viewer, week=week, ids=list({one.person_id for one in found}), is_unmet=is_unmet
    )
    units = {row["id"]: row["unit"] for row in rows}
    return [
        WorthMeeting(one.person_id, one.why, one.topic, units[one.person_id])
        for one in found
        if one.person_id in units
    ]


_ASKS, _LEARNS, _WRITES = range(3)
_WHY: Final = {_ASKS: "asks", _LEARNS: "learns", _WRITES: "writes"}
_LIMIT: Final = param("limit", BigInteger)


def _unit(viewer_sql: ViewerSql, person: type[Person]) -> ColumnSql:
    """As far as it is seen."""
    return case((visibility.place_at_work(viewer_sql, person), person.unit), else_="").label("unit")


def _by_chance(viewer_sql: ViewerSql, person: type[Person]) -> ColumnSql:
    """Another order for each reader, so that not always the same people are shown."""
    return func.hashint8extended(person.id, viewer_sql.id)


def _may_stand(viewer_sql: ViewerSql, person: type[Person]) -> BoolSql:
    block, mute, unwanted = aliased(Block), aliased(Mute), aliased(UnwantedSuggestion)
    before = aliased(FirstWeeksPerson)
    either_way = or_(
        and_(block.blocker_id == viewer_sql.id, block.blocked_id == person.id),
        and_(block.blocker_id == person.id, block.blocked_id == viewer_sql.id),
    )
    is_on_another = before.week != param("week", SmallInteger)
    return and_(
        is_there(person),
        visibility.person(viewer_sql, person),
        visibility.detail(viewer_sql, person) > visibility.CARD,
        person.id != viewer_sql.id,
        ~there_is(block, either_way),
        ~there_is(mute, mute.muter_id == viewer_sql.id, mute.muted_id == person.id),
        ~there_is(unwanted, unwanted.person_id == viewer_sql.id, unwanted.unwanted_id == person.id),
        ~there_is(before, before.person_id == viewer_sql.id, before.shown_id == person.id, is_on_another),
    )


def _is_not_followed(viewer_sql: ViewerSql, person: type[Person]) -> BoolSql:
    follow, request = aliased(Follow), aliased(FollowRequest)
    return and_(
        ~there_is(follow, follow.follower_id == viewer_sql.id, follow.followed_id == person.id),
        ~there_is(request, request.follower_id == viewer_sql.id, request.followed_id == person.id),
    )


def _is_unmet(viewer_sql: ViewerSql, person: type[Person], me: type[Person]) -> BoolSql:
    """Of another department, and neither has replied to the other, as far as the viewer sees it: who has left does not see all
    that they wrote themselves."""
    to_them, mine, theirs = aliased(Post), aliased(Post), aliased(Post)
    replied_to = (
        select(theirs.author_id)
        .join(mine, mine.id == theirs.reply_to_id)
        .where(
            mine.author_id == viewer_sql.id,
            visibility.parent(viewer_sql, mine),
            visibility.parent(viewer_sql, theirs),
        )
    )
    unit = func.coalesce(case((visibility.place_at_work(viewer_sql, person), person.unit)), "")
    return and_(
        or_(me.unit == "", unit != me.unit),
        ~there_is(
            to_them,
            to_them.author_id == viewer_sql.id,
            to_them.reply_to_person_id == person.id,
            visibility.parent(viewer_sql, to_them),
        ),
        person.id.not_in(replied_to),
    )


def _helpers(viewer_sql: ViewerSql) -> Executable:
    me, mine = aliased(Person), aliased(Topic)
    of_unit = and_(me.unit != "", Person.unit == me.unit, visibility.place_at_work(viewer_sql, Person))
    return (
        select(Person.id, Topic.name.label("topic"), _unit(viewer_sql, Person))
        .join(Topic, Topic.person_id == Person.id)
        .join(me, me.id == viewer_sql.id)
        .where(
            Topic.choice == KNOWS,
            Person.may_rank,
            _may_stand(viewer_sql, Person),
            ~there_is(mine, mine.person_id == viewer_sql.id, mine.key == Topic.key, mine.choice == KNOWS),
        )
        .order_by(of_unit.desc(), _by_chance(viewer_sql, Person), Topic.key)
        .limit(_LIMIT)
    )


def _learning(viewer_sql: ViewerSql) -> SelectBase:
    mine, theirs = aliased(Topic), aliased(Topic)
    return (
        select(theirs.person_id.label("id"), literal(_LEARNS).label("why"), mine.name.label("topic"))
        .join(mine, mine.key == theirs.key)
        .where(mine.person_id == viewer_sql.id, mine.choice == KNOWS, theirs.choice == LEARNING)
    )


def _writing(viewer_sql: ViewerSql) -> SelectBase:
    """Questions that have no answer yet, and other posts: with a tag that is a topic of the viewer's."""
    mine, tag, use, post = aliased(Topic), aliased(Tag), aliased(PostTag), aliased(Post)
    why = case((and_(post.is_question, post.answer_id.is_(None)), _ASKS), else_=_WRITES)
    return (
        select(post.author_id, why, mine.name)
        .select_from(mine)
        .join(tag, tag.key.in_([mine.key, func.replace(mine.key, " ", "")]))
        .join(use, use.tag_id == tag.id)
        .join(post, post.id == use.post_id)
        .where(
            mine.person_id == viewer_sql.id,
            mine.choice == KNOWS,
            use.post_id > param("since_id", BigInteger),
            post.visibility == int(Visibility.public),
            post.boost_of_id.is_(None),
            post.origin == 0,
            visibility.parent(viewer_sql, post),
        )
    )


def _unmet(viewer_sql: ViewerSql) -> Executable:
    ways = union_all(_learning(viewer_sql), _writing(viewer_sql)).subquery()
    me, first = aliased(Person), func.min(ways.c.why)
    return (
        select(Person.id, ways.c.topic, first.label("why"), _unit(viewer_sql, Person))
        .join(ways, ways.c.id == Person.id)
        .join(me, me.id == viewer_sql.id)
        .where(
            _may_stand(viewer_sql, Person),
            _is_not_followed(viewer_sql, Person),
            _is_unmet(viewer_sql, Person, me),
        )
        .group_by(Person.id, ways.c.topic)
        .order_by(first, _by_chance(viewer_sql, Person), ways.c.topic)
        .limit(_LIMIT)
    )


def _among(viewer_sql: ViewerSql) -> Executable:
    me = aliased(Person)
    return (
        select(Person.id, _unit(viewer_sql, Person))
        .join(me, me.id == viewer_sql.id)
        .where(
            Person.id == func.any(param("ids", ARRAY(BigInteger))),
            _may_stand(viewer_sql, Person),
            _is_not_followed(viewer_sql, Person),
            or_(~param("is_unmet", Boolean), _is_unmet(viewer_sql, Person, me)),
        )
    )


_HELPERS, _UNMET, _AMONG = VisibleQuery(_helpers), VisibleQuery(_unmet), VisibleQuery(_among)
