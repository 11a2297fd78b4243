"""Topics that profiles list, and few enough that one must know whose: good to ask "Who would you ask about it?"."""

from typing import Final

from sqlalchemy import BigInteger, Executable, func, select

from weetwie.access import visibility
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, param
from weetwie.domain.knowledge import delicate
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.tables.knowledge import Topic
from weetwie.tables.people import Person

_ONE_IN: Final = 5
"""At most so many of all colleagues: else a name at random is often right."""


async def known_topics(db: Db, viewer: Viewer) -> dict[str, str]:
    """Names by key, what most people know first; nothing that is never inferred."""
    rows = await _KNOWN.rows(db, viewer, one_in=_ONE_IN)
    never = viewer.policy.never_inferred
    return {row["key"]: row["name"] for row in rows if not delicate.is_delicate(row["name"], never)}


def _known(viewer_sql: ViewerSql) -> Executable:
    colleagues = (
        select(func.count())
        .select_from(Person)
        .where(
            Person.standing == int(Standing.member),
            Person.has_joined,
            Person.is_bot.is_(False),
            Person.is_service.is_(False),
            Person.erased_at.is_(None),
        )
        .scalar_subquery()
    )
    knowing = func.count()
    return (
        select(Topic.key, func.min(Topic.name).label("name"))
        .join(Person, Person.id == Topic.person_id)
        .where(
            Topic.choice == int(TopicChoice.knows),
            visibility.detail(viewer_sql, Person) > visibility.CARD,
            Person.suspended_at.is_(None),
            Person.is_dormant.is_(False),
            Person.is_bot.is_(False),
        )
        .group_by(Topic.key)
        .having((knowing == 1) | (knowing * param("one_in", BigInteger) <= colleagues))
        .order_by(knowing.desc(), Topic.key)
    )


_KNOWN = VisibleQuery(_known)
