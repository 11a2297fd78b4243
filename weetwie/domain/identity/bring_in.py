"""Addresses of people who came with an import: only their keyed hashes are kept, until somebody shows that one is theirs."""

from collections.abc import Iterable, Mapping

from sqlalchemy import BigInteger, LargeBinary, column, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.kit.db import Db, Query, param
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


async def bring_in(db: Db, people: Mapping[bytes, int]) -> None:
    """Keyed hashes of addresses and whose they are. One that is somebody's already stays theirs."""
    if people:
        await db.run(_BRING_IN, hashes=list(people), people=list(people.values()))
