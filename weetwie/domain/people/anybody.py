"""Whether anybody is here: an installation is opened by its first administrator."""

from sqlalchemy import exists, select

from weetwie.database.pool import Db, Query
from weetwie.tables.people import Person

_ADMINISTRATORS = Query(select(exists(select(Person.id).where(Person.is_admin, Person.erased_at.is_(None)))))
_PEOPLE = Query(select(exists(select(Person.id).where(~Person.is_service))))


async def is_here(db: Db) -> bool:
    """Whether somebody can administer this installation."""
    return bool(await db.value(_ADMINISTRATORS))


async def ever_was_here(db: Db) -> bool:
    """Whether there is anything to lose."""
    return bool(await db.value(_PEOPLE))
