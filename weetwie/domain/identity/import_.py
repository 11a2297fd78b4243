"""Addresses of people who came with an import: only their keyed hashes are kept, until somebody shows that one is theirs."""

from collections.abc import Iterable, Mapping

from sqlalchemy import BigInteger, LargeBinary, Text, case, column, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import account, renamed
from weetwie.events import audit
from weetwie.tables.identity import Address
from weetwie.tables.people import Person

_OWNERS = Query(
    select(Address.address_hash, Address.person_id)
    .join(Person, Person.id == Address.person_id)
    .where(
        Address.address_hash == func.any(param("hashes", ARRAY(LargeBinary))),
        # What somebody typed in and never proved must not make them the author of what others wrote.
        or_(Address.is_verified, Person.has_joined.is_(False)),
        Person.erased_at.is_(None),
    )
)

_ROWS = Query(
    select(
        Address.id,
        Address.address_hash,
        Address.person_id,
        Address.is_personal,
        Address.is_verified,
        Address.address,
    ).where(Address.address_hash == func.any(param("hashes", ARRAY(LargeBinary))))
)
_CHANGE = Query(
    update(Address)
    .where(Address.id == param("id", BigInteger))
    .values(
        address_hash=param("hash", LargeBinary),
        address=case((Address.address.is_not(None), param("address", Text))),
    )
)
_TAKE_OVER = Query(
    update(Address)
    .where(
        Address.address_hash == param("hash", LargeBinary),
        Address.person_id == param("owner", BigInteger),
        select(Person.id).where(Person.id == Address.person_id, Person.has_joined.is_(False)).exists(),
    )
    .values(person_id=param("person_id", BigInteger))
)
_DROP = Query(delete(Address).where(Address.id == func.any(param("ids", ARRAY(BigInteger)))))

_given = (
    func.unnest(param("hashes", ARRAY(LargeBinary)), param("people", ARRAY(BigInteger)))
    .table_valued(column("hash", LargeBinary), column("person_id", BigInteger))
    .render_derived()
)
_BRING_IN = Query(
    insert(Address)
    .from_select(
        ["address_hash", "person_id"], select(_given.c.hash, _given.c.person_id).order_by(_given.c.hash)
    )
    .on_conflict_do_nothing()
)


async def owners(db: Db, hashes: Iterable[bytes]) -> dict[bytes, int]:
    """Whose addresses these are, as far as it is certain."""
    rows = await db.rows(_OWNERS, hashes=list(hashes))
    return {row["address_hash"]: row["person_id"] for row in rows}


async def change(
    db: Db, viewer: Viewer, person_id: int, old: Iterable[bytes], new: bytes, address: str
) -> int | None:
    """These addresses were given to a person by a source that now gives another: they are nobody's, and the other one counts
    as the first of them did. Returns who else has the other one; it stays theirs."""
    old = set(old)
    rows = await db.rows(_ROWS, hashes=[*old, new])
    owner = next((row["person_id"] for row in rows if row["address_hash"] == new), None)
    theirs = [row for row in rows if row["person_id"] == person_id and not row["is_personal"]]
    gone = [row["id"] for row in theirs if row["address_hash"] in old]
    shown = [row for row in theirs if row["address_hash"] in old and row["is_verified"]]
    if gone:
        await renamed.end_links(db, person_id)
    if gone and owner is None:
        await db.run(_CHANGE, id=gone.pop(0), hash=new, address=address)
    elif owner is None:
        await bring_in(db, {new: person_id})
    await db.run(_DROP, ids=gone)
    for row in shown:
        await account.changed(db, viewer, "address.change", person_id, gone=row["address"])
    if old and not shown:
        await audit(db, viewer, "address.change", person_id)
    return owner if owner != person_id else None


async def take_over(db: Db, owner: int, person_id: int, address: bytes) -> bool:
    """An address of somebody who has not joined is another's from now on. Says whether it is."""
    return bool(await db.run(_TAKE_OVER, hash=address, owner=owner, person_id=person_id))


async def bring_in(db: Db, people: Mapping[bytes, int]) -> None:
    """Keyed hashes of addresses and whose they are. One that is somebody's already stays theirs."""
    if people:
        await db.run(_BRING_IN, hashes=list(people), people=list(people.values()))
