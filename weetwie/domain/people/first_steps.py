"""Whether somebody is shown their first steps when they log in: who has just come, follows nobody, says nothing and wrote nothing."""

from typing import Final

from sqlalchemy import BigInteger, Executable, func, select

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.sql import there_is
from weetwie.tables.declared import aliased
from weetwie.tables.identity import Session
from weetwie.tables.knowledge import Topic
from weetwie.tables.people import Farewell, Person

_COLLEAGUES, _NETWORK, _WORLD = 1, 2, 3


async def are_due(db: Db, viewer: Viewer) -> bool:
    """At the first session, whichever way they came in."""
    return viewer.is_person and bool(await db.value(_DUE, id=viewer.person_id))


def _due() -> Executable:
    session, topic, farewell = aliased(Session), aliased(Topic), aliased(Farewell)
    sessions = (
        select(func.count())
        .select_from(session)
        .where(session.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    posts = [Person.posts_in_ring[ring] for ring in (_COLLEAGUES, _NETWORK, _WORLD)]
    return select(Person.id).where(
        Person.id == param("id", BigInteger),
        Person.has_joined,
        Person.is_dormant.is_(False),
        Person.suspended_at.is_(None),
        Person.following_count == 0,
        posts[0] + posts[1] + posts[2] == 0,
        sessions <= 1,
        ~there_is(topic, topic.person_id == Person.id),
        ~there_is(farewell, farewell.person_id == Person.id),
    )


_DUE: Final = Query(_due)
