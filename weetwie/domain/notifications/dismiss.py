"""Notifications go: one, all of a person's, or all that have to do with somebody who was erased."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, delete, func, or_
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.events import PersonErased
from weetwie.tables.notifications import Marker, Notification, NotificationPass, NotificationPolicy

_ONE = Query(
    delete(Notification).where(
        Notification.person_id == param("person_id", BigInteger), Notification.id == param("id", BigInteger)
    )
)
_ALL = Query(delete(Notification).where(Notification.person_id == param("person_id", BigInteger)))

_SEVERAL = Query(
    delete(Notification).where(
        Notification.person_id == param("person_id", BigInteger),
        Notification.id == func.any(param("told", ARRAY(BigInteger))),
    )
)

_ERASED = func.any(param("ids", ARRAY(BigInteger)))
_OF_ERASED = Query(
    delete(Notification).where(or_(Notification.person_id == _ERASED, Notification.from_id == _ERASED))
)
_OTHERS_OF_ERASED = [
    Query(delete(Marker).where(Marker.person_id == _ERASED)),
    Query(delete(NotificationPolicy).where(NotificationPolicy.person_id == _ERASED)),
    Query(
        delete(NotificationPass).where(
            or_(NotificationPass.person_id == _ERASED, NotificationPass.from_id == _ERASED)
        )
    ),
]


async def dismiss(db: Db, viewer: Viewer, notification_id: int) -> None:
    await db.run(_ONE, person_id=viewer.person_id, id=notification_id)


async def dismiss_group(db: Db, viewer: Viewer, told: Sequence[int]) -> None:
    await db.run(_SEVERAL, person_id=viewer.person_id, told=list(told))


async def clear(db: Db, viewer: Viewer) -> None:
    await db.run(_ALL, person_id=viewer.person_id)


async def forget_erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    ids = [fact.person_id for fact in facts]
    await db.run(_OF_ERASED, ids=ids)
    for query in _OTHERS_OF_ERASED:
        await db.run(query, ids=ids)
