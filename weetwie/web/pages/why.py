"""What it is good for, for everybody: the organisation's own words first, and examples that the reader may see."""

from starlette.responses import Response

from weetwie.web import reading
from weetwie.web.answered import answered_lately
from weetwie.web.view_models import as_markup
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        examples = await answered_lately(visit, db)
        return await reading.show(
            visit, db, "why.html", examples=examples, own_words=as_markup(visit.viewer.policy.why)
        )
