"""E-mail addresses of people. They are found by a keyed hash, so that imports may know people without keeping addresses."""

import hashlib
import hmac
from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Executable,
    LargeBinary,
    Text,
    case,
    delete,
    func,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import account, rules
from weetwie.domain.identity.keys import key
from weetwie.errors import Conflict, Forbidden, _
from weetwie.runtime import clock
from weetwie.tables.identity import Address
from weetwie.tables.moderation import AddressBlock
from weetwie.text.signs import bare_address
from weetwie.text.text import canonical_address


def _add() -> Executable:
    """Of one's own address more may become known: the words behind the hash, that it is verified."""
    made = insert(Address).values(
        person_id=param("person_id", BigInteger),
        address=param("address", Text),
        address_hash=param("hash", LargeBinary),
        is_verified=param("is_verified", Boolean),
        is_personal=param("is_personal", Boolean),
    )
    known = {
        "address": func.coalesce(made.excluded.address, Address.address),
        "is_verified": made.excluded.is_verified | Address.is_verified,
        "unreachable_at": case((made.excluded.is_verified, null()), else_=Address.unreachable_at),
    }
    return made.on_conflict_do_update(
        index_elements=[Address.address_hash], set_=known, where=Address.person_id == made.excluded.person_id
    ).returning(Address.id)


_ADD = Query(_add)
_OWNER = Query(select(Address.person_id).where(Address.address_hash == param("hash", LargeBinary)))
_VERIFIED_OWNER = Query(
    select(Address.person_id).where(Address.address_hash == param("hash", LargeBinary), Address.is_verified)
)
_OWNERS_AT_WORK = Query(
    select(Address.person_id)
    .distinct()
    .where(
        Address.address_hash == func.any(param("hashes", ARRAY(LargeBinary))),
        Address.is_verified,
        Address.is_personal.is_(False),
    )
)
_PERSONAL = Query(
    select(Address.address).where(Address.person_id == param("person_id", BigInteger), Address.is_personal)
)
_DROP_PERSONAL = Query(
    delete(Address).where(Address.person_id == param("person_id", BigInteger), Address.is_personal)
)
_OF_PEOPLE = Query(
    select(Address.person_id, Address.address)
    .where(
        Address.person_id == func.any(param("ids", ARRAY(BigInteger))),
        Address.address.is_not(None),
        Address.is_personal.is_(False),
    )
    .order_by(Address.id.desc())
)
# Whoever has it already keeps it.
_IS_KEPT_OUT = Query(
    select(AddressBlock.id).where(
        AddressBlock.hash == param("canonical", LargeBinary),
        ~select(Address.id)
        .where(
            Address.address_hash == param("hash", LargeBinary),
            Address.person_id == param("person_id", BigInteger),
        )
        .exists(),
    )
)
_ALL_KNOWN = Query(select(Address.id, Address.address).where(Address.address.is_not(None)))
_HASH = Query(
    update(Address)
    .where(Address.id == param("id", BigInteger))
    .values(address_hash=param("hash", LargeBinary))
)
_OF_PERSON = Query(
    select(Address.id, Address.address_hash).where(Address.person_id == param("person_id", BigInteger))
)
_UNREACHABLE = Query(
    update(Address)
    .where(Address.id == param("id", BigInteger), Address.unreachable_at.is_(None))
    .values(unreachable_at=param("at", DateTime(timezone=True)))
)
_FORGET = Query(delete(Address).where(Address.person_id == param("person_id", BigInteger)))


async def hash_key(db: Db) -> bytes:
    """For `hashed`; those who hash many addresses read it once."""
    return await key(db, "addresses")


def hashed(key: bytes, address: str) -> bytes:
    return hmac.digest(key, rules.plain(address).encode("utf-8", "surrogatepass"), hashlib.sha256)


async def hash_again(db: Db) -> None:
    """After the key of the hashes was lost: those whose words are known are found again."""
    own = await hash_key(db)
    rows = await db.rows(_ALL_KNOWN)
    await db.run_many(_HASH, [{"id": row["id"], "hash": hashed(own, row["address"])} for row in rows])


async def add(
    db: Db,
    person_id: int,
    address: str,
    *,
    is_verified: bool = False,
    is_kept: bool = True,
    is_personal: bool = False,
) -> None:
    """Gives a person an address; not kept, only its hash stays. Raises Conflict when it is somebody's already."""
    address = bare_address(address)
    rules.check_address(address)
    digest = hashed(await hash_key(db), address)
    canonical = hashlib.sha256(canonical_address(address).encode("utf-8", "surrogatepass")).digest()
    if await db.value(_IS_KEPT_OUT, canonical=canonical, hash=digest, person_id=person_id):
        raise Forbidden(_("The administrators have blocked this e-mail address."))
    added = await db.value(
        _ADD,
        person_id=person_id,
        address=address if is_kept else None,
        hash=digest,
        is_verified=is_verified,
        is_personal=is_personal,
    )
    if added is None:
        raise Conflict(_("This e-mail address belongs to another account."))


async def owner(db: Db, address: str) -> int | None:
    """Whose address this is."""
    person_id: int | None = await db.value(_OWNER, hash=hashed(await hash_key(db), address))
    return person_id


async def verified_owner(db: Db, address: str) -> int | None:
    """Who has shown that this address is theirs."""
    person_id: int | None = await db.value(_VERIFIED_OWNER, hash=hashed(await hash_key(db), address))
    return person_id


async def number_of(db: Db, address: str) -> int:
    """By which an email that comes back says which address it went to."""
    return int.from_bytes(hashed(await hash_key(db), address)[:8]) >> 1


async def came_back(db: Db, person_id: int, number: int) -> bool:
    """No more emails go to this address of theirs until they confirm it again; whether it is one."""
    for row in await db.rows(_OF_PERSON, person_id=person_id):
        if int.from_bytes(bytes(row["address_hash"])[:8]) >> 1 == number:
            await db.run(_UNREACHABLE, id=row["id"], at=clock.now())
            return True
    return False


async def of_people(db: Db, viewer: Viewer, ids: Iterable[int]) -> dict[int, str]:
    """The first one of each, for those who look after people; nobody else reads addresses of others."""
    if not permissions.look_after_people(viewer, clock.now()):
        return {}
    return {row["person_id"]: row["address"] for row in await db.rows(_OF_PEOPLE, ids=list(ids))}


async def owners_at_work(db: Db, hashes: Iterable[bytes]) -> list[int]:
    """Who has shown that one of these addresses is theirs; addresses of their own are left out, for nobody reads those."""
    rows = await db.rows(_OWNERS_AT_WORK, hashes=list(hashes))
    return [row["person_id"] for row in rows]


async def personal(db: Db, person_id: int) -> str | None:
    """The address that is their own, not the organisation's. For themselves, and for emails to them; nobody else reads it."""
    address: str | None = await db.value(_PERSONAL, person_id=person_id)
    return address


async def choose_personal(db: Db, person_id: int, address: str) -> None:
    """They have shown that it is theirs; it takes the place of another. Raises Conflict when it is somebody's already."""
    await db.run(_DROP_PERSONAL, person_id=person_id)
    await add(db, person_id, address, is_verified=True, is_personal=True)


async def drop_personal(db: Db, viewer: Viewer) -> None:
    gone = await personal(db, viewer.person_id)
    await db.run(_DROP_PERSONAL, person_id=viewer.person_id)
    await account.changed(db, viewer, "address.drop", viewer.person_id, gone=gone)


async def forget(db: Db, person_id: int) -> None:
    await db.run(_FORGET, person_id=person_id)
