"""What people want and how much they have, held until the transaction ends: so limits hold exactly, however many ask at once."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, Executable, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import visibility
from weetwie.access.enums import Standing, Visibility
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Record, param
from weetwie.domain.questions.free_days import region_of
from weetwie.domain.questions.rules import A_WEEK, NEWEST, WEEK, Askable, AskStep, Lately, State
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post
from weetwie.tables.questions import AskedPerson, Question, QuestionLoad, QuestionPreferences, RefusedTopic

_DAY_MS: Final = 86_400_000


async def hold(db: Db, policy: Policy, ids: Collection[int], at: datetime) -> dict[int, Askable]:
    """Nobody else asks them until the transaction ends. Always in the same order, so that two never wait for each other."""
    wanted = sorted(set(ids))
    await db.run(_MAKE, ids=wanted)
    await db.rows(_HOLD, ids=wanted)
    return await people(db, policy, wanted, at)


async def people(db: Db, policy: Policy, ids: Collection[int], at: datetime) -> dict[int, Askable]:
    """As they are now, not held."""
    this_week = await _numbers(db, _THIS_WEEK, ids, since=at - WEEK)
    asked = {row["person_id"]: row["number"] for row in await db.rows(_NEWEST)}
    lately = Lately(await db.value(_HOW_MANY), max(asked.values(), default=0))
    waiting = await _numbers(db, _WAITING, ids)
    refused: dict[int, list[frozenset[int]]] = {}
    for row in await db.rows(_REFUSED, ids=list(ids)):
        refused.setdefault(row["person_id"], []).append(frozenset(row["terms"]))
    return {
        row["id"]: msgspec.structs.replace(
            _person(row, policy, refused),
            this_week=this_week.get(row["id"], 0),
            asked=asked.get(row["id"], 0),
            waiting=waiting.get(row["id"], 0),
            lately=lately,
        )
        for row in await db.rows(_PEOPLE, ids=list(ids))
    }


async def silent_days(
    db: Db, asker: Viewer, ids: Collection[int], at: datetime | None = None
) -> dict[int, float]:
    """By person, since they wrote something that the asker sees; nobody who has written nothing. `at`: as of then."""
    at = at or clock.now()
    now = at.timestamp() * 1000
    rows = await _LAST_POSTS.rows(db, asker, ids=list(ids), before=int(now) << 16)
    return {row["id"]: max(now - (row["last_id"] >> 16), 0) / _DAY_MS for row in rows}


async def _numbers(db: Db, query: Query, ids: Collection[int], **given: datetime) -> dict[int, int]:
    rows = await db.rows(query, ids=list(ids), **given)
    return {row["person_id"]: row["number"] for row in rows}


def _person(row: Record, policy: Policy, refused: dict[int, list[frozenset[int]]]) -> Askable:
    most = row["most_a_week"]
    return Askable(
        id=row["id"],
        standing=Standing(row["standing"]),
        is_asked=row["is_asked"],
        away_until=row["away_until"],
        most_a_week=A_WEEK if most is None else most,
        time_zone=row["time_zone"] or policy.time_zone,
        begins=row["begins"],
        ends=row["ends"],
        region=region_of(policy, row["place"]),
        refused=tuple(refused.get(row["id"], ())),
        liked=frozenset(row["terms"] or ()),
    )


_IDS = func.any(param("ids", ARRAY(BigInteger)))
_SINCE = param("since", DateTime(timezone=True))
_MAKE = Query(
    insert(QuestionPreferences)
    .from_select(["person_id"], select(Person.id).where(Person.id == _IDS).order_by(Person.id))
    .on_conflict_do_nothing()
)
_HOLD = Query(
    select(QuestionPreferences.person_id)
    .where(QuestionPreferences.person_id == _IDS)
    .order_by(QuestionPreferences.person_id)
    .with_for_update()
)
_PEOPLE = Query(
    select(
        Person.id,
        Person.standing,
        Person.place,
        QuestionPreferences.is_asked,
        QuestionPreferences.away_until,
        QuestionPreferences.most_a_week,
        QuestionPreferences.time_zone,
        QuestionPreferences.begins,
        QuestionPreferences.ends,
        QuestionPreferences.terms,
    )
    .outerjoin(QuestionPreferences, QuestionPreferences.person_id == Person.id)
    .where(Person.id == _IDS)
)
_THIS_WEEK = Query(
    select(QuestionLoad.person_id, func.count().label("number"))
    .where(QuestionLoad.person_id == _IDS, QuestionLoad.at > _SINCE)
    .group_by(QuestionLoad.person_id)
)
_REFUSED = Query(select(RefusedTopic.person_id, RefusedTopic.terms).where(RefusedTopic.person_id == _IDS))
_newest = (
    select(Question.post_id)
    .where(Question.step > int(AskStep.begun))
    .order_by(Question.post_id.desc())
    .limit(NEWEST)
    .cte("newest")
)
_HOW_MANY = Query(select(func.count()).select_from(_newest))
_HAS_REACHED = AskedPerson.state.not_in([int(State.waits), int(State.out)])
_NEWEST = Query(
    select(AskedPerson.person_id, func.count().label("number"))
    .join(_newest, _newest.c.post_id == AskedPerson.post_id)
    .where(_HAS_REACHED)
    .group_by(AskedPerson.person_id)
)
_answer = aliased(Post)
_WAITING = Query(
    select(AskedPerson.person_id, func.count().label("number"))
    .join(Question, Question.post_id == AskedPerson.post_id)
    .join(Post, Post.id == AskedPerson.post_id)
    .where(
        AskedPerson.person_id == _IDS,
        AskedPerson.state.in_([int(State.asked), int(State.not_now)]),
        AskedPerson.post_id.not_in(select(_newest.c.post_id)),
        ~Question.is_closed,
        Post.answer_id.is_(None),
        Post.deleted_at.is_(None),
        ~select(_answer.id)
        .where(
            _answer.root_id == Post.root_id,
            _answer.author_id == AskedPerson.person_id,
            _answer.deleted_at.is_(None),
        )
        .exists(),
    )
    .group_by(AskedPerson.person_id)
)


def _last_posts(viewer_sql: ViewerSql) -> Executable:
    """Of each the newest, found from the end of what they wrote."""
    last = (
        select(Post.id)
        .where(
            Post.author_id == Person.id,
            Post.id < param("before", BigInteger),
            Post.deleted_at.is_(None),
            Post.boost_of_id.is_(None),
            Post.visibility <= int(Visibility.unlisted),
            visibility.parent(viewer_sql, Post),
        )
        .correlate(Person)
        .order_by(Post.id.desc())
        .limit(1)
        .lateral("last")
    )
    return select(Person.id, last.c.id.label("last_id")).join(last, true()).where(Person.id == _IDS)


_LAST_POSTS = VisibleQuery(_last_posts)
