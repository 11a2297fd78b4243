"""Each row of the trail holds the hash of the one before: whoever changes, removes or puts in a row breaks the chain.

Rows get their place a moment after they were committed, so that no act waits for another to be written down. What was last
in the chain is to be noted elsewhere now and then (`verify` tells it): a chain that was cut off at its end looks whole.
"""

import hashlib
from datetime import datetime
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import BigInteger, DateTime, LargeBinary, delete, func, insert, select, text, update

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Record, param
from weetwie.errors import Invalid, _
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.tables.audit import Audit, AuditCheckpoint

SEED: Final = "audit"
"""The name of the key that checkpoints are signed with."""
BEGINNING: Final = bytes(32)
_MOST: Final = 1000

_COLUMNS = (
    Audit.id, Audit.actor_id, Audit.act, Audit.subject_id, Audit.ids, Audit.door, Audit.address, Audit.at,
    Audit.number, Audit.hash,
)  # fmt: skip
_LOCK = Query(select(func.pg_advisory_xact_lock(text("7263541098"))))
_LAST = Query(
    select(Audit.number, Audit.hash).where(Audit.number.is_not(None)).order_by(Audit.number.desc()).limit(1)
)
_CHECKPOINT = Query(
    select(AuditCheckpoint.number, AuditCheckpoint.hash, AuditCheckpoint.made_at, AuditCheckpoint.signature)
    .order_by(AuditCheckpoint.number.desc())
    .limit(1)
)
_UNSEALED = Query(select(*_COLUMNS).where(Audit.number.is_(None)).order_by(Audit.id).limit(_MOST))
_SEAL = Query(
    update(Audit)
    .where(Audit.id == param("id", BigInteger))
    .values(number=param("number", BigInteger), hash=param("hash", LargeBinary))
)
_NEXT = Query(
    select(*_COLUMNS).where(Audit.number > param("after", BigInteger)).order_by(Audit.number).limit(_MOST)
)
_WAITING = Query(select(func.count()).where(Audit.number.is_(None)))
_YOUNGEST_TO_GO = Query(
    select(Audit.number, Audit.hash)
    .where(
        Audit.number
        < select(func.coalesce(func.min(Audit.number), 2**62))
        .where(Audit.at >= param("before", DateTime(timezone=True)))
        .scalar_subquery()
    )
    .order_by(Audit.number.desc())
    .limit(1)
)
_LET_GO = Query(select(func.set_config("weetwie.audit_cut", "yes", True)))
_CUT = Query(delete(Audit).where(Audit.number <= param("number", BigInteger)))
_KEEP_CHECKPOINT = Query(
    insert(AuditCheckpoint).values(
        number=param("number", BigInteger),
        hash=param("hash", LargeBinary),
        made_at=param("at", DateTime(timezone=True)),
        signature=param("signature", LargeBinary),
    )
)


class VerifiedChain(msgspec.Struct, frozen=True):
    """What came of looking through the chain."""

    rows: int
    last: int
    """The number of the last row, and its hash: to be noted elsewhere."""
    hash: str
    from_checkpoint: int
    """The chain begins after this row; 0 where nothing was ever cut."""
    waiting: int
    """Rows that have no place yet."""
    wrong: str = ""
    """What is wrong, in words; empty where all is well."""


async def seal(db: Db) -> int:
    """For the schedule: gives the rows that wait their place. Returns how many."""
    await db.value(_LOCK)
    rows = await db.rows(_UNSEALED)
    if not rows:
        return 0
    number, before = await _end(db)
    sealed = []
    for row in rows:
        number += 1
        before = _hash(before, number, row)
        sealed.append({"id": row["id"], "number": number, "hash": before})
    await db.run_many(_SEAL, sealed)
    return len(sealed)


async def verify(db: Db, viewer: Viewer, seed: bytes, noted: str = "") -> VerifiedChain:
    """Reads the whole chain. `noted` is what was told as last before (`NUMBER:HASH`): it must still stand in it.

    Raises Forbidden, Invalid.
    """
    allowed.check(viewer, permissions.administer)
    noted_number, noted_hash = _noted(noted)
    checkpoint = await db.row(_CHECKPOINT)
    number, before = (checkpoint["number"], bytes(checkpoint["hash"])) if checkpoint else (0, BEGINNING)
    began, count, wrong, seen = number, 0, _wrong_checkpoint(checkpoint, seed), noted_number == 0
    while not wrong and (rows := await db.rows(_NEXT, after=number)):
        for row in rows:
            if row["number"] != number + 1:
                wrong = f"after row {number} comes row {row['number']}: something is missing"
                break
            if bytes(row["hash"]) != _hash(before, row["number"], row):
                wrong = f"row {row['number']} is not what was written"
                break
            number, before, count = row["number"], bytes(row["hash"]), count + 1
            if number == noted_number:
                seen = before.hex() == noted_hash
    if not wrong and not seen and noted_number > began:
        wrong = f"what was noted of row {noted_number} does not stand there"
    return VerifiedChain(count, number, before.hex(), began, int(await db.value(_WAITING)), wrong)


async def cut(db: Db, viewer: Viewer, seed: bytes, before: datetime) -> int:
    """Lets rows older than this go, behind a signed checkpoint. Returns the number of the last that went; 0 for none."""
    allowed.check(viewer, permissions.administer)
    await db.value(_LOCK)
    row = await db.row(_YOUNGEST_TO_GO, before=before)
    if row is None:
        return 0
    number, hash, at = int(row["number"]), bytes(row["hash"]), clock.now()
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(_statement(number, hash, at))
    await db.run(_KEEP_CHECKPOINT, number=number, hash=hash, at=at, signature=signature)
    await db.value(_LET_GO)
    await db.run(_CUT, number=number)
    await audit(db, viewer, "audit.cut", number=number)
    return number


async def _end(db: Db) -> tuple[int, bytes]:
    row = await db.row(_LAST) or await db.row(_CHECKPOINT)
    return (row["number"], bytes(row["hash"])) if row else (0, BEGINNING)


def _hash(before: bytes, number: int, row: Record) -> bytes:
    """SHA-256 of the hash before and of the row as JSON with its names in order."""
    told = {
        "number": number,
        "id": row["id"],
        "at": row["at"].timestamp(),
        "actor_id": row["actor_id"],
        "act": row["act"],
        "subject_id": row["subject_id"],
        "ids": row["ids"],
        "door": row["door"],
        "address": bytes(row["address"]).hex() if row["address"] else None,
    }
    return hashlib.sha256(before + msgspec.json.encode(told, order="sorted")).digest()


def _wrong_checkpoint(checkpoint: Record | None, seed: bytes) -> str:
    if checkpoint is None:
        return ""
    number = checkpoint["number"]
    statement = _statement(number, bytes(checkpoint["hash"]), checkpoint["made_at"])
    try:
        Ed25519PrivateKey.from_private_bytes(seed).public_key().verify(
            bytes(checkpoint["signature"]), statement
        )
    except InvalidSignature:
        return f"the checkpoint after row {number} was not signed here"
    return ""


def _statement(number: int, hash: bytes, at: datetime) -> bytes:
    return f"weetwie audit {number} {hash.hex()} {at.timestamp():.6f}".encode()


def _noted(text: str) -> tuple[int, str]:
    if not text:
        return 0, ""
    number, _colon, hash = text.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and len(hash) == 64):
        raise Invalid(_("Write it as NUMBER:HASH."), field="noted")
    return int(number), hash.lower()
