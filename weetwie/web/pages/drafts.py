"""What stands in the box: the draft that a form means, the audiences it may be for, and all of it once more when it comes back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from weetwie.access import permissions
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.posts.rules import Draft
from weetwie.domain.scheduled import scheduled
from weetwie.domain.scheduled.scheduled import Scheduled
from weetwie.errors import Invalid, _
from weetwie.runtime import clock
from weetwie.text.signs import whole_number
from weetwie.web.visit import Visit

AUDIENCES: Final[dict[str, dict[str, Any]]] = {
    "colleagues": {"ring": Ring.colleagues, "visibility": Visibility.public},
    "network": {"ring": Ring.network, "visibility": Visibility.public},
    "world": {"ring": Ring.world, "visibility": Visibility.public},
    "followers": {"visibility": Visibility.private},
    "direct": {"visibility": Visibility.direct},
}
"""In the words of the composer; anything else is left to what one prefers."""
NO_TIME: Final = _("Choose a time from the calendar, or write it like this: 2026-12-31 09:00")
_EMPTY: Final[dict[str, Any]] = {
    "text": "",
    "warning": "",
    "audience": "",
    "language": "",
    "options": (),
    "lasts": "",
    "is_multiple": False,
    "media_ids": (),
    "at": "",
    "scheduled": "",
    "error": None,
}
"""A box in which nothing stands yet. `at` is a time in UTC, `scheduled` the number of what waits and is written anew."""


def draft_of(given: Mapping[str, str], *, media_ids: Sequence[int] = (), has_poll: bool = False) -> Draft:
    return Draft(
        text=given.get("text", "").replace("\r\n", "\n"),
        warning=given.get("warning", "").strip(),
        language=given.get("language") or None,
        reply_to_id=form_id(given.get("reply_to", "")),
        quote_of_id=form_id(given.get("quote_of", "")),
        media_ids=media_ids,
        has_poll=has_poll,
        **AUDIENCES.get(given.get("audience", ""), {}),
    )


def begun(**said: Any) -> dict[str, Any]:
    """A box in which this stands and nothing else."""
    return _EMPTY | said


def returned(visit: Visit, given: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """All that was in the form, as it was sent."""
    try:
        at = _shown(later(given))
    except Invalid:
        at = ""
    box = {"options": visit.several.get("option", []), "is_multiple": "is_multiple" in given, "at": at}
    return {**_EMPTY, **given, **box, **more}


def waiting(post: Scheduled) -> dict[str, Any]:
    """What waits for its time, as it stood in the form."""
    draft, ballot = post.written["draft"], post.written.get("ballot") or {}
    said = {name: draft.get(name) for name in ("ring", "visibility")}
    chosen = (name for name, choice in AUDIENCES.items() if all(said[key] == choice.get(key) for key in said))
    return begun(
        text=draft.get("text", ""),
        warning=draft.get("warning", ""),
        audience=next(chosen, ""),
        language=draft.get("language") or "",
        quote_of=str(draft.get("quote_of_id") or ""),
        options=ballot.get("options", []),
        lasts=str(ballot.get("lasts") or ""),
        is_multiple=ballot.get("is_multiple", False),
        media_ids=post.media_ids,
        at=_shown(post.at),
        scheduled=str(post.id),
    )


def _shown(at: datetime | None) -> str:
    """As a field for a time has it."""
    return at.strftime("%Y-%m-%dT%H:%M") if at else ""


async def asked(visit: Visit, db: Db) -> dict[str, Any] | None:
    """What the address asks to write anew. Raises NotFound for what is not one's own, or is there no more."""
    if not (id := visit.request.query_params.get("scheduled", "")):
        return None
    return waiting(await scheduled.single(db, visit.viewer, form_id(id) or 0))


async def with_files(visit: Visit, db: Db, draft: Mapping[str, Any]) -> dict[str, Any]:
    """With the files that came with it before, to be looked at."""
    files = await visit.site.presenter.files(db, visit.viewer, draft["media_ids"])
    return {**draft, "files": files}


def choices(viewer: Viewer) -> list[str]:
    """The audiences that this person may write for."""
    now, widest = clock.now(), viewer.policy.widest_ring
    rings = [ring for ring in Ring if ring <= widest and permissions.write_for(viewer, ring, now)]
    return [*([] if viewer.is_limited else [ring.name for ring in rings]), "followers", "direct"]


def form_id(text: str) -> int | None:
    """Raises Invalid for what no form of ours has sent."""
    number = whole_number(text)
    if text and number is None:
        raise Invalid(_("This page has changed. Reload it and try again."))
    return number


def media_of(visit: Visit) -> list[int]:
    """Files that were uploaded before and stay. Raises Invalid."""
    return [id for id in map(form_id, visit.several.get("media", [])) if id is not None]


def later(given: Mapping[str, str]) -> datetime | None:
    """When it is to be published; the minutes by which the reader's clock differs come with it. Raises Invalid."""
    text = given.get("at", "").strip()
    if not text:
        return None
    try:
        off = timedelta(minutes=int(given.get("minutes_off") or 0))
        return datetime.fromisoformat(text).replace(tzinfo=UTC) + off
    except (ValueError, OverflowError) as error:
        raise Invalid(NO_TIME) from error
