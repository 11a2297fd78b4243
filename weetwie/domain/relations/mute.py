"""Mute and unmute: somebody whom one does not want to read, for a while or for good."""

from sqlalchemy import BigInteger, Boolean, DateTime, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, param
from weetwie.domain.relations import pair, rules
from weetwie.events import PersonMuted, record
from weetwie.runtime import clock
from weetwie.tables.people import Person
from weetwie.tables.relations import Mute
from weetwie.views.numbered import Numbered, NumberedList

_INSERT = insert(Mute).values(
    muter_id=param("muter_id", BigInteger),
    muted_id=param("muted_id", BigInteger),
    hides_notifications=param("hides_notifications", Boolean),
    expires_at=param("expires_at", DateTime(timezone=True)),
)

_MUTE = Query(
    _INSERT.on_conflict_do_update(
        index_elements=[Mute.muter_id, Mute.muted_id],
        set_={
            "hides_notifications": _INSERT.excluded.hides_notifications,
            "expires_at": _INSERT.excluded.expires_at,
        },
    )
)

_UNMUTE = Query(
    delete(Mute).where(
        Mute.muter_id == param("muter_id", BigInteger), Mute.muted_id == param("muted_id", BigInteger)
    )
)

_MUTES = NumberedList(
    lambda viewer_sql: (
        select(Mute.number, Mute.muted_id.label("id"))
        .join(Person, Person.id == Mute.muted_id)
        .where(
            Mute.muter_id == viewer_sql.id,
            or_(Mute.expires_at.is_(None), Mute.expires_at > param("now", DateTime(timezone=True))),
            visibility.person(viewer_sql),
        )
    )
)


async def mute(
    db: Db, viewer: Viewer, person_id: int, *, hides_notifications: bool = True, duration: int = 0
) -> None:
    """`duration` is in seconds; 0 is without end. Once more changes both."""
    await pair.hold(db, viewer, person_id)
    await db.run(
        _MUTE,
        muter_id=viewer.person_id,
        muted_id=person_id,
        hides_notifications=hides_notifications,
        expires_at=rules.mute_ends(duration, clock.now()),
    )
    await record(db, viewer, PersonMuted(viewer.person_id, person_id))


async def unmute(db: Db, viewer: Viewer, person_id: int) -> None:
    await pair.hold(db, viewer, person_id)
    await db.run(_UNMUTE, muter_id=viewer.person_id, muted_id=person_id)


async def mutes(db: Db, viewer: Viewer, page: Page) -> list[Numbered]:
    """Whom the viewer mutes now, the latest first."""
    return await _MUTES.page(db, viewer, page, now=clock.now())
