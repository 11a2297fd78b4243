"""Who of those whom somebody knows from elsewhere is here, as far as they see them."""

from collections.abc import Collection

from sqlalchemy import BigInteger, Select, Text, any_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.folding import folded
from weetwie.database.pool import Db, columns, param
from weetwie.tables.people import Person

MOST: int = 200


def _known(viewer_sql: ViewerSql) -> Select[int]:
    return (
        select(Person.id)
        .where(
            or_(
                Person.id == any_(param("ids", ARRAY(BigInteger))),
                func.folded(Person.name) == any_(param("names", ARRAY(Text))),
                func.folded(Person.handle) == any_(param("handles", ARRAY(Text))),
            ),
            visibility.person(viewer_sql),
            Person.id != viewer_sql.id,
            Person.suspended_at.is_(None),
            Person.is_dormant.is_(False),
            Person.is_discoverable,
        )
        .order_by(Person.id)
        .limit(MOST)
    )


_KNOWN = VisibleQuery(_known)


async def acquaintances(
    db: Db, viewer: Viewer, ids: Collection[int], names: Collection[str], handles: Collection[str]
) -> list[int]:
    """By id, by whole name, by handle; who does not want to be found is not."""
    rows = await _KNOWN.rows(
        db,
        viewer,
        ids=list(ids),
        names=[folded(name) for name in names],
        handles=[folded(handle) for handle in handles],
    )
    return columns(rows, "id")
