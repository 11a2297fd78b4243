"""Everybody there is, for administrators."""

from sqlalchemy import BigInteger, func, or_, select

from weetwie.access import allowed, permissions
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.tables.people import Person

_ANY = -1
_STANDING = param("standing", BigInteger)

_ROLL = Query(
    select(Person.id)
    .where(
        Person.erased_at.is_(None),
        ~Person.is_service,
        or_(_STANDING == _ANY, Person.standing == _STANDING),
    )
    .order_by(func.folded(Person.handle).collate("C"))
)


async def roll(db: Db, viewer: Viewer, standing: Standing | None = None) -> list[int]:
    """By handle; the erased and the account of the installation itself are not on it."""
    allowed.check(viewer, permissions.look_after_people)
    return columns(await db.rows(_ROLL, standing=_ANY if standing is None else int(standing)), "id")
