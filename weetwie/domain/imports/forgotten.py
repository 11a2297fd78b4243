"""Whom the organisation has forgotten: nothing under these names and addresses comes in again."""

import hashlib
import hmac
from collections.abc import Iterable

from sqlalchemy import BigInteger, LargeBinary, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.tables.imports import ForgottenAuthor, ImportedPerson

ADDRESSES = "addresses"
"""The space in which keys are hashes of addresses; every source shares it."""
_HASHES = param("hashes", ARRAY(LargeBinary))
_FORGOTTEN = Query(select(ForgottenAuthor.token_hash).where(ForgottenAuthor.token_hash == func.any(_HASHES)))
_given = func.unnest(_HASHES).table_valued(column("hash", LargeBinary)).render_derived()
_FORGET = Query(
    insert(ForgottenAuthor).from_select(["token_hash"], select(_given.c.hash)).on_conflict_do_nothing()
)
_TOKENS = Query(
    select(ImportedPerson.space, ImportedPerson.key).where(
        ImportedPerson.person_id == func.any(param("people", ARRAY(BigInteger)))
    )
)


def hashed(hash_key: bytes, space: str, key: str) -> bytes:
    """Of an address its own keyed hash, as it is kept elsewhere; of a name its hash within its source."""
    if space == ADDRESSES:
        return bytes.fromhex(key)
    return hmac.digest(hash_key, f"{space}\0{key}".encode("utf-8", "surrogatepass"), hashlib.sha256)


async def forgotten(db: Db, hashes: Iterable[bytes]) -> set[bytes]:
    return set(columns(await db.rows(_FORGOTTEN, hashes=list(hashes)), "token_hash"))


async def forget(db: Db, _: Viewer, hashes: Iterable[bytes]) -> None:
    await db.run(_FORGET, hashes=sorted(set(hashes)))


async def tokens_of(db: Db, people: Iterable[int]) -> list[tuple[str, str]]:
    """Space and key of all names and addresses under which sources know these people."""
    return [(row["space"], row["key"]) for row in await db.rows(_TOKENS, people=list(people))]
