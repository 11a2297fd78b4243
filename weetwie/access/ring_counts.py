"""Numbers that are kept by ring: a viewer is told that of their own."""

from sqlalchemy import case, func, literal, or_

from weetwie.access.enums import Ring
from weetwie.access.visibility import MEMBER, ViewerSql
from weetwie.database.sql import BoolSql, CountsSql, IntSql
from weetwie.tables.people import Person


def in_ring(viewer_sql: ViewerSql, counts: CountsSql) -> IntSql:
    """The viewer's number out of counts kept by ring: what stands in their ring or a wider one."""
    if viewer_sql is MEMBER:
        total: IntSql = counts[1] + counts[2] + counts[3]
        return total
    return sum(
        (case((reached, counts[int(ring) + 1]), else_=0) for ring, reached in _rings_in_reach(viewer_sql)),
        start=literal(0),
    )


def newest_in_ring(viewer_sql: ViewerSql, ids: CountsSql) -> IntSql:
    """The same for the ids of the newest."""
    return func.greatest(
        *(case((reached, ids[int(ring) + 1]), else_=0) for ring, reached in _rings_in_reach(viewer_sql))
    )


def posts_of(viewer_sql: ViewerSql, person: type[Person]) -> IntSql:
    """How many posts of a person count for the viewer; in works-council mode only one's own are told."""
    return case(
        (
            or_(viewer_sql.tells_activity, person.id == viewer_sql.id),
            in_ring(viewer_sql, person.posts_in_ring),
        ),
        else_=0,
    )


def newest_of(viewer_sql: ViewerSql, person: type[Person]) -> IntSql:
    """The id of the newest of them, which says when that was; in works-council mode nobody learns it."""
    return case((viewer_sql.tells_activity, newest_in_ring(viewer_sql, person.last_post_in_ring)), else_=0)


def _rings_in_reach(viewer_sql: ViewerSql) -> list[tuple[Ring, BoolSql]]:
    return [(ring, func.least(int(ring), viewer_sql.widest) >= viewer_sql.ring) for ring in Ring]
