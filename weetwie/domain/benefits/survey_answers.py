"""What one member is asked in an open round, and what they make of it: theirs alone, and gone when the round is counted."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, Executable, Text, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import permissions
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import struct
from weetwie.database.sql import there_is
from weetwie.domain.benefits import survey_rules as rules
from weetwie.errors import Conflict, Forbidden, Invalid, _
from weetwie.events import PersonErased, PersonLeft, PersonSuspended
from weetwie.runtime import clock
from weetwie.tables.benefits import SurveyAnswer, SurveyReply, SurveyRound
from weetwie.tables.declared import aliased


class AskedRound(msgspec.Struct, frozen=True):
    id: int
    ends_at: datetime
    topics: Sequence[str]
    """All of the round; each is asked about some of them."""
    has_replied: bool
    """Took part, or does not want to."""
    has_answered: bool


async def asked(db: Db, viewer: Viewer) -> AskedRound | None:
    """None where no round is open, or for whom it is not."""
    if not _is_for(viewer):
        return None
    row = await db.row(_ASKED, person_id=viewer.person_id, at=clock.now())
    return struct(AskedRound, row) if row else None


def _is_for(viewer: Viewer) -> bool:
    """Colleagues: they see everybody, so that each question has an answer. Nobody in works-council mode."""
    return (
        viewer.standing is Standing.member
        and viewer.policy.tells_activity
        and permissions.act(viewer, clock.now())
    )


async def decline(db: Db, viewer: Viewer) -> None:
    """Also takes back what was answered. Not asked again in this round; nothing where it is over. Raises Forbidden."""
    check(viewer)
    id = await db.value(_HOLD, at=clock.now())
    if id is None:
        return
    await db.run(_TAKE_BACK, id=id, person_id=viewer.person_id)
    await db.run(_REPLY, id=id, person_id=viewer.person_id)


async def answer(db: Db, viewer: Viewer, found: Mapping[str, bool | None]) -> None:
    """For each topic whether somebody was named who knows about it, None where the viewer does not know anybody. Once; raises
    Forbidden, Conflict when the round is over, and Invalid."""
    check(viewer)
    id = await db.value(_HOLD, at=clock.now())
    if id is None:
        raise Conflict(_("The survey is over. Nothing was saved."))
    now_asked = await asked(db, viewer)
    if now_asked is None or now_asked.has_answered:
        raise Conflict(_("You've already answered."))
    if not found or len(found) > rules.EACH or not found.keys() <= set(now_asked.topics):
        raise Invalid(_("Answer at least one question, or say no thanks."))
    await db.run(_REPLY, id=id, person_id=viewer.person_id)
    await db.run(_ANSWER, id=id, person_id=viewer.person_id, topics=list(found), found=list(found.values()))


def check(viewer: Viewer) -> None:
    """Raises Forbidden."""
    if not _is_for(viewer):
        raise Forbidden


async def gone(
    db: Db, viewer: Viewer, facts: Sequence[PersonLeft] | Sequence[PersonSuspended] | Sequence[PersonErased]
) -> None:
    """Whoever is no active colleague any more leaves nothing in an open round."""
    ids = [fact.person_id for fact in facts]
    await db.run(_GONE_ANSWERS, ids=ids)
    await db.run(_GONE_REPLIES, ids=ids)


_ID, _PERSON_ID = param("id", BigInteger), param("person_id", BigInteger)
_AT = param("at", DateTime(timezone=True))
_IS_OPEN = SurveyRound.counted_at.is_(None), SurveyRound.ends_at > _AT
ANY = there_is(
    SurveyRound,
    SurveyRound.counted_at.is_(None),
    SurveyRound.ends_at > param("now", DateTime(timezone=True)),
)
"""Whether a round is open."""


def _asked() -> Executable:
    reply, answer = aliased(SurveyReply), aliased(SurveyAnswer)
    return select(
        SurveyRound.id,
        SurveyRound.ends_at,
        SurveyRound.topics,
        *(
            there_is(row, row.round_id == SurveyRound.id, row.person_id == _PERSON_ID).label(name)
            for row, name in ((reply, "has_replied"), (answer, "has_answered"))
        ),
    ).where(*_IS_OPEN)


_ASKED = Query(_asked)
# Held by each who answers, so that the round is not counted in between.
_HOLD = Query(select(SurveyRound.id).where(*_IS_OPEN).with_for_update(read=True))
_REPLY = Query(insert(SurveyReply).values(round_id=_ID, person_id=_PERSON_ID).on_conflict_do_nothing())
_TAKE_BACK = Query(
    delete(SurveyAnswer).where(SurveyAnswer.round_id == _ID, SurveyAnswer.person_id == _PERSON_ID)
)
_EACH = (
    func.unnest(param("topics", ARRAY(Text)), param("found", ARRAY(Boolean)))
    .table_valued("topic", "is_correct")
    .render_derived()
)
_ANSWER = Query(
    insert(SurveyAnswer)
    .from_select(
        ["round_id", "person_id", "topic", "is_correct"],
        select(_ID, _PERSON_ID, _EACH.c.topic, _EACH.c.is_correct),
    )
    .on_conflict_do_nothing()
)
_IDS = func.any(param("ids", ARRAY(BigInteger)))
_GONE_ANSWERS = Query(delete(SurveyAnswer).where(SurveyAnswer.person_id == _IDS))
_GONE_REPLIES = Query(delete(SurveyReply).where(SurveyReply.person_id == _IDS))
