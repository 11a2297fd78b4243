"""Addresses that nobody may have here: kept as hashes of how they read without what varies in them."""

import hashlib
from typing import Final

import msgspec
from sqlalchemy import BigInteger, LargeBinary, Select, delete, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.errors import Invalid, _, or_not_found
from weetwie.events import audit
from weetwie.tables.moderation import AddressBlock
from weetwie.text.text import canonical_address

_SIZE: Final = 32


class BlockedAddress(msgspec.Struct, frozen=True):
    id: int
    hash: bytes


def hashed(address: str) -> bytes:
    """Of `A.da+news@Example.org` and `ada@example.org` the same. Not keyed: other programs bring such hashes along."""
    return hashlib.sha256(canonical_address(address).encode("utf-8", "surrogatepass")).digest()


def read(hash: str) -> bytes:
    """Raises Invalid for what is no such hash."""
    try:
        digest = bytes.fromhex(hash)
    except ValueError:
        digest = b""
    if len(digest) != _SIZE:
        raise Invalid(_("This isn't a SHA-256 hash in hexadecimal."), field="canonical_email_hash")
    return digest


async def blocks(db: Db, viewer: Viewer, page: Page) -> list[BlockedAddress]:
    """Newest first. Raises Forbidden."""
    allowed.check(viewer, permissions.look_after_people)
    query = _UP if page.is_upward else _DOWN
    rows = await db.rows(query, below=page.below, above=page.above, limit=page.limit)
    found = [BlockedAddress(*row) for row in rows]
    return found[::-1] if page.is_upward else found


async def one(db: Db, viewer: Viewer, id: int) -> BlockedAddress:
    """Raises Forbidden and NotFound."""
    allowed.check(viewer, permissions.look_after_people)
    row = or_not_found(await db.row(_ONE, id=id))
    return BlockedAddress(*row)


async def matching(db: Db, viewer: Viewer, address: str) -> list[BlockedAddress]:
    """Those that keep this address out. Raises Forbidden."""
    allowed.check(viewer, permissions.look_after_people)
    return structs(BlockedAddress, await db.rows(_MATCHING, hash=hashed(address)))


async def block(db: Db, viewer: Viewer, hash: bytes) -> BlockedAddress:
    """Once is enough. Raises Forbidden."""
    allowed.check(viewer, permissions.look_after_people)
    await db.run(_BLOCK, hash=hash)
    (made,) = structs(BlockedAddress, await db.rows(_MATCHING, hash=hash))
    await audit(db, viewer, "address.block", made.id)
    return made


async def unblock(db: Db, viewer: Viewer, id: int) -> None:
    """Raises Forbidden and NotFound."""
    await one(db, viewer, id)
    await db.run(_UNBLOCK, id=id)
    await audit(db, viewer, "address.unblock", id)


_COLUMNS = (AddressBlock.id, AddressBlock.hash)
_ID, _HASH = param("id", BigInteger), param("hash", LargeBinary)


def _page(*, upward: bool) -> Select[int, bytes]:
    return (
        select(*_COLUMNS)
        .where(AddressBlock.id < param("below", BigInteger), AddressBlock.id > param("above", BigInteger))
        .order_by(AddressBlock.id.asc() if upward else AddressBlock.id.desc())
        .limit(param("limit", BigInteger))
    )


_UP, _DOWN = Query(lambda: _page(upward=True)), Query(lambda: _page(upward=False))
_ONE = Query(select(*_COLUMNS).where(AddressBlock.id == _ID))
_MATCHING = Query(select(*_COLUMNS).where(AddressBlock.hash == _HASH))
_BLOCK = Query(insert(AddressBlock).values(hash=_HASH).on_conflict_do_nothing())
_UNBLOCK = Query(delete(AddressBlock).where(AddressBlock.id == _ID))
