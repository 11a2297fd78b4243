"""Who waits for somebody to write about a question is told when somebody does, once."""

from collections.abc import Sequence

from weetwie.context import Context
from weetwie.domain.knowledge import watched
from weetwie.domain.notifications import notify
from weetwie.events import PostEdited, PostPublished


async def tell(context: Context, facts: Sequence[PostPublished | PostEdited]) -> None:
    """Each asks again, as they are now and see now."""
    db = context.db
    for one in await watched.met(db, [fact.post_id for fact in facts]):
        asker = await context.find_person(one.person_id)
        if asker is None or not await watched.is_answered(db, asker, one):
            continue
        if await watched.told(db, one.id, one.post_id):
            await notify.awaited(db, context.viewer, one.person_id, one.post_id)
