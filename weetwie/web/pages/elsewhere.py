"""What was written elsewhere, in its thread."""

from starlette.responses import Response

from weetwie.views import passages as seen_passages
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    """Alike for what is hidden and for what is not there. Raises NotFound."""
    with reading.or_sign_in(visit):
        async with visit.site.database.reading() as db:
            passage_id = visit.request.path_params["id"]
            passages = await seen_passages.thread(db, visit.viewer, passage_id)
            asked = next(one for one in passages if one.id == passage_id)
            return await reading.show(visit, db, "elsewhere.html", passages=passages, asked=asked)
