"""What people were lately busy with is renewed for those who let it, as they would have it themselves."""

from weetwie.context import Context
from weetwie.domain.knowledge import lately


async def renew(context: Context) -> None:
    for person_id in await lately.due(context.db):
        async with context.apart("what somebody was lately busy with could not be renewed", person_id):
            person = await context.find_person(person_id)
            if person is not None:
                await lately.renew(context.db, person)
