"""When, how often and about what one wants to be asked; which topics no more, and who was named for what."""

from datetime import date, time
from typing import Final
from zoneinfo import available_timezones

from starlette.responses import Response

from weetwie.access.enums import Standing
from weetwie.database.pool import Db
from weetwie.domain.knowledge import subject
from weetwie.domain.questions import preferences, respond
from weetwie.domain.questions.preferences import Preferences
from weetwie.errors import Invalid, NotFound, Refusal, _
from weetwie.text.signs import whole_number
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

_REGIONS: Final = (
    "Europe/",
    "America/",
    "Asia/",
    "Africa/",
    "Australia/",
    "Atlantic/",
    "Pacific/",
    "Indian/",
)
ZONES: Final = sorted(name for name in available_timezones() if name.startswith(_REGIONS) or name == "UTC")


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def save(visit: Visit) -> Response:
    given = dict(await visit.form())
    try:
        async with visit.site.database.transaction() as db:
            wanted = _read(given)
            terms = [term for topic in wanted.topics for term in subject.terms(topic)]
            await preferences.choose(db, visit.viewer, wanted, list(dict.fromkeys(terms)))
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, given=given)
    return visit.go("/settings/questions?saved=1")


async def act(visit: Visit) -> Response:
    """A topic may be asked about again; that somebody was named counts no more."""
    await visit.form()
    id = visit.request.path_params["id"]
    async with visit.site.database.transaction() as db:
        match visit.request.path_params["verb"]:
            case "allow":
                await respond.allow(db, visit.viewer, id)
            case "forget":
                await respond.forget_pointer(db, visit.viewer, id)
            case _other:
                raise NotFound
    return visit.go("/settings/questions#topics")


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    own = await preferences.preferences(db, visit.viewer)
    pointers = await respond.pointers(db, visit.viewer)
    ids = {id for one in pointers for id in (one.by_id, one.to_id) if id is not None}
    people = {one.id: one for one in await visit.site.presenter.people(db, visit.viewer, ids)}
    return await reading.show(
        visit,
        db,
        "settings_questions.html",
        status,
        own=own,
        is_asked=own.is_asked_by(visit.viewer.standing or Standing.member),
        begins=_clock(own.begins),
        ends=_clock(own.ends),
        this_week=await preferences.this_week(db, visit.viewer),
        refused=await respond.refused(db, visit.viewer),
        pointers=[(one, people.get(one.by_id or 0), people.get(one.to_id)) for one in pointers],
        zones=ZONES,
        is_saved="saved" in visit.request.query_params,
        **{"given": None, **more},
    )


def _read(given: dict[str, str]) -> Preferences:
    """Raises Invalid."""
    return Preferences(
        is_asked="is_asked" in given,
        away_until=_day(given.get("away_until", "").strip()),
        most_a_week=whole_number(given.get("most_a_week", "").strip(), 3) or 0,
        time_zone=given.get("time_zone", "").strip(),
        begins=_minutes(given.get("begins", "").strip()),
        ends=_minutes(given.get("ends", "").strip()),
        asks_at_once="asks_at_once" in given,
        topics=[one.strip() for one in given.get("topics", "").replace("\n", ",").split(",") if one.strip()],
    )


def _day(text: str) -> date | None:
    """Raises Invalid."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(_("Write the date like this: 2026-06-30"), field="away_until") from None


def _minutes(text: str) -> int | None:
    """Raises Invalid."""
    try:
        at = time.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(_("Choose when your hours begin and when they end."), field="begins") from None
    return None if at is None else at.hour * 60 + at.minute


def _clock(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"
