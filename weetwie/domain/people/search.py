"""People by the beginning of their handle, or of any word of their name."""

from sqlalchemy import BigInteger, Boolean, Text, case, func, literal, or_, select

from weetwie.access import sees
from weetwie.access.sees import Eye, Lawful, Sql
from weetwie.access.viewer import Viewer
from weetwie.kit.db import Db, columns, param
from weetwie.tables.people import Person
from weetwie.tables.relations import Follow

_BEGINNING = param("beginning", Text)
_NAME = func.lower(Person.name)


def _follows(eye: Eye) -> Sql:
    return select(literal(1)).where(Follow.follower_id == eye.id, Follow.followed_id == Person.id).exists()


_SEARCH = Lawful(
    lambda eye: (
        select(Person.id)
        .where(
            sees.person(eye),
            Person.suspended_at.is_(None),
            or_(
                func.lower(Person.handle).like(_BEGINNING),
                _NAME.like(_BEGINNING),
                _NAME.like(func.concat(literal("% "), _BEGINNING)),
            ),
            or_(~param("only_followed", Boolean), _follows(eye)),
        )
        .order_by(
            case((func.lower(Person.handle) == param("whole", Text), 0), (_follows(eye), 1), else_=2),
            Person.handle,
        )
        .offset(param("offset", BigInteger))
        .limit(param("limit", BigInteger))
    )
)

_EXACTLY = Lawful(
    lambda eye: select(Person.id).where(func.lower(Person.handle) == param("whole", Text), sees.person(eye))
)


async def search(
    db: Db, viewer: Viewer, words: str, *, limit: int, offset: int = 0, only_followed: bool = False
) -> list[int]:
    whole = words.strip().removeprefix("@").lower()
    if not whole:
        return []
    escaped = whole.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    rows = await _SEARCH.rows(
        db,
        viewer,
        whole=whole,
        beginning=f"{escaped}%",
        only_followed=only_followed,
        limit=limit,
        offset=offset,
    )
    return columns(rows, "id")


async def handle_of(db: Db, viewer: Viewer, handle: str) -> list[int]:
    """Whoever has exactly this handle, if the viewer sees them."""
    return columns(await _EXACTLY.rows(db, viewer, whole=handle.lower()), "id")
