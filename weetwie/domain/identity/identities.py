"""By which subject of which provider of single sign-on somebody is known."""

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Text, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import account
from weetwie.errors import Conflict, _
from weetwie.events import audit
from weetwie.tables.identity import Identity

_TAKEN: Final = _("This login already belongs to another account here. Ask an administrator.")
OWNER = Query(
    select(Identity.id, Identity.person_id).where(
        Identity.issuer == param("issuer", Text), Identity.subject == param("subject", Text)
    )
)
_KNOWS = Query(
    select(func.count()).where(
        Identity.issuer == param("issuer", Text), Identity.person_id == param("person_id", BigInteger)
    )
)
_SUBJECT = Query(
    select(Identity.subject)
    .where(Identity.issuer == param("issuer", Text), Identity.person_id == param("person_id", BigInteger))
    .order_by(Identity.id)
    .limit(1)
)
_PEOPLE_OF = Query(
    select(func.count(Identity.person_id.distinct())).where(Identity.issuer == param("issuer", Text))
)
_PEOPLE_BY = Query(
    select(func.count(Identity.person_id.distinct())).where(
        func.starts_with(Identity.issuer, param("beginning", Text))
    )
)
_CONNECT = Query(
    upsert(Identity)
    .values(
        issuer=param("issuer", Text),
        subject=param("subject", Text),
        person_id=param("person_id", BigInteger),
    )
    .on_conflict_do_nothing()
)
_OF_PERSON = Query(
    select(Identity.id, Identity.issuer, Identity.created_at)
    .where(Identity.person_id == param("person_id", BigInteger))
    .order_by(Identity.id)
)
_DISCONNECT = Query(
    delete(Identity).where(
        Identity.id == param("id", BigInteger), Identity.person_id == param("person_id", BigInteger)
    )
)


class Connected(msgspec.Struct, frozen=True):
    """A provider that knows a person."""

    id: int
    issuer: str
    since: datetime


async def owner(db: Db, issuer: str, subject: str) -> int | None:
    """Who is known by this."""
    row = await db.row(OWNER, issuer=issuer, subject=subject)
    return row["person_id"] if row else None


async def people_of(db: Db, issuer: str) -> int:
    """How many it knows."""
    return int(await db.value(_PEOPLE_OF, issuer=issuer))


async def people_by(db: Db, beginning: str) -> int:
    """How many all those know whose names begin so."""
    return int(await db.value(_PEOPLE_BY, beginning=beginning))


async def subject(db: Db, issuer: str, person_id: int) -> str:
    """By which a provider knows somebody; empty where it does not."""
    return await db.value(_SUBJECT, issuer=issuer, person_id=person_id) or ""


async def knows(db: Db, issuer: str, person_id: int) -> bool:
    """Whether somebody is known by this provider, by whatever subject."""
    return bool(await db.value(_KNOWS, issuer=issuer, person_id=person_id))


async def connect(
    db: Db, viewer: Viewer, person_id: int, issuer: str, subject: str, *, is_first: bool = False
) -> None:
    """From now on this subject is this person, who is told of it unless they come in with it. Raises Conflict when it is
    somebody else's."""
    await db.run(_CONNECT, issuer=issuer, subject=subject, person_id=person_id)
    if await owner(db, issuer, subject) != person_id:
        raise Conflict(_TAKEN)
    if is_first:
        await audit(db, viewer, "identity.connect", person_id)
    else:
        await account.changed(db, viewer, "identity.connect", person_id)


async def connected(db: Db, viewer: Viewer) -> list[Connected]:
    rows = await db.rows(_OF_PERSON, person_id=viewer.person_id)
    return [Connected(row["id"], row["issuer"], row["created_at"]) for row in rows]


async def disconnect(db: Db, viewer: Viewer, identity_id: int) -> None:
    if await db.run(_DISCONNECT, id=identity_id, person_id=viewer.person_id):
        await account.changed(db, viewer, "identity.disconnect", viewer.person_id)
