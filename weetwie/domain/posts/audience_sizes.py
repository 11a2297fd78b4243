"""How many people each audience has, besides the writer: what the picker says before anything is written."""

from typing import Final

from sqlalchemy import BigInteger, Executable, SmallInteger, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, array

from weetwie.access import visibility
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.sql import IntSql
from weetwie.tables.people import Person

_AUDIENCES: Final = {
    "colleagues": (Ring.colleagues, Visibility.public),
    "network": (Ring.network, Visibility.public),
}


async def sizes(db: Db, viewer: Viewer, ring: Ring) -> dict[str, int]:
    """By name. `ring` is the one in which followers read."""
    row = await db.row(_SIZES, author_id=viewer.person_id, ring=int(ring), **visibility.today(viewer))
    assert row is not None, "it counts"
    return {name: row[name] for name in (*_AUDIENCES, "followers")}


def _sizes() -> Executable:
    reader = visibility.of(Person)
    counted = [
        func.count()
        .filter(visibility.would_see(reader, _draft(literal(int(ring), SmallInteger), reach)))
        .label(name)
        for name, (ring, reach) in _AUDIENCES.items()
    ]
    followers = visibility.would_see(reader, _draft(param("ring", SmallInteger), Visibility.private))
    return select(*counted, func.count().filter(followers).label("followers")).where(
        Person.id != param("author_id", BigInteger),
        Person.erased_at.is_(None),
        ~Person.is_service,
        Person.responsible_id.is_(None),
    )


def _draft(ring: IntSql, reach: Visibility) -> visibility.DraftSql:
    return visibility.DraftSql(
        author_id=param("author_id", BigInteger),
        root_id=literal(0, BigInteger),
        ring=ring,
        visibility=literal(int(reach), SmallInteger),
        people=cast(array([]), ARRAY(BigInteger)),
    )


_SIZES = Query(_sizes)
FOLLOWERS = select(Person.followers_count).where(Person.id == visibility.VIEWER.id).scalar_subquery()
"""How many people follow the viewer, whether they are active or not."""
