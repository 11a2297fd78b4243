"""A person is erased: all that tells who they were goes at once; what they wrote goes, or stays without a name."""

from sqlalchemy import BigInteger, Boolean, DateTime, Text, cast, func, literal, or_, select, text, update

from weetwie.access import allowed, permissions, profile_words
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.people import farewell, guests
from weetwie.errors import Conflict, Forbidden, _, or_not_found
from weetwie.events import PersonErased, audit, record
from weetwie.runtime import clock
from weetwie.tables.people import Person
from weetwie.tables.retention import Hold

_ERASE = Query(
    update(Person)
    .where(Person.id == param("id", BigInteger), Person.erased_at.is_(None))
    .values(
        handle=func.concat(literal("erased."), cast(Person.id, Text), literal(".")),
        name="",
        bio="",
        fields=text("'[]'::jsonb"),
        face=None,
        header=None,
        face_description="",
        header_description="",
        languages=text("'{}'::text[]"),
        **dict.fromkeys(profile_words.NAMES, ""),
        manager_id=None,
        sponsor_id=None,
        default_language=None,
        is_admin=False,
        is_people_admin=False,
        is_moderator=False,
        is_compliance=False,
        is_discoverable=False,
        may_rank=False,
        is_dormant=True,
        erased_at=param("at", DateTime(timezone=True)),
        is_removed=param("is_removed", Boolean),
        version=Person.version + 1,
    )
    .returning(Person.id)
)


_HELD = Query(
    select(Hold.id)
    .where(
        or_(Hold.person_id.is_(None), Hold.person_id == param("id", BigInteger)),
        Hold.lifted_at.is_(None),
        or_(Hold.ends_at.is_(None), Hold.ends_at > param("at", DateTime(timezone=True))),
    )
    .limit(1)
)
_HELD_BACK = _(
    "Their posts are under legal hold. You can suspend the account now, and delete it once the hold is lifted."
)


async def erase(db: Db, viewer: Viewer, person_id: int, *, keeps_posts: bool = False) -> None:
    """There is no way back. Addresses, posts and relations go in reaction to PersonErased.

    Raises Forbidden, NotFound, and Conflict while what they wrote is held."""
    allowed.check(viewer, permissions.administer)
    if viewer.person_id == person_id:
        raise Forbidden(_("Another administrator has to delete an administrator."))
    if await db.value(_HELD, id=person_id, at=clock.now()):
        raise Conflict(_HELD_BACK)
    await guests.hand_over(db, viewer, [PersonErased(person_id)])  # while it is known who their manager is
    or_not_found(await db.value(_ERASE, id=person_id, at=clock.now(), is_removed=not keeps_posts))
    await farewell.over(db, person_id)
    await record(db, viewer, PersonErased(person_id))
    await audit(db, viewer, "person.erase", person_id, keeps_posts=int(keeps_posts))
