"""The organisation gives somebody another address at work: from then on it is theirs, and the one before is nobody's, so that
whoever gets it next gets nothing of theirs with it."""

from typing import Final

from sqlalchemy import BigInteger, LargeBinary, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import account, addresses
from weetwie.domain.identity.links import Purpose
from weetwie.tables.identity import Address, Identity, SignInLink

_SENT_TO_WORK: Final[tuple[Purpose, ...]] = ("set-password", "sign-in", "address", "stay")
"""Links that may lie in the mailbox of the address that goes."""

_PERSON, _HASH = param("person_id", BigInteger), param("hash", LargeBinary)
_RELEASE = Query(
    delete(Address)
    .where(Address.person_id == _PERSON, Address.address_hash == _HASH, Address.is_personal.is_(False))
    .returning(Address.address)
)
_END_LINKS = Query(
    delete(SignInLink).where(
        SignInLink.person_id == _PERSON, SignInLink.purpose == func.any(param("purposes", ARRAY(Text)))
    )
)
_IDENTITY = (Identity.issuer == param("issuer", Text), Identity.subject == param("subject", Text))
_TOLD = Query(select(Identity.address_hash).where(*_IDENTITY))
_REMEMBER = Query(update(Identity).where(*_IDENTITY).values(address_hash=_HASH))


async def release(db: Db, viewer: Viewer, person_id: int, digest: bytes) -> str | None:
    """It is theirs no longer, and links that were sent to it open nothing; an address of their own stays. Gives the words of
    the one that went, where they are known."""
    row = await db.row(_RELEASE, person_id=person_id, hash=digest)
    if row is None:
        return None
    await end_links(db, person_id)
    await account.changed(db, viewer, "address.release", person_id, is_mailed=False)
    address: str | None = row["address"]
    return address


async def end_links(db: Db, person_id: int) -> None:
    """Those that were sent to work."""
    await db.run(_END_LINKS, person_id=person_id, purposes=list(_SENT_TO_WORK))


async def moved(db: Db, viewer: Viewer, person_id: int, before: bytes | None, after: str) -> str | None:
    """`before` is the keyed hash of what the organisation said until now, `after` what it says now; empty for none. Gives the
    address that went. Raises Conflict where the new one is somebody else's."""
    digest = addresses.hashed(await addresses.hash_key(db), after) if after else None
    is_new = bool(after) and await addresses.owner(db, after) is None
    is_first = before is None and not await account.addresses(db, person_id)
    if after:
        await addresses.add(db, person_id, after, is_verified=True)
    is_over = before is not None and before != digest
    gone = await release(db, viewer, person_id, before) if before is not None and is_over else None
    if is_new and not is_first:
        # Where one went, both are written to; else those that are there.
        await account.changed(db, viewer, "address.change", person_id, is_mailed=gone is None)
    return gone


async def told_before(db: Db, issuer: str, subject: str) -> bytes | None:
    """The keyed hash of the address that a provider told at the last sign-in."""
    digest: bytes | None = await db.value(_TOLD, issuer=issuer, subject=subject)
    return digest


async def remember(db: Db, issuer: str, subject: str, address: str) -> None:
    digest = addresses.hashed(await addresses.hash_key(db), address)
    await db.run(_REMEMBER, issuer=issuer, subject=subject, hash=digest)
