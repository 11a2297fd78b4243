"""Somebody asks to be let in: at once where the policy is open to their address, else after the yes of whoever looks after people.

Nobody is told here whether an address belongs to somebody: the email goes to its owner either way, and only they learn it.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, func, insert, select, update

from weetwie.access import allowed, permissions
from weetwie.access.authenticate import credential_hash
from weetwie.access.enums import Standing
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.invitations import rules
from weetwie.domain.invitations.invite import make
from weetwie.domain.invitations.rules import Offer
from weetwie.errors import Forbidden, Invalid, NotFound, TooMany, _, or_not_found
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.tables.invitations import Invitation
from weetwie.text.signs import bare_address
from weetwie.text.text import is_longer

_CLOSED: Final = _("You need an invitation. Ask a colleague.")
_NOT_YOURS: Final = _("You need an invitation to join with this address. Ask a colleague.")

WAITS: Final = timedelta(days=60)
MOST_WAITING: Final = 500
_AGAIN_AFTER: Final = timedelta(minutes=10)

_NOW, _ID = param("now", DateTime(timezone=True)), param("id", BigInteger)
_ADDRESS = func.folded(Invitation.address) == func.folded(param("address", Text))
_LATELY = Query(
    select(Invitation.id)
    .where(
        _ADDRESS,
        Invitation.inviter_id.is_(None),
        Invitation.used_at.is_(None),
        Invitation.expires_at > _NOW,
        Invitation.created_at > param("since", DateTime(timezone=True)),
    )
    .limit(1)
)
_waits = (Invitation.token_hash.is_(None), Invitation.expires_at > _NOW)
_WAITS = Query(select(Invitation.id).where(_ADDRESS, *_waits))
_HOW_MANY = Query(select(func.count()).where(*_waits))
_ASK = Query(
    insert(Invitation).values(
        address=param("address", Text),
        standing=int(Standing.member),
        words=param("words", Text),
        created_at=_NOW,
        expires_at=param("expires_at", DateTime(timezone=True)),
    )
)
_ALL = Query(
    select(Invitation.id, Invitation.address, Invitation.words, Invitation.created_at)
    .where(*_waits)
    .order_by(Invitation.created_at)
    .limit(100)
)
_LET_IN = Query(
    update(Invitation)
    .where(Invitation.id == _ID, *_waits)
    .values(
        token_hash=param("hash", LargeBinary),
        is_proven=True,
        created_at=_NOW,
        expires_at=param("expires_at", DateTime(timezone=True)),
    )
    .returning(Invitation.address)
)
_DECLINE = Query(delete(Invitation).where(Invitation.id == _ID, *_waits))


class JoinRequest(msgspec.Struct, frozen=True):
    """Somebody who waits for a yes."""

    id: int
    address: str
    words: str
    asked_at: datetime


async def ask(db: Db, policy: Policy, address: str, words: str) -> str | None:
    """The token of an invitation that is to be sent to the address; None where nothing is sent now.

    Raises Invalid for no address, and for one that nobody is let in with; Forbidden where all come by invitation.
    """
    if not is_possible(policy):
        raise Forbidden(_CLOSED)
    address = bare_address(address)
    rules.check_address(address)
    if is_longer(words, rules.LONGEST_WORDS):
        raise Invalid(
            _("Your message can have at most {most} characters."), field="words", most=rules.LONGEST_WORDS
        )
    now = clock.now()
    if rules.is_open_to(policy, address):
        if await db.value(_LATELY, address=address, now=now, since=now - _AGAIN_AFTER):
            return None
        offer = Offer(standing=Standing.member, address=address)
        _id, token = await make(db, offer, inviter_id=None, is_proven=True)
        return token
    if not policy.sign_up_by_approval:
        raise Invalid(_NOT_YOURS, field="address")
    if await db.value(_WAITS, address=address, now=now) is None:
        if await db.value(_HOW_MANY, now=now) >= MOST_WAITING:
            raise TooMany(retry_after=3600)
        await db.run(_ASK, address=address, words=words, now=now, expires_at=now + WAITS)
    return None


def is_possible(policy: Policy) -> bool:
    return policy.sign_in != "sso" and (bool(policy.sign_up_domains) or policy.sign_up_by_approval)


async def waiting(db: Db, viewer: Viewer) -> list[JoinRequest]:
    """Oldest first. Raises Forbidden."""
    allowed.check(viewer, permissions.look_after_people)
    return [JoinRequest(*row) for row in await db.rows(_ALL, now=clock.now())]


async def let_in(db: Db, viewer: Viewer, invitation_id: int) -> tuple[str, str]:
    """The address, and the token of the invitation that is to be sent there. Raises Forbidden and NotFound."""
    allowed.check(viewer, permissions.look_after_people)
    token, now = secrets.token_urlsafe(32), clock.now()
    address = or_not_found(
        await db.value(
            _LET_IN,
            id=invitation_id,
            hash=credential_hash(token),
            now=now,
            expires_at=now + rules.LASTS,
        )
    )
    await audit(db, viewer, "invitation.grant", invitation=invitation_id)
    return address, token


async def decline(db: Db, viewer: Viewer, invitation_id: int) -> None:
    """Nothing is kept of whoever asked. Raises Forbidden and NotFound."""
    allowed.check(viewer, permissions.look_after_people)
    if not await db.run(_DECLINE, id=invitation_id, now=clock.now()):
        raise NotFound
    await audit(db, viewer, "invitation.decline", invitation=invitation_id)
