"""The keys of this installation, made once, at their first use, and secrets that it was given; in the database, sealed."""

import secrets

from sqlalchemy import LargeBinary, Text, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.errors import Unavailable, _
from weetwie.events import audit
from weetwie.security import sealing
from weetwie.tables.identity import Secret

_PLACE = "secrets.value"
_LOST = _("A stored password can't be read with the key of this installation. Enter it again.")
_KEY = Query(select(Secret.value).where(Secret.name == param("name", Text)))
_MAKE = Query(
    insert(Secret)
    .values(name=param("name", Text), value=param("value", LargeBinary))
    .on_conflict_do_nothing()
)
_given = insert(Secret).values(name=param("name", Text), value=param("value", LargeBinary))
_PUT = Query(_given.on_conflict_do_update(index_elements=["name"], set_={"value": _given.excluded.value}))


async def key(db: Db, name: str) -> bytes:
    """32 random bytes, the same for ever for the same name."""
    value = await db.value(_KEY, name=name)
    if value is None:
        await db.run(_MAKE, name=name, value=sealing.seal(_PLACE, name, secrets.token_bytes(32)))
        value = await db.value(_KEY, name=name)
    return sealing.opened(_PLACE, name, bytes(value))


async def begin(db: Db, name: str, secret: str) -> str:
    """A secret that was made here, unless another process was quicker: the one that is kept."""
    await db.run(_MAKE, name=name, value=sealing.seal(_PLACE, name, secret.encode()))
    return await given(db, name)


async def put(db: Db, viewer: Viewer, name: str, secret: str) -> None:
    """A secret that was given to this installation, in place of the one before. Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    await db.run(_PUT, name=name, value=sealing.seal(_PLACE, name, secret.encode()))
    await audit(db, viewer, "secret.put")


async def given(db: Db, name: str) -> str:
    """Empty where none was. Raises Unavailable where the key that opens it is lost."""
    value = await db.value(_KEY, name=name)
    try:
        return sealing.opened(_PLACE, name, bytes(value)).decode() if value is not None else ""
    except sealing.CannotOpen as error:
        raise Unavailable(_LOST) from error
