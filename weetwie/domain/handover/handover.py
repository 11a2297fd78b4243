"""What somebody hands over to their unit: the topics they have chosen to share, until they take them back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, Text, and_, delete, func, insert, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import permissions
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.errors import Forbidden, _
from weetwie.events import PersonErased, audit
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.handover import HandoverTopic
from weetwie.tables.people import Person

MOST: Final = 30

_PERSON = param("person_id", BigInteger)
_END = Query(delete(HandoverTopic).where(HandoverTopic.person_id == _PERSON))
_SHARE = Query(
    insert(HandoverTopic).values(
        person_id=_PERSON,
        key=param("key", Text),
        name=param("name", Text),
        post_ids=param("post_ids", ARRAY(BigInteger)),
        shared_at=param("at", DateTime(timezone=True)),
    )
)
_ERASED = Query(
    delete(HandoverTopic).where(HandoverTopic.person_id == func.any(param("ids", ARRAY(BigInteger))))
)
_owner, _reader = aliased(Person), aliased(Person)
# Colleagues of the unit and the manager; the unit of who has left is the one they were in.
_is_for_reader = and_(
    _reader.standing == int(Standing.member),
    _reader.suspended_at.is_(None),
    _reader.erased_at.is_(None),
    or_(
        and_(_owner.unit != "", func.folded(_owner.unit) == func.folded(_reader.unit)),
        _owner.manager_id == _reader.id,
    ),
)
_SHARED = Query(
    select(HandoverTopic.name, HandoverTopic.post_ids, HandoverTopic.shared_at)
    .join(_owner, _owner.id == HandoverTopic.person_id)
    .join(_reader, _reader.id == param("reader_id", BigInteger))
    .where(
        HandoverTopic.person_id == _PERSON,
        _owner.suspended_at.is_(None),
        _owner.erased_at.is_(None),
        or_(_owner.id == _reader.id, _is_for_reader),
    )
    .order_by(HandoverTopic.name.collate("C"))
)


class SharedTopic(msgspec.Struct, frozen=True):
    name: str
    post_ids: Sequence[int]
    shared_at: datetime


async def share(db: Db, viewer: Viewer, topics: Sequence[tuple[str, str, Sequence[int]]]) -> None:
    """Key, name and proofs of each; they take the place of what was shared before.

    Raises Forbidden for who may not act, and where the organisation leaves it to the person alone.
    """
    if not permissions.act(viewer, clock.now()) or viewer.policy.handover != "unit":
        raise Forbidden(_("Sharing a handover is off here. Only you can see yours."))
    await db.run(_END, person_id=viewer.person_id)
    for key, name, post_ids in topics[:MOST]:
        await db.run(
            _SHARE, person_id=viewer.person_id, key=key, name=name, post_ids=list(post_ids), at=clock.now()
        )
    await audit(db, viewer, "handover.share", viewer.person_id, topics=len(topics[:MOST]))


async def end(db: Db, viewer: Viewer) -> None:
    await db.run(_END, person_id=viewer.person_id)
    await audit(db, viewer, "handover.end", viewer.person_id)


async def shared(db: Db, viewer: Viewer, person_id: int) -> list[SharedTopic]:
    """For the unit and the manager, and for oneself; for everybody else, and where nothing is shared, nothing."""
    if not permissions.act(viewer, clock.now()) or viewer.policy.handover != "unit":
        return []
    rows = await db.rows(_SHARED, person_id=person_id, reader_id=viewer.person_id)
    return structs(SharedTopic, rows)


async def erased(db: Db, _viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    await db.run(_ERASED, ids=[fact.person_id for fact in facts])
