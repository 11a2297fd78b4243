"""What is kept of somebody as one who asks and is asked goes with them."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.events import PersonErased
from weetwie.tables.posts import Post
from weetwie.tables.questions import (
    AnswerVote,
    AskedPerson,
    AskProposal,
    Pointer,
    Question,
    QuestionLoad,
    QuestionPreferences,
    RefusedTopic,
    WantsToKnow,
)


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    for query in _ERASED:
        await db.run(query, ids=[fact.person_id for fact in facts])


_IDS = func.any(param("ids", ARRAY(BigInteger)))
_ERASED = (
    Query(delete(AskedPerson).where(AskedPerson.person_id == _IDS)),
    Query(update(AskedPerson).where(AskedPerson.named_by_id == _IDS).values(named_by_id=None)),
    Query(delete(QuestionLoad).where(QuestionLoad.person_id == _IDS)),
    Query(delete(QuestionPreferences).where(QuestionPreferences.person_id == _IDS)),
    Query(delete(RefusedTopic).where(RefusedTopic.person_id == _IDS)),
    Query(delete(Pointer).where(or_(Pointer.by_id == _IDS, Pointer.to_id == _IDS))),
    Query(delete(WantsToKnow).where(WantsToKnow.person_id == _IDS)),
    Query(delete(AnswerVote).where(AnswerVote.person_id == _IDS)),
    Query(update(Question).where(Question.confirmed_by_id == _IDS).values(confirmed_by_id=None)),
    Query(delete(Question).where(Question.asker_id == _IDS)),
    Query(delete(AskProposal).where(AskProposal.post_id.in_(select(Post.id).where(Post.author_id == _IDS)))),
)
