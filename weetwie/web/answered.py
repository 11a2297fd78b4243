"""Questions that were answered, each with its answer."""

from typing import Final

from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.knowledge.answer import ExpertAnswer
from weetwie.domain.knowledge.subject import telling_words
from weetwie.domain.search.answered import answered
from weetwie.domain.search.posts import search as search_posts
from weetwie.domain.search.query import read
from weetwie.views import posts as seen_posts
from weetwie.web.view_models import Post
from weetwie.web.visit import Visit

_ANSWERED: Final = 2
FEW: Final = 3
"""So many of each kind."""


async def answered_like(visit: Visit, db: Db, words: str, answer: ExpertAnswer) -> list[tuple[Post, Post]]:
    """Answered questions like this one, each with its answer; none where nobody used some of its words."""
    if answer.unknown:
        return []
    telling = telling_words(words, answer)
    return await _with_answers(visit, db, await answered(db, visit.viewer, telling, _ANSWERED))


async def answered_lately(visit: Visit, db: Db) -> list[tuple[Post, Post]]:
    ids = await search_posts(db, visit.viewer, read("is:question is:answered order:time"), Page(FEW))
    return await _with_answers(visit, db, ids)


async def _with_answers(visit: Visit, db: Db, ids: list[int]) -> list[tuple[Post, Post]]:
    viewer, presenter = visit.viewer, visit.site.presenter
    questions = await seen_posts.posts(db, viewer, ids)
    answers = await seen_posts.posts(db, viewer, [one.answer_id for one in questions if one.answer_id])
    shown = await presenter.posts_by_id(db, viewer, [*questions, *answers])
    return [
        (shown[one.post_id], shown[one.answer_id])
        for one in questions
        if one.answer_id in shown and one.post_id in shown
    ]
