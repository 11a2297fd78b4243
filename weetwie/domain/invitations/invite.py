"""Somebody is invited, and comes: by a link that is good once, for a while, and until it is taken back."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    LargeBinary,
    SmallInteger,
    Text,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import permissions
from weetwie.access.authenticate import credential_hash
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.domain.invitations import rules
from weetwie.domain.invitations.rules import Offer
from weetwie.errors import Conflict, NotFound, _
from weetwie.events import PersonErased, audit
from weetwie.runtime import clock
from weetwie.tables.invitations import Invitation
from weetwie.tables.people import Person

_GONE: Final = _("This invitation has been used, withdrawn or has expired. Ask for a new one.")
_ENOUGH: Final = _("You've invited {most} people in a day. Continue tomorrow.")
_KEPT: Final = timedelta(days=30)
_DAY: Final = timedelta(days=1)

_NOW, _ID = param("now", DateTime(timezone=True)), param("id", BigInteger)
_INVITER, _EVERY = param("inviter_id", BigInteger), param("is_every", Boolean)
_MAKE = Query(
    insert(Invitation)
    .values(
        token_hash=param("hash", LargeBinary),
        inviter_id=_INVITER,
        address=param("address", Text),
        is_proven=param("is_proven", Boolean),
        standing=param("standing", SmallInteger),
        until=param("until", DateTime(timezone=True)),
        words=param("words", Text),
        created_at=_NOW,
        expires_at=param("expires_at", DateTime(timezone=True)),
    )
    .returning(Invitation.id)
)
_LATELY = Query(
    select(func.count()).where(
        Invitation.inviter_id == _INVITER, Invitation.created_at > param("since", DateTime(timezone=True))
    )
)
# For guests their inviter answers: who is not here any more invites nobody.
_inviter_is_here = or_(
    Invitation.inviter_id.is_(None),
    select(Person.id)
    .where(
        Person.id == Invitation.inviter_id,
        Person.standing == int(Standing.member),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
    )
    .correlate(Invitation)
    .exists(),
)
_OPEN = (
    Invitation.token_hash.is_not(None),
    Invitation.used_at.is_(None),
    Invitation.expires_at > _NOW,
)
_LOOK = Query(
    select(
        Invitation.id,
        Invitation.standing,
        Invitation.inviter_id,
        Invitation.address,
        Invitation.is_proven,
        Invitation.until,
        Invitation.words,
    )
    .where(Invitation.token_hash == param("hash", LargeBinary), *_OPEN, _inviter_is_here)
    .with_for_update(of=Invitation)
)
_USE = Query(
    update(Invitation)
    .where(Invitation.id == _ID)
    .values(used_at=_NOW, person_id=param("person_id", BigInteger), address=None, words="")
)
_WITHDRAW = Query(
    update(Invitation)
    .where(Invitation.id == _ID, *_OPEN, or_(Invitation.inviter_id == _INVITER, _EVERY))
    .values(expires_at=_NOW, address=None, words="")
)
_LISTED = Query(
    select(
        Invitation.id,
        Invitation.standing,
        Invitation.inviter_id,
        Invitation.address,
        Invitation.until,
        Invitation.created_at,
        Invitation.expires_at,
        Invitation.words,
    )
    .where(*_OPEN, or_(Invitation.inviter_id == _INVITER, _EVERY))
    .order_by(Invitation.created_at.desc())
    .limit(200)
)
_before = param("before", DateTime(timezone=True))
_SWEEP = Query(
    delete(Invitation).where(
        or_(
            Invitation.expires_at < _before,
            and_(Invitation.used_at.is_not(None), Invitation.used_at < _before),
        )
    )
)
_ids = param("ids", ARRAY(BigInteger))
_ERASED = Query(
    delete(Invitation).where(
        or_(Invitation.inviter_id == func.any(_ids), Invitation.person_id == func.any(_ids))
    )
)


class InvitedPerson(msgspec.Struct, frozen=True):
    """What an invitation is good for."""

    id: int
    standing: int
    inviter_id: int | None
    address: str | None
    is_proven: bool
    until: datetime | None
    words: str


class OpenInvitation(msgspec.Struct, frozen=True):
    """One that was sent and not yet used."""

    id: int
    standing: int
    inviter_id: int | None
    address: str | None
    until: datetime | None
    created_at: datetime
    expires_at: datetime
    words: str


async def invite(db: Db, viewer: Viewer, offer: Offer, *, is_sent: bool) -> str:
    """The token that stands in the link. `is_sent` says that it goes to the address and to nobody else.

    Raises Forbidden, Invalid, and Conflict for too many within a day.
    """
    now = clock.now()
    rules.check(viewer, offer, now)
    looks_after = permissions.look_after_people(viewer, now)
    lately = await db.value(_LATELY, inviter_id=viewer.person_id, since=now - _DAY)
    if lately >= rules.MOST_A_DAY and not looks_after:
        raise Conflict(_ENOUGH, most=rules.MOST_A_DAY)
    is_proven = bool(offer.address) and (is_sent or looks_after)
    invitation_id, token = await make(db, offer, inviter_id=viewer.person_id, is_proven=is_proven)
    await audit(db, viewer, "invitation.make", invitation=invitation_id)
    return token


async def make(db: Db, offer: Offer, *, inviter_id: int | None, is_proven: bool) -> tuple[int, str]:
    """Without asking whether anybody may: for what was granted."""
    token, now = secrets.token_urlsafe(32), clock.now()
    invitation_id = await db.value(
        _MAKE,
        hash=credential_hash(token),
        inviter_id=inviter_id,
        address=offer.address or None,
        is_proven=is_proven,
        standing=int(offer.standing),
        until=offer.until,
        words=offer.words,
        now=now,
        expires_at=now + rules.LASTS,
    )
    return int(invitation_id), token


async def look(db: Db, token: str) -> InvitedPerson:
    """What it is good for; nobody else uses it until the transaction ends. Raises NotFound."""
    row = await db.row(_LOOK, hash=credential_hash(token), now=clock.now())
    if row is None:
        raise NotFound(_GONE)
    return InvitedPerson(*row)


async def use(db: Db, viewer: Viewer, invited: InvitedPerson, person_id: int) -> None:
    """Somebody has come by it. Where it was sent is kept no longer."""
    await db.run(_USE, id=invited.id, person_id=person_id, now=clock.now())
    await audit(db, viewer, "invitation.use", person_id, invitation=invited.id)


async def withdraw(db: Db, viewer: Viewer, invitation_id: int) -> None:
    """One's own, or anybody's for those who look after people. Raises NotFound."""
    is_every = permissions.look_after_people(viewer, clock.now())
    if not await db.run(
        _WITHDRAW, id=invitation_id, inviter_id=viewer.person_id, is_every=is_every, now=clock.now()
    ):
        raise NotFound
    await audit(db, viewer, "invitation.withdraw", invitation=invitation_id)


async def listed(db: Db, viewer: Viewer) -> list[OpenInvitation]:
    """One's own that nobody has used yet; those of all for those who look after people."""
    is_every = permissions.look_after_people(viewer, clock.now())
    rows = await db.rows(_LISTED, inviter_id=viewer.person_id, is_every=is_every, now=clock.now())
    return structs(OpenInvitation, rows)


async def sweep(db: Db) -> int:
    """For the schedule: those that are of no use any more."""
    return await db.run(_SWEEP, before=clock.now() - _KEPT)


async def erased(db: Db, _viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    await db.run(_ERASED, ids=[fact.person_id for fact in facts])
