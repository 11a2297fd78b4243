"""Bots: accounts that members make and answer for. Nobody signs in as one, so a bot reads nothing; it posts while its responsible
person is here, ends with them, and is handed over before that to somebody who says yes."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, SmallInteger, Text, and_, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions
from weetwie.access.enums import Ring, Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.people import rules
from weetwie.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, _, or_not_found
from weetwie.events import PersonChanged, PersonErased, PersonJoined, PersonLeft, audit, record
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.text.signs import visible
from weetwie.text.text import is_longer

MOST: Final = 20
"""So many one person answers for at a time."""

_ID, _ME = param("id", BigInteger), param("me", BigInteger)
_IS_HERE = (Person.erased_at.is_(None), Person.is_dormant.is_(False))
_MINE = and_(Person.responsible_id == _ME, *_IS_HERE)
_COLUMNS = (
    Person.id,
    Person.handle,
    Person.name,
    Person.responsible_id,
    Person.offered_to_id,
    Person.default_ring,
)
_OWN = Query(select(*_COLUMNS).where(_MINE).order_by(Person.id))
_ONE = Query(select(*_COLUMNS).where(_MINE, Person.id == _ID))
_OFFERED = Query(select(*_COLUMNS).where(Person.offered_to_id == _ME, *_IS_HERE).order_by(Person.id))
_COUNT = Query(select(func.count()).where(_MINE))
_MAKE = Query(
    insert(Person)
    .values(
        handle=param("handle", Text),
        name=param("name", Text),
        standing=int(Standing.member),
        profile_ring=param("profile_ring", SmallInteger),
        default_ring=param("default_ring", SmallInteger),
        responsible_id=_ME,
        is_bot=True,
        may_rank=False,
        is_discoverable=False,
    )
    .on_conflict_do_nothing()
    .returning(Person.id)
)
_OFFER = Query(
    update(Person)
    .where(_MINE, Person.id == _ID)
    .values(offered_to_id=param("to_id", BigInteger), version=Person.version + 1)
)
_IS_MEMBER = Query(
    select(Person.id).where(
        Person.id == _ID,
        Person.standing == int(Standing.member),
        Person.is_bot.is_(False),
        Person.suspended_at.is_(None),
        *_IS_HERE,
    )
)
_ACCEPT = Query(
    update(Person)
    .where(Person.id == _ID, Person.offered_to_id == _ME, *_IS_HERE)
    .values(responsible_id=_ME, offered_to_id=None, version=Person.version + 1)
)
_DECLINE = Query(
    update(Person)
    .where(Person.id == _ID, Person.offered_to_id == _ME)
    .values(offered_to_id=None, version=Person.version + 1)
)
_END = Query(
    update(Person)
    .where(_MINE, Person.id == _ID)
    .values(is_dormant=True, offered_to_id=None, version=Person.version + 1)
)
_END_OF = Query(
    update(Person)
    .where(Person.responsible_id == func.any(param("ids", ARRAY(BigInteger))), *_IS_HERE)
    .values(is_dormant=True, offered_to_id=None, version=Person.version + 1)
    .returning(Person.id)
)
_responsible = aliased(Person)
_ACTS = Query(
    select(Person.id)
    .join(_responsible, _responsible.id == Person.responsible_id)
    .where(
        Person.id == _ID,
        Person.suspended_at.is_(None),
        *_IS_HERE,
        _responsible.standing == int(Standing.member),
        _responsible.is_dormant.is_(False),
        _responsible.suspended_at.is_(None),
        _responsible.erased_at.is_(None),
    )
)
_RESPONSIBLE = Query(select(Person.responsible_id).where(Person.id == _ID, *_IS_HERE))
_IN_USE = Query(
    select(func.count().label("bots"), func.count(Person.responsible_id.distinct()).label("people")).where(
        Person.responsible_id.is_not(None), *_IS_HERE
    )
)


class Bot(NamedTuple):
    id: int
    handle: str
    name: str
    responsible_id: int
    offered_to_id: int | None
    ring: int | None
    """For whom its posts are; None: as the organisation has it."""


async def make(db: Db, viewer: Viewer, handle: str, name: str, ring: Ring | None) -> int:
    """Raises Forbidden, Invalid, Conflict, TooMany."""
    check_may(viewer)
    handle, name = visible(handle.strip().lstrip("@")), " ".join(name.split())
    rules.check_handle(handle)
    if not name or is_longer(name, viewer.policy.longest_name):
        raise Invalid(
            _("Give the bot a name of at most {most} characters."),
            field="name",
            most=viewer.policy.longest_name,
        )
    if ring is not None and ring > viewer.policy.widest_ring:
        raise Invalid(_("That audience is wider than the organisation allows."), field="ring")
    if await db.value(_COUNT, me=viewer.person_id) >= MOST:
        raise TooMany(_("You already have {most} bots."), most=MOST)
    id = await db.value(
        _MAKE,
        handle=handle,
        name=name,
        me=viewer.person_id,
        profile_ring=int(viewer.policy.default_profile_ring),
        default_ring=None if ring is None else int(ring),
    )
    if id is None:
        raise Conflict(_("The username {handle} is taken."), handle=handle)
    await record(db, viewer, PersonJoined(id))
    await audit(db, viewer, "bot.make", id)
    return int(id)


async def own(db: Db, viewer: Viewer) -> list[Bot]:
    return [Bot(*row) for row in await db.rows(_OWN, me=viewer.person_id)]


async def own_bot(db: Db, viewer: Viewer, id: int) -> Bot:
    """Raises NotFound for one that the viewer does not answer for."""
    row = or_not_found(await db.row(_ONE, me=viewer.person_id, id=id))
    return Bot(*row)


async def offered(db: Db, viewer: Viewer) -> list[Bot]:
    return [Bot(*row) for row in await db.rows(_OFFERED, me=viewer.person_id)]


async def offer(db: Db, viewer: Viewer, id: int, to_id: int) -> None:
    """It stays the viewer's until the other says yes. Raises NotFound, Invalid."""
    check_may(viewer)
    if to_id == viewer.person_id or await db.value(_IS_MEMBER, id=to_id) is None:
        raise Invalid(_("Choose another colleague."), field="handle")
    if not await db.run(_OFFER, id=id, me=viewer.person_id, to_id=to_id):
        raise NotFound
    await audit(db, viewer, "bot.offer", id, to_id=to_id)


async def accept(db: Db, viewer: Viewer, id: int) -> None:
    """Raises Forbidden, NotFound, TooMany."""
    check_may(viewer)
    if await db.value(_COUNT, me=viewer.person_id) >= MOST:
        raise TooMany(_("You already have {most} bots."), most=MOST)
    if not await db.run(_ACCEPT, id=id, me=viewer.person_id):
        raise NotFound
    await record(db, viewer, PersonChanged(id))
    await audit(db, viewer, "bot.accept", id)


async def decline(db: Db, viewer: Viewer, id: int) -> None:
    await db.run(_DECLINE, id=id, me=viewer.person_id)


async def end(db: Db, viewer: Viewer, id: int) -> None:
    """It posts no more, for good; what it posted stays. Raises NotFound."""
    if not await db.run(_END, id=id, me=viewer.person_id):
        raise NotFound
    await record(db, viewer, PersonChanged(id))
    await audit(db, viewer, "bot.end", id)


async def ended(db: Db, viewer: Viewer, facts: Sequence[PersonLeft | PersonErased]) -> None:
    """Whoever goes takes along the bots that they have not handed over."""
    for row in await db.rows(_END_OF, ids=[fact.person_id for fact in facts]):
        await audit(db, viewer, "bot.end", row["id"])


async def acts(db: Db, id: int) -> bool:
    """Whether it may act now: neither it nor who answers for it has gone or is suspended."""
    return await db.value(_ACTS, id=id) is not None


async def responsible_for(db: Db, id: int) -> int | None:
    """Who answers for a bot; None for whoever is none, and where it has ended."""
    found: int | None = await db.value(_RESPONSIBLE, id=id)
    return found


async def in_use(db: Db, viewer: Viewer) -> tuple[int, int]:
    """How many bots there are, and of how many people. Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    row = await db.row(_IN_USE)
    assert row is not None, "it counts"
    return row["bots"], row["people"]


def check_may(viewer: Viewer) -> None:
    """Raises Forbidden for all but members who may write, and where bots are off."""
    is_member = viewer.standing is Standing.member and not viewer.is_limited
    if not (is_member and permissions.act(viewer, clock.now()) and "bots" in viewer.policy.connections):
        raise Forbidden
