"""What has been kept long enough goes, as if its authors had deleted it."""

from weetwie.context import Context
from weetwie.domain.passages import write as passages
from weetwie.domain.posts import remove
from weetwie.domain.retention import retention
from weetwie.events import audit


async def let_go(context: Context, after: int = 0) -> int:
    """The next posts behind `after`; gives the id of the last one, or 0 where there was none."""
    ids = await retention.due(context.db, context.viewer.policy, after)
    if not ids:
        return 0
    await remove.bury(context.db, context.viewer, ids)
    await audit(context.db, context.viewer, "retention.sweep", posts=len(ids))
    return ids[-1]


async def let_passages_go(context: Context, after: int = 0) -> int:
    """The same of what was written elsewhere."""
    ids = await retention.due_passages(context.db, context.viewer.policy, after)
    if not ids:
        return 0
    await passages.remove(context.db, context.viewer, ids)
    await audit(context.db, context.viewer, "retention.sweep", passages=len(ids))
    return ids[-1]
