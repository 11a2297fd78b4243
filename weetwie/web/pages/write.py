"""Publish what was written: at once or later; whatever is refused comes back with all that was written and the reason."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from weetwie.access.enums import Visibility
from weetwie.context import Context
from weetwie.database.paging import Page
from weetwie.domain.media import upload
from weetwie.domain.polls.rules import Ballot
from weetwie.domain.posts.rules import Draft
from weetwie.domain.questions.begin import ChosenPeople
from weetwie.domain.scheduled import scheduled
from weetwie.errors import Invalid, NotFound, Refusal, TooMany, Unavailable, _
from weetwie.flows import publish as publishing
from weetwie.text.text import is_question, language_of
from weetwie.web import reading
from weetwie.web.items import items
from weetwie.web.pages import audience, home, post
from weetwie.web.pages.drafts import NO_TIME, draft_of, form_id, later, media_of, returned
from weetwie.web.pages.while_typing import before_asking
from weetwie.web.visit import Visit, local

_ENOUGH_TO_TELL: Final = 20


async def publish(visit: Visit) -> Response:
    given = dict(await visit.form())
    media_ids = media_of(visit)
    if (panel := await _before_asking(visit, given)) is not None:
        return panel
    try:
        at = later(given)
        media_ids += await uploaded(visit)
        async with visit.site.database.transaction() as db:
            sent = await audience.addressed(visit, db, given)
            draft, ballot = _draft(visit, sent, media_ids)
            do = _deed(form_id(given.get("scheduled", "")), at, _asking(visit, draft))
            post_id = await do(visit.context(db), draft, ballot)
    except Refusal as refusal:
        return await _refused(visit, refusal, returned(visit, given, media_ids=media_ids, error=refusal))
    if at:
        return visit.back("/scheduled") if visit.is_from_script else visit.go("/scheduled")
    return await _rendered(visit, post_id) if visit.is_from_script else visit.back()


def _deed(
    waiting: int | None, at: datetime | None, asking: ChosenPeople | None
) -> Callable[..., Awaitable[int]]:
    """At once or later, perhaps instead of what waits already; at once a question may go to its people."""
    if waiting is not None:
        return partial(_instead, waiting, at)
    return partial(publishing.schedule, at=at) if at else partial(publishing.publish, asking=asking)


def _asking(visit: Visit, draft: Draft) -> ChosenPeople | None:
    """Whom one wants to be asked, and whom not; None where nobody is to be."""
    is_open = draft.visibility in (None, Visibility.public, Visibility.unlisted)
    if "asks" not in visit.several or not is_open or draft.reply_to_id or not is_question(draft.text):
        return None
    chosen, without = (
        [id for one in visit.several.get(name, []) if (id := form_id(one))]
        for name in ("ask_them", "ask_without")
    )
    return ChosenPeople(chosen, without)


async def _instead(
    waiting: int, at: datetime | None, context: Context, draft: Draft, ballot: Ballot | None
) -> int:
    try:
        return await publishing.instead(context, waiting, draft, ballot, at)
    except NotFound as gone:
        raise Invalid(_("This post is no longer scheduled. It may have been posted.")) from gone


async def _refused(visit: Visit, refusal: Refusal, draft: dict[str, Any]) -> Response:
    """With all that was written, on the page where it was written."""
    status = 429 if isinstance(refusal, TooMany) else 422
    if visit.is_from_script:
        return JSONResponse({"error": visit.say(refusal.sentence, **refusal.values)}, status)
    async with visit.site.database.reading() as db:
        if reply_to := form_id(draft.get("reply_to", "")):
            return await post.page(visit, db, reply_to, status, **draft)
        return await home.page(visit, db, status, **draft)


async def _before_asking(visit: Visit, given: Mapping[str, str]) -> Response | None:
    """Without a script, what the panel of the box would have said is shown once before a question is posted."""
    asks = is_question(given.get("text", "")) and given.get("audience") != "direct"
    has_files = visit.files.get("file") or visit.several.get("media")
    has_more = has_files or any(visit.several.get("option", [])) or given.get("reply_to")
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
            may_ask=given.get("audience") != "followers",
            **found,
        )


async def again(visit: Visit) -> Response:
    """What was written, to go on with it."""
    given = dict(await visit.form())
    async with visit.site.database.reading() as db:
        return await home.page(visit, db, 200, **returned(visit, given))


def _draft(visit: Visit, given: Mapping[str, str], media_ids: Sequence[int]) -> tuple[Draft, Ballot | None]:
    options = [option.strip() for option in visit.several.get("option", []) if option.strip()]
    draft = draft_of(given, media_ids=media_ids, has_poll=bool(options))
    if not options:
        return draft, None
    lasts = form_id(given.get("lasts", "")) or 86_400
    return draft, Ballot(options=options, lasts=lasts, is_multiple="is_multiple" in given)


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
    given = await visit.form()
    written = given.get("text", "")
    async with visit.site.database.reading() as db:
        state = await audience.now(visit, db, given)
    is_unsure = len(written) > _ENOUGH_TO_TELL and language_of(written) is None
    return JSONResponse({**state, "is_unsure": is_unsure})


async def show_scheduled(visit: Visit) -> Response:
    """What waits for its time, and what was refused when its time had come."""
    async with visit.site.database.reading() as db:
        waiting = sorted(await scheduled.waiting(db, visit.viewer, Page(200)), key=lambda one: one.at)
        return await reading.show(visit, db, "scheduled.html", waiting=waiting)


async def on_scheduled(visit: Visit) -> Response:
    """Another time, or not at all."""
    given = dict(await visit.form())
    verb, id = visit.request.path_params["verb"], visit.request.path_params["id"]
    async with visit.site.database.transaction() as db:
        match verb:
            case "move":
                at = later(given)
                if at is None:
                    raise Invalid(NO_TIME)
                await publishing.move(visit.context(db), id, at)
            case "delete":
                await publishing.take_back(visit.context(db), id)
            case _other:
                raise NotFound
    return visit.go("/scheduled")
