"""A post with all that it answers and all that answers it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import msgspec
from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.conversations.rooms import has_room
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.timelines import thread
from weetwie.views import posts as seen_posts, texts as seen_words
from weetwie.web import question_standing, reading
from weetwie.web.answered import answered_like
from weetwie.web.experts import experts
from weetwie.web.pages import audience, drafts
from weetwie.web.shown import Shown
from weetwie.web.view_models import Person, Post
from weetwie.web.visit import Visit

_DEEPEST: Final = 3
"""Replies to replies are indented once; what is deeper is folded."""


async def show(visit: Visit) -> Response:
    """Whatever the handle in the address: the number says it all. Who is signed out signs in for what they do not see, whether
    it is there or not."""
    with reading.or_sign_in(visit):
        async with visit.site.database.reading() as db:
            post_id = visit.request.path_params["id"]
            is_edited = "scheduled" in visit.request.query_params
            if visit.is_signed_in and not is_edited and await has_room(db, visit.viewer, post_id):
                return visit.go(f"/messages/{post_id}#p{post_id}")
            return await page(visit, db, post_id)


async def page(visit: Visit, db: Db, post_id: int, status: int = 200, **draft: Any) -> Response:
    """`draft` is what was answered and could not be published. Raises NotFound."""
    seen = await seen_posts.post(db, visit.viewer, post_id)
    above, below = await thread.around(db, visit.viewer, seen.post_id)
    found = await seen_posts.posts(db, visit.viewer, [*above, *below])
    posts = await visit.site.presenter.posts(db, visit.viewer, [seen, *found], "thread", always=seen.post_id)
    first = posts[0]
    over = [post for post in posts[1:] if post.id in set(above)]
    question = next((one for one in (first, *over[:1]) if one.is_question), None)
    draft = draft or await drafts.asked(visit, db) or _begun(visit)
    draft["reply_to"] = str(first.id)
    edits = await seen_words.edits(db, seen) if posts[0].edited_at else []
    return await reading.show(
        visit,
        db,
        "post.html",
        status,
        post=first,
        above=over,
        question=question,
        replies=_replies(first, [post for post in posts[1:] if post.id in set(below)], question),
        edits=edits,
        draft=await drafts.with_files(visit, db, draft),
        picker=await audience.picker(visit, db, draft) if visit.is_signed_in else None,
        stands=await question_standing.shown(visit, db, first, _answered_at(first, posts)),
        **await beside(visit, db, posts),
    )


def _answered_at(first: Post, posts: Sequence[Post]) -> datetime | None:
    return next((post.written_at for post in posts if post.id == first.answer_id), None)


def _begun(visit: Visit) -> dict[str, Any]:
    """What the address says: a greeting, say."""
    return drafts.begun(text=visit.request.query_params.get("text", "")[:500])


class Replies(msgspec.Struct, frozen=True):
    """What answers a post, as it stands below it."""

    count: int
    answer: Post | None
    """The accepted one, first."""
    stretches: Sequence[tuple[bool, Sequence[tuple[Post, int]]]]
    """The others, each with how deep it stands; whether a stretch is so deep that it is folded."""


def _replies(first: Post, below: Sequence[Post], question: Post | None) -> Replies:
    depths = {first.id: 0}
    for post in below:
        depths[post.id] = depths.get(post.reply_to_id or first.id, 0) + 1
    answer = next((post for post in below if question is not None and post.id == question.answer_id), None)
    others = [(post, min(depths[post.id], _DEEPEST)) for post in below if post is not answer]
    stretches = [(is_deep, list(some)) for is_deep, some in groupby(others, lambda one: one[1] == _DEEPEST)]
    return Replies(len(below), answer, stretches)


_KNOW: Final = 3
_TAKE_PART: Final = 6


async def beside(visit: Visit, db: Db, posts: list[Post]) -> dict[str, Shown]:
    """`posts` begins with the one that the page is about."""
    post = posts[0]
    if not visit.is_signed_in:
        return {"might_know": [], "alike": [], "people": []}
    found: dict[str, Shown] = {"might_know": [], "alike": [], "people": _people(posts)}
    if post.is_question and post.answer_id is None:
        answer = (await who_knows(db, visit.viewer, post.text, limit=2 * _KNOW)).named()
        known = await experts(visit, db, answer)
        taking_part = {one.author.id for one in posts}
        found["might_know"] = [one for one in known if one.person.id not in taking_part][:_KNOW]
        alike = await answered_like(visit, db, post.text, answer)
        found["alike"] = [(question, reply) for question, reply in alike if question.id != post.id]
    return found


def _people(posts: list[Post]) -> list[Person]:
    others = {one.author.id: one.author for one in posts if one.author.id != posts[0].author.id}
    return list(others.values())[:_TAKE_PART]
