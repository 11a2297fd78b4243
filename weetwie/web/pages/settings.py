"""What one says of oneself, and how one likes to write."""

from typing import Any

from starlette.responses import Response

from weetwie.access.enums import QuotePolicy, Ring, Visibility
from weetwie.database.pool import Db
from weetwie.domain.media import faces
from weetwie.domain.people.preferences import preferences
from weetwie.domain.people.profile import change
from weetwie.domain.people.rules import MOST_FIELDS, Changes, Field
from weetwie.errors import Refusal, Unavailable
from weetwie.text import language
from weetwie.views import people as seen_people
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def save(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    given = await visit.form()
    try:
        async with visit.site.database.transaction() as db:
            await change(db, visit.viewer, visit.viewer.person_id, await _changes(visit, db, dict(given)))
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, given=given)
    return visit.go("/settings?saved=1")


async def _page(visit: Visit, db: Db, status: int = 200, **more: Any) -> Response:
    seen = await seen_people.person(db, visit.viewer, visit.viewer.person_id)
    (profile,) = await seen_people.profiles(db, [seen])
    return await reading.show(
        visit,
        db,
        "settings.html",
        status,
        profile=profile,
        likes=await preferences(db, visit.viewer),
        rings=[ring for ring in Ring if ring <= visit.viewer.policy.widest_ring],
        languages=language.languages(),
        most_fields=MOST_FIELDS,
        is_saved="saved" in visit.request.query_params,
        **{"given": None, **more},
    )


async def _changes(visit: Visit, db: Db, given: dict[str, str]) -> Changes:
    """Raises Invalid."""
    names, values = visit.several.get("field_name", []), visit.several.get("field_value", [])
    changes: dict[str, Any] = {
        "name": given.get("name", ""),
        "bio": given.get("bio", ""),
        "pronouns": given.get("pronouns", ""),
        "languages": given.get("languages", "").replace(",", " ").split(),
        "fields": [Field(name, value) for name, value in zip(names, values, strict=False) if name or value],
        "is_locked": "is_locked" in given,
        "is_discoverable": "is_discoverable" in given,
        "hides_follows": "hides_follows" in given,
        "profile_ring": Ring(_choice(given.get("profile_ring"), len(Ring))),
        "default_visibility": Visibility(_choice(given.get("default_visibility"), len(Visibility))),
        "default_quote_policy": QuotePolicy(_choice(given.get("default_quote_policy"), len(QuotePolicy))),
        "default_language": given.get("default_language") or None,
        "pages_language": given.get("pages_language") or None,
        "theme": given.get("theme", ""),
    }
    ring = given.get("default_ring", "")
    changes["default_ring"] = Ring(_choice(ring, len(Ring))) if ring else None
    for field in ("face", "header"):
        for file in visit.files.get(field, [])[:1]:
            if visit.site.store is None:
                raise Unavailable
            kind: Any = field
            changes[field] = await faces.put(
                db, visit.viewer, visit.site.store, visit.viewer.person_id, kind, file
            )
    return Changes(**changes)


def _choice(text: str | None, among: int) -> int:
    """The first where nothing sensible was chosen."""
    return int(text) if text and text.isascii() and text.isdigit() and int(text) < among else 0
