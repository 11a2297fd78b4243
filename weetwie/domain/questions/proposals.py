"""A question that was posted with another app: its author is offered once, in private, to have people asked."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Executable, delete, exists, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.enums import Visibility
from weetwie.database.pool import Db, Query, columns, param
from weetwie.database.rows import structs
from weetwie.domain.questions.rules import AskStep
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import POLL, Mention, Post, PostText
from weetwie.tables.questions import AskProposal, Question, QuestionPreferences
from weetwie.text import text as texts

LASTS: Final = timedelta(days=30)
"""So long a proposal waits for its answer."""
_YES: Final = frozenset(
    "yes|yes please|yep|yeah|y|ok|okay|sure|please|please do|do it|go ahead"
    "|ja|ja graag|graag|doe maar|is goed|prima|ja hoor"
    "|ja bitte|bitte|gern|gerne|ja gern|ja gerne|in ordnung|mach das|👍".split("|")
)
_NO: Final = frozenset(
    "no|no thanks|no thank you|nope|nee|nee dank je|nee bedankt|niet doen|nein|nein danke|👎".split("|")
)


class PostedQuestion(msgspec.Struct, frozen=True):
    post_id: int
    author_id: int
    asks_at_once: bool
    """Its author has chosen so for good."""


class ProposalReply(msgspec.Struct, frozen=True):
    """What its author says to a proposal."""

    post_id: int
    author_id: int
    question_id: int


async def posted(db: Db, post_ids: Sequence[int]) -> list[PostedQuestion]:
    """Which of these people may be asked for and were not, and whose authors were not offered it.

    A post that mentions somebody has been addressed, and a poll asks by itself.
    """
    return structs(PostedQuestion, await db.rows(_POSTED, ids=list(post_ids)))


async def proposed(db: Db, post_id: int, proposal_id: int) -> None:
    await db.run(_PROPOSED, post_id=post_id, proposal_id=proposal_id)


async def replies(db: Db, post_ids: Sequence[int]) -> list[ProposalReply]:
    return structs(ProposalReply, await db.rows(_REPLIES, ids=list(post_ids)))


async def unanswered(db: Db) -> list[int]:
    """Proposals to which their reader has said nothing in their time. They are forgotten; the posts are still to be deleted."""
    before = id_at(clock.now() - LASTS)
    return columns(await db.rows(_UNANSWERED, before=before), "proposal_id")


def is_yes(text: str) -> bool | None:
    """None for what says neither yes nor no."""
    for piece in reversed(texts.pieces(text)):
        text = f"{text[: piece.start]} {text[piece.end :]}"
    kept = "".join(" " if sign in ".,;:!?()\"'" else sign for sign in text.casefold())
    said = " ".join(kept.split())
    if said in _YES:
        return True
    return False if said in _NO else None


_IDS = func.any(param("ids", ARRAY(BigInteger)))
_WRITTEN_HERE: Final = 0


def _posted() -> Executable:
    is_asked = exists().where(Question.post_id == Post.id, Question.step >= int(AskStep.begun))
    at_once = func.coalesce(QuestionPreferences.asks_at_once, False)
    return (
        select(Post.id.label("post_id"), Post.author_id, at_once.label("asks_at_once"))
        .join(PostText, PostText.post_id == Post.id)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(QuestionPreferences, QuestionPreferences.person_id == Post.author_id)
        .where(
            Post.id == _IDS,
            Post.is_question,
            Post.visibility <= int(Visibility.unlisted),
            Post.reply_to_id.is_(None),
            Post.boost_of_id.is_(None),
            Post.origin == _WRITTEN_HERE,
            Post.attached.op("&")(POLL) == 0,
            Post.deleted_at.is_(None),
            PostText.app_id.is_not(None),
            ~Person.is_bot,
            ~exists().where(Mention.post_id == Post.id),
            ~is_asked,
            ~exists().where(AskProposal.post_id == Post.id),
        )
        .order_by(Post.id)
    )


def _replies() -> Executable:
    question = aliased(Post)
    return (
        select(Post.id.label("post_id"), Post.author_id, AskProposal.post_id.label("question_id"))
        .join(AskProposal, AskProposal.proposal_id == Post.reply_to_id)
        .join(question, question.id == AskProposal.post_id)
        .where(Post.id == _IDS, Post.author_id == question.author_id, Post.deleted_at.is_(None))
        .order_by(Post.id)
    )


_POSTED, _REPLIES = Query(_posted), Query(_replies)
_PROPOSED = Query(
    insert(AskProposal).values(
        post_id=param("post_id", BigInteger), proposal_id=param("proposal_id", BigInteger)
    )
)


def _unanswered() -> Executable:
    reply = aliased(Post)
    old = (
        select(AskProposal.post_id)
        .where(
            AskProposal.proposal_id < param("before", BigInteger),
            ~exists().where(reply.reply_to_id == AskProposal.proposal_id, reply.deleted_at.is_(None)),
        )
        .limit(1000)
    )
    return delete(AskProposal).where(AskProposal.post_id.in_(old)).returning(AskProposal.proposal_id)


_UNANSWERED = Query(_unanswered)
