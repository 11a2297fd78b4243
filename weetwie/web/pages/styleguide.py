"""All components of the pages on one, for those who build them: only where WEETWIE_STYLEGUIDE is on."""

from typing import Final

from starlette.responses import Response

from weetwie.errors import Invalid
from weetwie.web import reading
from weetwie.web.view_models import Person
from weetwie.web.visit import Visit

_WRONG: Final = Invalid("The code has six digits. Look at the newest e-mail.", field="code")


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await reading.show(visit, db, "styleguide.html", people=_people(visit), wrong=_WRONG)


def _people(visit: Visit) -> list[Person]:
    """Made up, so that the page looks the same everywhere."""
    names = (
        ("oksana", "Oksana Bilyk", "member"),
        ("henk", "Henk Wiersma", "alumnus"),
        ("arne", "Arne Fokken", "guest"),
    )
    return [
        Person(
            id=number,
            handle=handle,
            name=name,
            face=visit.site.assets.address(f"face-{number}.png"),
            face_description="",
            standing=standing,
            is_suspended=False,
            is_card=False,
            unit="Electronics",
            place="Lingen",
        )
        for number, (handle, name, standing) in enumerate(names)
    ]
