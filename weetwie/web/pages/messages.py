"""Messages: conversations beside the one that is open. Who takes part in one is who can read every line of it."""

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.responses import JSONResponse, Response

from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.conversations import rooms
from weetwie.domain.people.lookup import lookup_all
from weetwie.domain.people.search import search
from weetwie.domain.posts.publish import UnexpectedMentions
from weetwie.domain.relations.suggestions import suggestions
from weetwie.errors import Invalid, NotFound, Refusal, TooMany, _
from weetwie.flows import messages as flow
from weetwie.web import messages, reading
from weetwie.web.messages import Listed, Open
from weetwie.web.pages.write import uploaded
from weetwie.web.shown import Shown
from weetwie.web.view_models import Person
from weetwie.web.visit import Visit

_MOST_PEOPLE: Final = 20
_PROPOSED: Final = 6


async def show(visit: Visit) -> Response:
    """Beside the list stands the last conversation in which nothing is new: opening it would read it."""
    async with visit.site.database.reading() as db:
        listed = await messages.listed(visit, db)
        read = next((one for one in listed if not one.room.is_unread), None)
        opened = await messages.opened(visit, db, read.room.people, read.last.id) if read else None
        return await _page(visit, db, listed, opened, is_open=False)


async def show_room(visit: Visit) -> Response:
    """The conversation in which this post stands; it is read with that. A script asks for its lines alone."""
    viewer, post_id = visit.viewer, visit.request.path_params["id"]
    async with visit.site.database.transaction() as db:
        people = await rooms.room_of(db, viewer, post_id)
        await rooms.read(db, viewer, people)
        opened = await messages.opened(visit, db, people, post_id)
        if "lines" in visit.request.query_params:
            return visit.show("parts/open_lines.html", open=opened)
        return await _page(visit, db, await messages.listed(visit, db), opened)


async def write(visit: Visit) -> Response:
    """Goes on in a conversation."""
    given = dict(await visit.form())
    post_id = visit.request.path_params["id"]
    try:
        media_ids = await uploaded(visit)
        async with visit.site.database.transaction() as db:
            written = await flow.write(visit.context(db), post_id, _text(given), media_ids)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _refused(visit, _plainly(refusal), given, post_id)
    return visit.back(f"/messages/{written}#write")


async def act(visit: Visit) -> Response:
    await visit.form()
    async with visit.site.database.transaction() as db:
        people = await rooms.room_of(db, visit.viewer, visit.request.path_params["id"])
        if visit.request.path_params["verb"] != "unread":
            raise NotFound
        await rooms.unread(db, visit.viewer, people)
    return visit.go("/messages")


async def show_new(visit: Visit) -> Response:
    """`?to=` names people by their handles; where they have a conversation already, it goes on there."""
    given = {
        "to": visit.request.query_params.get("to", "")[:1000],
        "text": visit.request.query_params.get("text", "")[:5000],
    }
    async with visit.site.database.reading() as db:
        handles = [part.strip().removeprefix("@") for part in given["to"].split(",")]
        found = await lookup_all(db, visit.viewer, [one for one in handles if one][:_MOST_PEOPLE])
        people = [id for id in found.values() if id != visit.viewer.person_id]
        if people and (last := await rooms.said(db, visit.viewer, people, Page(1))):
            if not given["text"]:
                return visit.go(f"/messages/{last[0]}#write")
            begun = await messages.opened(visit, db, people, last[0])
            return await _page(visit, db, await messages.listed(visit, db), begun, draft=given)
        opened = await messages.opened(visit, db, people) if people else None
        return await _page(visit, db, await messages.listed(visit, db), opened, draft=given, is_new=True)


async def send(visit: Visit) -> Response:
    """Begins a conversation, or goes on in the one that these people have."""
    given = dict(await visit.form())
    try:
        media_ids = await uploaded(visit)
        async with visit.site.database.transaction() as db:
            people = await _meant(visit, db, given.get("to", ""))
            if not _text(given).strip() and not media_ids:
                raise Invalid(_("Write something first."), field="text")
            to = [(one.id, one.handle) for one in people]
            post_id = await flow.send(visit.context(db), to, _text(given), media_ids)
    except Refusal as refusal:
        return await _refused(visit, _plainly(refusal), given)
    return visit.go(f"/messages/{post_id}#write")


async def _refused(
    visit: Visit, refusal: Refusal, given: dict[str, str], post_id: int | None = None
) -> Response:
    """With all that was written."""
    status = 429 if isinstance(refusal, TooMany) else 422
    if visit.is_from_script:
        return JSONResponse({"error": visit.say(refusal.sentence, **refusal.values)}, status)
    async with visit.site.database.reading() as db:
        draft: dict[str, Shown] = {"to": "", **given, "text": _text(given), "error": refusal}
        opened = None
        if post_id is not None:
            opened = await messages.opened(visit, db, await rooms.room_of(db, visit.viewer, post_id), post_id)
        return await _page(
            visit, db, await messages.listed(visit, db), opened, status, draft=draft, is_new=opened is None
        )


def _text(given: dict[str, str]) -> str:
    return given.get("text", "").replace("\r\n", "\n")


def _plainly(refusal: Refusal) -> Refusal:
    """In a conversation, naming somebody else would let them read along."""
    if isinstance(refusal, UnexpectedMentions):
        return Invalid(
            _(
                "Someone you mention is not in this conversation. Remove the @ or start a new message with them."
            ),
            field="text",
        )
    return refusal


async def _meant(visit: Visit, db: Db, to: str) -> list[Person]:
    """The people that a To field means, by handle or by whole name. Raises Invalid."""
    parts = [part.strip() for part in to.split(",") if part.strip(" @")][:_MOST_PEOPLE]
    ids: dict[int, None] = {}
    handles = await lookup_all(db, visit.viewer, [part.removeprefix("@") for part in parts])
    for part in parts:
        found = handles.get(part.removeprefix("@").lower()) or await _named(visit, db, part)
        ids[found] = None
    people = await visit.site.presenter.cards(db, visit.viewer, ids)
    if not people:
        raise Invalid(_("Choose who you want to write to."), field="to")
    return [people[id] for id in ids if id in people]


async def _named(visit: Visit, db: Db, name: str) -> int:
    """The one who is called so; by part of the name too, where it is one person's alone."""
    found = await visit.site.presenter.people(
        db, visit.viewer, await search(db, visit.viewer, name, limit=_PROPOSED)
    )
    whole = [one for one in found if one.called.casefold() == name.casefold()]
    meant = whole or [one for one in found if name.casefold() in one.called.casefold()]
    if len(meant) == 1:
        return meant[0].id
    if not meant:
        raise Invalid(_("No one found by the name “{name}”."), field="to", name=name)
    handles = ", ".join(f"{one.called} (@{one.handle})" for one in meant)
    raise Invalid(
        _("Several people are called “{name}”: {people}. Use the name after the @."),
        field="to",
        name=name,
        people=handles,
    )


async def _page(
    visit: Visit,
    db: Db,
    listed: Sequence[Listed],
    opened: Open | None,
    status: int = 200,
    *,
    is_open: bool = True,
    is_new: bool = False,
    draft: Mapping[str, Shown] | None = None,
) -> Response:
    """`is_open`: on a phone the conversation is shown, else the list."""
    proposed: list[Person] = []
    if is_new and opened is None:
        wanted = [one.person_id for one in await suggestions(db, visit.viewer, _PROPOSED)]
        recent = [id for one in listed if len(one.room.people) == 1 for id in one.room.people]
        proposed = await visit.site.presenter.people(
            db, visit.viewer, list(dict.fromkeys([*recent, *wanted]))[:_PROPOSED]
        )
    said: dict[str, Shown] = {"to": "", "text": "", "error": None}
    said.update(draft or {})
    more = listed[-1].last.id if len(listed) == messages.LISTED else 0
    return await reading.show(
        visit,
        db,
        "messages.html",
        status,
        listed=listed,
        open=opened,
        is_open=is_open,
        is_new=is_new,
        proposed=proposed,
        words=visit.request.query_params.get("q", "")[:100],
        draft=said,
        older=reading.older(visit, more),
    )
