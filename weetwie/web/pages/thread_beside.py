"""What stands beside a post: who wrote it and who takes part; beside a question who might know, and questions like it."""

from typing import Final

from weetwie.database.pool import Db
from weetwie.domain.knowledge.experts import who_knows
from weetwie.web.experts import experts
from weetwie.web.pages.who_knows import answered_like
from weetwie.web.shown import Shown
from weetwie.web.view_models import Person, Post
from weetwie.web.visit import Visit

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
