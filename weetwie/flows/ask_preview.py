"""Before one asks: who may know, what has been answered, what was asked before. By what the asker sees; nothing is stored."""

from typing import Final

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.knowledge.answer import ExpertAnswer
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.subject import telling_words
from weetwie.domain.search.answered import answered
from weetwie.views import posts as seen_posts
from weetwie.views.posts import SeenPost

_PEOPLE: Final = 6
_ANSWERED: Final = 2
_BEFORE: Final = 2
_LONGEST: Final = 1000


class AskPreview(msgspec.Struct, frozen=True):
    people: ExpertAnswer
    answered: list[tuple[SeenPost, SeenPost]]
    """Each question with its answer."""
    before: list[SeenPost]


async def preview(db: Db, viewer: Viewer, text: str) -> AskPreview:
    text = text.strip()[:_LONGEST]
    answer = await who_knows(db, viewer, text, limit=_PEOPLE)
    words = telling_words(text, answer) if text and not answer.unknown else []
    with_answer = await answered(db, viewer, words, _ANSWERED) if words else []
    without = await answered(db, viewer, words, _BEFORE, is_answered=False) if words else []
    questions = await seen_posts.posts(db, viewer, with_answer)
    answers = {
        one.post_id: one
        for one in await seen_posts.posts(db, viewer, [one.answer_id for one in questions if one.answer_id])
    }
    return AskPreview(
        answer.named() if answer.is_named else answer,
        [(one, answers[one.answer_id]) for one in questions if one.answer_id in answers],
        await seen_posts.posts(db, viewer, without),
    )
