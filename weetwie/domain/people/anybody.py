"""Whether an installation has been opened: is there anybody who can administer it?"""

from sqlalchemy import exists, select

from weetwie.kit.db import Db, Query
from weetwie.tables.people import Person

_ADMINISTRATORS = Query(select(exists(select(Person.id).where(Person.is_admin, Person.erased_at.is_(None)))))


async def is_here(db: Db) -> bool:
    return bool(await db.value(_ADMINISTRATORS))
