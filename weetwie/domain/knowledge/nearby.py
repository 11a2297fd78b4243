"""Topics on profiles that share a word with what is asked: whom to ask where nobody is named."""

from collections.abc import Collection

import msgspec
from sqlalchemy import BigInteger, Executable, Float, and_, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, param
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.tables.knowledge import Topic, TopicWord
from weetwie.tables.people import Person


class Nearby(msgspec.Struct, frozen=True):
    person_id: int
    topic: str


async def nearby(db: Db, viewer: Viewer, terms: Collection[int], limit: int) -> list[Nearby]:
    """One a person, those first of whose topic the question has most. `terms` as in `words.Asked`."""
    if not terms:
        return []
    rows = await _NEARBY.rows(db, viewer, terms=list(terms), limit=limit)
    return [Nearby(row["person_id"], row["name"]) for row in rows]


def _nearby(viewer_sql: ViewerSql) -> Executable:
    part = cast(func.count(func.distinct(TopicWord.place)), Float) / func.max(TopicWord.words)
    shared = (
        select(TopicWord.person_id, TopicWord.key, part.label("part"))
        .where(TopicWord.term == func.any(param("terms", ARRAY(BigInteger))))
        .group_by(TopicWord.person_id, TopicWord.key)
        .subquery()
    )
    best_first = func.row_number().over(
        partition_by=Topic.person_id, order_by=(shared.c.part.desc(), Topic.name)
    )
    listed = (
        select(Topic.person_id, Topic.name, shared.c.part, best_first.label("number"))
        .select_from(shared)
        .join(Topic, and_(Topic.person_id == shared.c.person_id, Topic.key == shared.c.key))
        .join(Person, Person.id == Topic.person_id)
        .where(
            Topic.choice == int(TopicChoice.knows),
            Person.may_rank,
            Person.is_bot.is_(False),
            Person.is_dormant.is_(False),
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
            Person.id != viewer_sql.id,
            visibility.detail(viewer_sql, Person) > visibility.CARD,
        )
        .subquery()
    )
    return (
        select(listed.c.person_id, listed.c.name)
        .where(listed.c.number == 1)
        .order_by(listed.c.part.desc(), listed.c.person_id)
        .limit(param("limit", BigInteger))
    )


_NEARBY = VisibleQuery(_nearby)
