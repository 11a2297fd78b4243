"""Publish what was written: at once or later; whatever is refused comes back with all that was written and the reason."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from starlette.responses import JSONResponse, Response

from weetwie.database.paging import Page
from weetwie.domain.media import upload
from weetwie.domain.polls.rules import Ballot
from weetwie.domain.posts.rules import Draft
from weetwie.domain.scheduled import scheduled
from weetwie.errors import Invalid, NotFound, Refusal, TooMany, Unavailable, _
from weetwie.flows import publish as publishing
from weetwie.text.text import is_question, language_of
from weetwie.web import reading
from weetwie.web.items import items
from weetwie.web.pages import audience, home, post
from weetwie.web.pages.drafts import draft_of, form_id, form_of
from weetwie.web.pages.who_knows import before_asking
from weetwie.web.visit import Visit, local

_ENOUGH_TO_TELL: Final = 20
_NO_TIME: Final = _("Choose a time from the calendar, or write it like this: 2026-12-31 09:00")


async def publish(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    given = dict(await visit.form())
    reply_to = form_id(given.get("reply_to", ""))
    if (panel := await _before_asking(visit, given)) is not None:
        return panel
    try:
        at = _later(given)
        media_ids = await uploaded(visit)
        async with visit.site.database.transaction() as db:
            sent = await audience.addressed(visit, db, given)
            context, (written, ballot) = visit.context(db), _draft(visit, sent, media_ids)
            do = partial(publishing.schedule, at=at) if at else publishing.publish
            post_id = await do(context, written, ballot)
    except Refusal as refusal:
        status = 429 if isinstance(refusal, TooMany) else 422
        if visit.is_from_script:
            return JSONResponse({"error": visit.say(refusal.sentence, **refusal.values)}, status)
        async with visit.site.database.reading() as db:
            draft = {"text": "", "warning": "", "audience": "", **given, "error": refusal}
            if reply_to is not None:
                return await post.page(visit, db, reply_to, status, **draft)
            return await home.page(visit, db, status, **draft)
    if at:
        return visit.back("/scheduled") if visit.is_from_script else visit.go("/scheduled")
    return await _rendered(visit, post_id) if visit.is_from_script else visit.back()


async def _before_asking(visit: Visit, given: Mapping[str, str]) -> Response | None:
    """Without a script, what the panel of the box would have said is shown once before a question is posted."""
    asks = is_question(given.get("text", "")) and given.get("audience") != "direct"
    has_more = visit.files.get("file") or any(visit.several.get("option", [])) or given.get("reply_to")
    if visit.is_from_script or "anyway" in given or not asks or has_more:
        return None
    async with visit.site.database.reading() as db:
        found = await before_asking(visit, db, given["text"].strip())
        if not found["answered"] and not found["found"]:
            return None
        fields = [(name, value) for name, value in given.items() if name != "form" and value]
        return await reading.show(
            visit,
            db,
            "before_you_ask.html",
            given=fields,
            question_text=given["text"].strip(),
            next=local(visit.request.query_params.get("next")),
            with_ask=False,
            **found,
        )


async def again(visit: Visit) -> Response:
    """What was written, to go on with it."""
    reading.check_signed_in(visit)
    given = dict(await visit.form())
    async with visit.site.database.reading() as db:
        return await home.page(
            visit, db, 200, **{"text": "", "warning": "", "audience": "", **given, "error": None}
        )


def _draft(visit: Visit, given: Mapping[str, str], media_ids: Sequence[int]) -> tuple[Draft, Ballot | None]:
    options = [option.strip() for option in visit.several.get("option", []) if option.strip()]
    draft = draft_of(given, media_ids=media_ids, has_poll=bool(options))
    if not options:
        return draft, None
    lasts = form_id(given.get("lasts", "")) or 86_400
    return draft, Ballot(options=options, lasts=lasts, is_multiple="is_multiple" in given)


def _later(given: dict[str, str]) -> datetime | None:
    """When it is to be published; the minutes by which the reader's clock differs come with it. Raises Invalid."""
    text = given.get("at", "").strip()
    if not text:
        return None
    try:
        off = timedelta(minutes=int(given.get("minutes_off") or 0))
        return datetime.fromisoformat(text).replace(tzinfo=UTC) + off
    except (ValueError, OverflowError) as error:
        raise Invalid(_NO_TIME) from error


async def uploaded(visit: Visit) -> list[int]:
    files = visit.files.get("file", [])
    if not files:
        return []
    if visit.site.store is None:
        raise Unavailable
    described = visit.several.get("description", [])
    ids = []
    for place, file in enumerate(files):
        visit.count("media")
        async with visit.site.database.transaction() as db:
            media_id = await upload.number(db, visit.viewer)
        description = described[place] if place < len(described) else ""
        prepared = await upload.prepare(visit.site.store, media_id, file, description=description)
        async with visit.site.database.transaction() as db:
            ids.append(await upload.upload(db, visit.viewer, prepared))
    return ids


async def _rendered(visit: Visit, post_id: int) -> Response:
    """The new post, as it stands in a timeline."""
    async with visit.site.database.reading() as db:
        shown = await visit.site.presenter.post(db, visit.viewer, post_id)
        (item,) = await items(visit, db, [shown])
    return visit.show("parts/one_post.html", one=item)


async def show_who_sees(visit: Visit) -> Response:
    """Who would see what is being written, as it stands now; and whether one cannot tell its language."""
    reading.check_signed_in(visit)
    given = await visit.form()
    written = given.get("text", "")
    async with visit.site.database.reading() as db:
        state = await audience.now(visit, db, given)
    is_unsure = len(written) > _ENOUGH_TO_TELL and language_of(written) is None
    return JSONResponse({**state, "is_unsure": is_unsure})


async def show_scheduled(visit: Visit) -> Response:
    """What waits for its time, and what was refused when its time had come."""
    reading.check_signed_in(visit)
    async with visit.site.database.reading() as db:
        waiting = await scheduled.waiting(db, visit.viewer, Page(200))
        return await reading.show(
            visit, db, "scheduled.html", waiting=sorted(waiting, key=lambda one: one.at)
        )


async def on_scheduled(visit: Visit) -> Response:
    """Another time, or taken back: then its words stand in the composer again."""
    reading.check_signed_in(visit)
    given = dict(await visit.form())
    verb, id = visit.request.path_params["verb"], visit.request.path_params["id"]
    async with visit.site.database.transaction() as db:
        match verb:
            case "move":
                at = _later(given)
                if at is None:
                    raise Invalid(_NO_TIME)
                await publishing.move(visit.context(db), id, at)
                return visit.go("/scheduled")
            case "take_back":
                put_aside = (await publishing.take_back(visit.context(db), id)).written["draft"]
                if reply_to := put_aside.get("reply_to_id"):
                    return await post.page(visit, db, reply_to, 200, **form_of(put_aside))
                return await home.page(visit, db, 200, **form_of(put_aside))
            case _other:
                raise NotFound
