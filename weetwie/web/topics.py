"""Topics of people as somebody reads them: those that mean the same in several languages are one, in the reader's own."""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec

from weetwie.domain.knowledge.merged import merged
from weetwie.web.view_models import Person
from weetwie.web.visit import Visit


async def as_read(visit: Visit, names: Sequence[str]) -> list[str]:
    if not visit.viewer.policy.translates or len(names) < 2:
        return list(names)
    return await asyncio.to_thread(merged, names, visit.language)


async def with_topics_as_read(visit: Visit, people: Iterable[Person]) -> list[Person]:
    return [msgspec.structs.replace(one, knows=await as_read(visit, one.knows)) for one in people]
