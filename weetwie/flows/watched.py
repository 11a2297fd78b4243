"""Who waits for somebody to write about a question is told when somebody does, once."""

from collections.abc import Sequence

from weetwie.context import Context
from weetwie.domain.knowledge import answering
from weetwie.domain.notifications import questions as waiting
from weetwie.events import QuestionMet


async def tell(context: Context, facts: Sequence[QuestionMet]) -> None:
    """Each asks again, as they are now and see now. Who does not hear of a post, having muted its author, goes on waiting."""
    db = context.db
    for one in await answering.met(db, [(fact.question_id, fact.post_id) for fact in facts]):
        asker = await context.find_person(one.person_id)
        for post_id in await answering.answering(db, asker, one) if asker else ():
            if not await answering.waits(db, one.id):
                break
            if await waiting.awaited(db, context.viewer, one.person_id, post_id):
                await answering.told(db, one.id, post_id)
                break
