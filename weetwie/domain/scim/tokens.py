"""What directories show to be let in: made and taken back by administrators, kept as hashes."""

import secrets
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, insert, or_, select, update

from weetwie.access import allowed, permissions
from weetwie.access.authenticate import credential_hash
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.errors import Invalid, NotFound, _
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.tables.scim import ScimToken
from weetwie.text.text import is_longer

LONGEST_NAME: Final = 80
_EXACT_TO: Final = timedelta(hours=1)

_NOW = param("now", DateTime(timezone=True))
_MAKE = Query(
    insert(ScimToken)
    .values(name=param("name", Text), token_hash=param("hash", LargeBinary))
    .returning(ScimToken.id)
)
_LIVE = Query(
    select(ScimToken.id).where(
        ScimToken.token_hash == param("hash", LargeBinary), ScimToken.revoked_at.is_(None)
    )
)
_USED = Query(
    update(ScimToken)
    .where(
        ScimToken.id == param("id", BigInteger),
        or_(ScimToken.used_at.is_(None), ScimToken.used_at < param("before", DateTime(timezone=True))),
    )
    .values(used_at=_NOW)
)
_REVOKE = Query(
    update(ScimToken)
    .where(ScimToken.id == param("id", BigInteger), ScimToken.revoked_at.is_(None))
    .values(revoked_at=_NOW)
)
_LISTED = Query(
    select(ScimToken.id, ScimToken.name, ScimToken.created_at, ScimToken.used_at)
    .where(ScimToken.revoked_at.is_(None))
    .order_by(ScimToken.id)
)


class DirectoryToken(msgspec.Struct, frozen=True):
    id: int
    name: str
    created_at: datetime
    used_at: datetime | None


async def make(db: Db, viewer: Viewer, name: str) -> tuple[int, str]:
    """Its id, and the token itself, which is never to be seen again. Raises Forbidden, Invalid."""
    allowed.check(viewer, permissions.administer)
    if is_longer(name, LONGEST_NAME):
        raise Invalid(_("A name can have at most {most} characters."), field="name", most=LONGEST_NAME)
    token = secrets.token_urlsafe(32)
    token_id = int(await db.value(_MAKE, name=name.strip(), hash=credential_hash(token)))
    await audit(db, viewer, "scim.token", scim_token_id=token_id)
    return token_id, token


async def revoke(db: Db, viewer: Viewer, token_id: int) -> None:
    """From the next request on it lets nobody in. Raises Forbidden, NotFound."""
    allowed.check(viewer, permissions.administer)
    if not await db.run(_REVOKE, id=token_id, now=clock.now()):
        raise NotFound(_("There's no such token."))
    await audit(db, viewer, "scim.revoke", scim_token_id=token_id)


async def listed(db: Db, viewer: Viewer) -> list[DirectoryToken]:
    """Those that let somebody in. Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    return structs(DirectoryToken, await db.rows(_LISTED))


async def recognise(db: Db, token: str) -> int | None:
    """The id of a token that is good."""
    token_id: int | None = await db.value(_LIVE, hash=credential_hash(token))
    return token_id


async def use(db: Db, token_id: int) -> None:
    await db.run(_USED, id=token_id, now=clock.now(), before=clock.now() - _EXACT_TO)
