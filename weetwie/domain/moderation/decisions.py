"""What the moderators decided about somebody, why, and what they say to it: warned, limited, suspended; and an appeal, once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, Text, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.errors import Invalid, NotFound, _, or_not_found
from weetwie.events import PersonErased, audit
from weetwie.runtime import clock
from weetwie.tables.moderation import Decision
from weetwie.text.text import is_longer

Kind = Literal["warn", "limit", "suspend"]
KINDS: Final = ("warn", "limit", "suspend")
LONGEST_WORDS: Final = 5000
_KEPT: Final = timedelta(days=365)
_NEEDS_WORDS: Final = _("Say why in a sentence. The person reads it and can answer.")
_TOO_LONG: Final = _("At most {most} characters.")

_NOW, _ID = param("now", DateTime(timezone=True)), param("id", BigInteger)
_PERSON = param("person_id", BigInteger)
_COLUMNS = (
    Decision.id,
    Decision.person_id,
    Decision.kind,
    Decision.words,
    Decision.decided_at,
    Decision.appeal,
    Decision.appealed_at,
    Decision.answered_at,
    Decision.is_granted,
)
_DECIDE = Query(
    insert(Decision)
    .values(
        person_id=_PERSON,
        kind=param("kind", Text),
        words=param("words", Text),
        report_id=param("report_id", BigInteger),
        decided_at=_NOW,
    )
    .returning(Decision.id)
)
_MINE = Query(select(*_COLUMNS).where(Decision.person_id == _PERSON).order_by(Decision.id.desc()).limit(50))
_APPEAL = Query(
    update(Decision)
    .where(Decision.id == _ID, Decision.person_id == _PERSON, Decision.appealed_at.is_(None))
    .values(appeal=param("words", Text), appealed_at=_NOW)
)
_waits = (Decision.appealed_at.is_not(None), Decision.answered_at.is_(None))
_WAITING = Query(select(*_COLUMNS).where(*_waits).order_by(Decision.appealed_at).limit(100))
_ANSWER = Query(
    update(Decision)
    .where(Decision.id == _ID, *_waits)
    .values(answered_at=_NOW, is_granted=param("is_granted", Boolean))
    .returning(Decision.person_id, Decision.kind)
)
_SWEEP = Query(
    delete(Decision).where(
        Decision.decided_at < param("before", DateTime(timezone=True)),
        or_(Decision.appealed_at.is_(None), Decision.answered_at.is_not(None)),
    )
)
_ERASED = Query(delete(Decision).where(Decision.person_id == func.any(param("ids", ARRAY(BigInteger)))))


class OwnDecision(msgspec.Struct, frozen=True):
    id: int
    person_id: int
    kind: str
    words: str
    decided_at: datetime
    appeal: str
    appealed_at: datetime | None
    answered_at: datetime | None
    is_granted: bool | None


async def decide(
    db: Db, viewer: Viewer, person_id: int, kind: Kind, words: str, report_id: int | None = None
) -> int:
    """Writes down what was decided; to limit and to suspend are acts of their own. Apps may give no words; pages of reports ask
    for them. Who looks after people suspends too. Raises Forbidden and Invalid."""
    if not (kind == "suspend" and permissions.look_after_people(viewer, clock.now())):
        allowed.check(viewer, permissions.moderate)
    words = _short(words)
    decision_id = await db.value(
        _DECIDE, person_id=person_id, kind=kind, words=words, report_id=report_id, now=clock.now()
    )
    await audit(db, viewer, f"decision.{kind}", person_id, decision=int(decision_id))
    return int(decision_id)


async def about(db: Db, person_id: int) -> list[OwnDecision]:
    """For the person whom they are about, the newest first; nobody else reads the words of moderators here."""
    return structs(OwnDecision, await db.rows(_MINE, person_id=person_id))


async def appeal(db: Db, viewer: Viewer, decision_id: int, words: str) -> None:
    """By whom it is about, once; who is suspended too. Raises Invalid and NotFound."""
    words = checked(words)
    if not await db.run(_APPEAL, id=decision_id, person_id=viewer.person_id, words=words, now=clock.now()):
        raise NotFound
    await audit(db, viewer, "decision.appeal", viewer.person_id, decision=decision_id)


async def waiting(db: Db, viewer: Viewer) -> list[OwnDecision]:
    """Appeals without an answer, the oldest first. Raises Forbidden."""
    allowed.check(viewer, permissions.moderate)
    return structs(OwnDecision, await db.rows(_WAITING))


async def answer(db: Db, viewer: Viewer, decision_id: int, *, is_granted: bool) -> tuple[int, str]:
    """Whom it is about and what it was; to lift it is an act of its own. Raises Forbidden and NotFound."""
    allowed.check(viewer, permissions.moderate)
    row = or_not_found(await db.row(_ANSWER, id=decision_id, is_granted=is_granted, now=clock.now()))
    act = "decision.grant" if is_granted else "decision.uphold"
    await audit(db, viewer, act, row["person_id"], decision=decision_id)
    return int(row["person_id"]), str(row["kind"])


async def sweep(db: Db) -> int:
    """For the schedule: what is over is forgotten after a year."""
    return await db.run(_SWEEP, before=clock.now() - _KEPT)


async def erased(db: Db, _viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    await db.run(_ERASED, ids=[fact.person_id for fact in facts])


def checked(words: str) -> str:
    """Raises Invalid for none, and for too many."""
    if not words.strip():
        raise Invalid(_NEEDS_WORDS, field="words")
    return _short(words)


def _short(words: str) -> str:
    words = words.strip()
    if is_longer(words, LONGEST_WORDS):
        raise Invalid(_TOO_LONG, field="words", most=LONGEST_WORDS)
    return words
