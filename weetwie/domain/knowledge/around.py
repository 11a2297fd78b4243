"""What of an answer depends on who asks, whatever people wrote: in one statement, for a search asks it each time."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, Executable, func, or_, select

from weetwie.access import audience, visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.knowledge import elsewhere, not_about, profiles, words
from weetwie.domain.knowledge.elsewhere import NOBODY
from weetwie.domain.knowledge.translating import Translated
from weetwie.domain.knowledge.visible import Scope
from weetwie.runtime import clock
from weetwie.tables.people import Person


class Around(msgspec.Struct, frozen=True):
    scope: Scope
    not_about: frozenset[int]
    """Posts that people said are not about what is asked."""
    may_list: Sequence[int]
    """People on whose profile words of the question may stand."""


async def around(db: Db, viewer: Viewer, whole: Translated, as_of: datetime | None) -> Around:
    """`whole` is what is asked of profiles."""
    languages, beginnings = profiles.looked_for(whole.asked, whole.twins) if as_of is None else ((), ())
    row = await db.row(
        _AROUND,
        **visibility.by(viewer, clock.now()),
        person_id=viewer.person_id,
        terms=words.terms(whole.asked),
        languages=languages,
        beginnings=beginnings,
    )
    assert row is not None, "a select without a table has a row"
    at_ms = (as_of or clock.now()).timestamp() * 1000
    scope = Scope(
        sight=await audience.sight(db, viewer, row["hidden"]),
        unranked=frozenset([*(row["unranked"] or ()), NOBODY]),
        at_ms=at_ms,
        before=int(at_ms) << 16 if as_of else None,
        agreed=None if viewer.policy.tells_activity else await elsewhere.agreed(db),
    )
    return Around(scope, frozenset(row["not_about"]), row["may_list"] or ())


async def unranked(db: Db) -> frozenset[int]:
    """People who are neither ranked nor evidence; nobody among them."""
    return frozenset([*(await db.value(_UNRANKED) or ()), NOBODY])


_EVERY_UNRANKED = select(func.array_agg(Person.id)).where(
    or_(~Person.may_rank, Person.is_bot, Person.is_dormant)
)
"""In one row: after an import they may be many."""
_UNRANKED = Query(_EVERY_UNRANKED)


def _around() -> Executable:
    hidden = visibility.hidden_authors(visibility.VIEWER).scalar_subquery()
    return select(
        func.array(hidden).label("hidden"),
        _EVERY_UNRANKED.scalar_subquery().label("unranked"),
        func.array(not_about.hidden_from(param("person_id", BigInteger)).scalar_subquery()).label(
            "not_about"
        ),
        profiles.MAY_LIST.scalar_subquery().label("may_list"),
    )


_AROUND = Query(_around)
