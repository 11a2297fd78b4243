"""Where somebody comes after logging in: to their first steps where they have just come, else where they wanted to go."""

from weetwie.domain.people import first_steps
from weetwie.web.visit import Visit


async def page(visit: Visit, session: str, go_on: str) -> str:
    """`session`: the one that has just begun."""
    if go_on != "/":
        return go_on
    async with visit.site.database.reading() as db:
        person = await visit.site.memory.recognise(db, session=session)
        is_new = person is not None and await first_steps.are_due(db, person)
    return "/begin" if is_new else go_on
