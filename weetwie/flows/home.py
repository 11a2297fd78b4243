"""Somebody opens their home on the web: it counts, and may bring what no timeline has."""

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.flows import beyond, first_weeks
from weetwie.flows.beyond import BeyondPost
from weetwie.flows.first_weeks import WeekCard


class Opened(msgspec.Struct, frozen=True):
    beyond: BeyondPost | None = None
    card: WeekCard | None = None


async def counted(db: Db, viewer: Viewer) -> bool:
    """Whether this reading is one that has a post from beyond: a statement by itself, for most have none."""
    return await beyond.is_turn(db, viewer)


async def opened(db: Db, viewer: Viewer, *, is_turn: bool) -> Opened:
    """After it was counted."""
    from_beyond = await beyond.for_home(db, viewer) if is_turn else None
    return Opened(from_beyond, await first_weeks.for_home(db, viewer))
