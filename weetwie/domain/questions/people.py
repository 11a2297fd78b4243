"""What people want and how much they have, held until the transaction ends: so limits hold exactly, however many ask at once."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import aliased

from weetwie.access.enums import Standing
from weetwie.access.policy import Policy
from weetwie.database.pool import Db, Query, Record, param
from weetwie.domain.questions.free_days import region_of
from weetwie.domain.questions.rules import A_WEEK, WEEK, Askable, State
from weetwie.tables.people import Person
from weetwie.tables.posts import Post
from weetwie.tables.questions import AskedPerson, Question, QuestionLoad, QuestionPreferences, RefusedTopic


async def hold(db: Db, policy: Policy, ids: Collection[int], at: datetime) -> dict[int, Askable]:
    """Nobody else asks them until the transaction ends. Always in the same order, so that two never wait for each other."""
    wanted = sorted(set(ids))
    await db.run(_MAKE, ids=wanted)
    await db.rows(_HOLD, ids=wanted)
    return await people(db, policy, wanted, at)


async def people(db: Db, policy: Policy, ids: Collection[int], at: datetime) -> dict[int, Askable]:
    """As they are now, not held."""
    this_week = await _numbers(db, _THIS_WEEK, ids, at)
    waiting = await _numbers(db, _WAITING, ids, at)
    refused: dict[int, list[frozenset[int]]] = {}
    for row in await db.rows(_REFUSED, ids=list(ids)):
        refused.setdefault(row["person_id"], []).append(frozenset(row["terms"]))
    return {
        row["id"]: _person(row, policy, this_week, waiting, refused)
        for row in await db.rows(_PEOPLE, ids=list(ids))
    }


async def _numbers(db: Db, query: Query, ids: Collection[int], at: datetime) -> dict[int, int]:
    rows = await db.rows(query, ids=list(ids), since=at - WEEK)
    return {row["person_id"]: row["number"] for row in rows}


def _person(
    row: Record,
    policy: Policy,
    this_week: dict[int, int],
    waiting: dict[int, int],
    refused: dict[int, list[frozenset[int]]],
) -> Askable:
    most = row["most_a_week"]
    return Askable(
        id=row["id"],
        standing=Standing(row["standing"]),
        is_asked=row["is_asked"],
        away_until=row["away_until"],
        most_a_week=A_WEEK if most is None else most,
        this_week=this_week.get(row["id"], 0),
        waiting=waiting.get(row["id"], 0),
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
_load, _answer = aliased(QuestionLoad), aliased(Post)
_WAITING = Query(
    select(AskedPerson.person_id, func.count().label("number"))
    .join(Question, Question.post_id == AskedPerson.post_id)
    .join(Post, Post.id == AskedPerson.post_id)
    .where(
        AskedPerson.person_id == _IDS,
        AskedPerson.state.in_([int(State.asked), int(State.not_now)]),
        ~Question.is_closed,
        Post.answer_id.is_(None),
        Post.deleted_at.is_(None),
        ~select(_load.post_id)
        .where(
            _load.person_id == AskedPerson.person_id, _load.post_id == AskedPerson.post_id, _load.at > _SINCE
        )
        .exists(),
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
