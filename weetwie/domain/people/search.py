"""People by their handle and name, their unit and place, and what they say of themselves; errors of typing are forgiven."""

from sqlalchemy import BigInteger, Boolean, Select, Text, and_, case, column, func, literal, or_, select

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.folding import folded
from weetwie.database.pool import Db, columns, param
from weetwie.database.sql import BoolSql
from weetwie.tables.people import Person
from weetwie.tables.relations import Follow

_SAID = func.plain(param("said", Text))
_BEGINNING = func.concat("% ", func.plain(param("escaped", Text)), "%")


def _follows(viewer_sql: ViewerSql) -> BoolSql:
    return (
        select(literal(1))
        .where(Follow.follower_id == viewer_sql.id, Follow.followed_id == Person.id)
        .exists()
    )


def _search(viewer_sql: ViewerSql) -> Select[int]:
    """Those whose names begin so first, then those whose names, place at work or bio are like it, as far as one sees these."""
    like = func.people_like(_SAID, _BEGINNING).table_valued(
        column("person_id", BigInteger), "begins", "by_name", "by_place", "by_bio"
    )
    detail = visibility.detail(viewer_sql)
    fit = func.greatest(
        like.c.by_name,
        case((detail >= visibility.PLACE, like.c.by_place * _LESS)),
        case((detail >= visibility.PROFILE, like.c.by_bio * _LESS)),
    )
    return (
        select(Person.id)
        .select_from(like)
        .join(Person, Person.id == like.c.person_id)
        .where(
            visibility.person(viewer_sql),
            Person.suspended_at.is_(None),
            or_(Person.is_dormant.is_(False), Person.id == viewer_sql.id),
            or_(like.c.begins, and_(func.length(_SAID) > 2, fit >= _LIKE_ENOUGH)),
            or_(~param("only_followed", Boolean), _follows(viewer_sql)),
        )
        .order_by(
            case(
                (func.folded(Person.handle) == _SAID, 0),
                (and_(like.c.begins, _follows(viewer_sql)), 1),
                (like.c.begins, 2),
                else_=3,
            ),
            case((~like.c.begins, -fit), else_=0),
            Person.handle,
        )
        .offset(param("offset", BigInteger))
        .limit(param("limit", BigInteger))
    )


_LESS = 0.8
"""What it weighs that a word stands in somebody's bio or unit and not in their name."""
_LIKE_ENOUGH = 0.45
_SEARCH = VisibleQuery(_search)

_EXACTLY = VisibleQuery(
    lambda viewer_sql: select(Person.id).where(
        func.folded(Person.handle) == param("whole", Text), visibility.person(viewer_sql)
    )
)


async def search(
    db: Db, viewer: Viewer, words: str, *, limit: int, offset: int = 0, only_followed: bool = False
) -> list[int]:
    said = words.strip().removeprefix("@").replace("\x00", "")
    if not said:
        return []
    escaped = said.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    rows = await _SEARCH.rows(
        db,
        viewer,
        said=said,
        escaped=escaped,
        only_followed=only_followed,
        limit=limit,
        offset=offset,
    )
    return columns(rows, "id")


async def handle_of(db: Db, viewer: Viewer, handle: str) -> list[int]:
    """Whoever has exactly this handle, if the viewer sees them."""
    return columns(await _EXACTLY.rows(db, viewer, whole=folded(handle)), "id")
