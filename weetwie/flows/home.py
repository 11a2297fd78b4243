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


async def opened(db: Db, viewer: Viewer) -> Opened:
    return Opened(await beyond.for_home(db, viewer), await first_weeks.for_home(db, viewer))
