"""People meet people: with whom somebody is likely to talk, and what they chose about it."""

from datetime import datetime
from typing import Final

from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.database.pool import Db
from weetwie.domain.beyond import choice
from weetwie.domain.beyond.rules import HowOften
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.meeting import preferences

_LONGEST: Final = 20_000
"""So much of what somebody said is looked at, in characters."""


async def likely(
    db: Db, viewer: Viewer, words: str, as_of: datetime | None = None, limit: int | None = None
) -> dict[int, float]:
    """With whom somebody is likely to talk, by what they say of themselves: who knows about it and is at it now, by posts that they
    see. `weetwie evaluate --newcomers` measures this very order."""
    found = await who_knows(db, viewer, words[:_LONGEST], "acts", as_of=as_of, limit=limit)
    return {one.person_id: one.score for one in found.people}


async def choose(context: Context, *, how_often: HowOften | None, is_introduced: bool) -> None:
    """None leaves that as it is."""
    if how_often is not None:
        await choice.choose(context.db, context.viewer, how_often)
    await preferences.choose(context.db, context.viewer, is_introduced=is_introduced)
