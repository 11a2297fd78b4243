"""What letters lead to: staying or going to sleep, and hearing no more of questions. Links that are read by nobody else."""

import hashlib
import hmac

from starlette.responses import Response

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.identity import links
from weetwie.domain.identity.keys import key
from weetwie.domain.people import staying
from weetwie.errors import NotFound
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        person = await _person(visit, db)
    return visit.show("staying.html", handle=person.handle, answer="")


async def answer(visit: Visit) -> Response:
    given = await visit.form()
    answer = "no" if given.get("answer") == "no" else "yes"
    async with visit.site.database.transaction() as db:
        person = await _person(visit, db)
        await links.use(db, "stay", visit.request.path_params["token"])
        if answer == "no":
            await staying.sleep(db, person)
    return visit.show("staying.html", handle=person.handle, answer=answer)


async def _person(visit: Visit, db: Db) -> Viewer:
    link = await links.look(db, "stay", visit.request.path_params["token"])
    person = await visit.site.memory.person(db, link.person_id or 0)
    if person is None:
        raise NotFound
    return person


async def show_stop(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        await _whose(visit, db)
    return visit.show("letters_stop.html", is_done=False)


async def stop(visit: Visit) -> Response:
    """With one click, by the person or by their mail program for them (RFC 8058): the address itself is the proof."""
    async with visit.site.database.transaction() as db:
        await staying.want_questions(db, await _whose(visit, db), wants=False)
    return visit.show("letters_stop.html", is_done=True)


async def _whose(visit: Visit, db: Db) -> int:
    """Raises NotFound for an address that we did not make."""
    number, _dot, proof = visit.request.path_params["token"].partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFound
    if not hmac.compare_digest(stop_token(await key(db, "letters"), int(number)), f"{number}.{proof}"):
        raise NotFound
    return int(number)


def stop_token(secret: bytes, person_id: int) -> str:
    proof = hmac.digest(secret, f"questions {person_id}".encode(), hashlib.sha256)
    return f"{person_id}.{proof.hex()}"
