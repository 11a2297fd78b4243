"""The service account answers who asks it who knows something: to them alone, with what they may see."""

from collections.abc import Sequence

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.domain.knowledge import questions
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.questions import ReadQuestion, WaitingQuestion
from weetwie.domain.people import assistant
from weetwie.domain.posts import remove
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.domain.questions import proposals
from weetwie.errors import Refusal
from weetwie.events import PostPublished
from weetwie.flows.named import named

_PROOFS = 1
"""Of each person: the answer is read in a notification."""


async def answer(context: Context, facts: Sequence[PostPublished]) -> None:
    """A question that was answered is not answered again."""
    db = context.db
    if not context.viewer.policy.assistant:
        return
    found = await questions.waiting(db, [fact.post_id for fact in facts])
    service_id = await assistant.person_id(db) if found else None
    if service_id is None:
        return
    for waiting in found:
        if proposals.is_yes(waiting.text) is not None:
            continue  # said to a proposal, see flows/proposing.py
        asker, ours = await context.find_person(waiting.asker_id), await context.find_person(service_id)
        question = questions.read(waiting.text)
        if asker is not None and ours is not None and questions.is_for_us(waiting, question):
            await _answer(context.by(asker), ours, waiting, question)


async def forget_questions(context: Context) -> None:
    """What the service account was asked and answered has its time."""
    if old := await questions.outlived(context.db):
        await remove.bury(context.db, context.viewer, old)


async def _answer(context: Context, ours: Viewer, waiting: WaitingQuestion, question: ReadQuestion) -> None:
    db = context.db
    found = await who_knows(db, context.viewer, question.about[:1000], limit=questions.MOST_PEOPLE)
    found = found.named()
    people = await named(context, found, _PROOFS)
    text = questions.told(waiting, question, found, people, ours.policy.longest_post)
    draft = Draft(text=text, visibility=Visibility.direct, reply_to_id=waiting.post_id, is_question=False)
    try:
        async with db.savepoint():
            answer_id = await publish(db, ours, draft)
            await questions.answered(db, waiting.post_id, answer_id)
    except Refusal:
        return  # they have blocked us, or the post has gone: there is nobody to answer
