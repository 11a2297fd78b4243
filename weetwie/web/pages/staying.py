"""What emails lead to: staying or going to sleep, and ending emails of a kind. Links that are read by nobody else."""

from starlette.responses import Response

from weetwie.flows import offboard, stop as stopping
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        person = await reading.person_of_link(visit, db, "stay")
    return visit.show("staying.html", handle=person.handle, answer="")


async def answer(visit: Visit) -> Response:
    given = await visit.form()
    answer = "no" if given.get("answer") == "no" else "yes"
    async with visit.site.database.transaction() as db:
        token = visit.request.path_params["token"]
        person = await offboard.answer_yearly(visit.context(db), token, stays=answer == "yes")
    return visit.show("staying.html", handle=person.handle, answer=answer)


async def show_stop(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        _person, kind = await stopping.whose(db, visit.request.path_params["token"])
    return visit.show("letters_stop.html", kind=kind, is_done=False)


async def stop(visit: Visit) -> Response:
    """With one click, by the person or by their mail program for them (RFC 8058): the address itself is the proof."""
    async with visit.site.database.transaction() as db:
        kind = await stopping.stop(db, visit.request.path_params["token"])
    return visit.show("letters_stop.html", kind=kind, is_done=True)
