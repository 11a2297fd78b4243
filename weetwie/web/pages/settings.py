"""What one says of oneself, how the pages look, who sees what: three pages that each save what they show."""

from collections.abc import Callable

import msgspec
from starlette.responses import Response

from weetwie.access import profile_words
from weetwie.access.enums import QuotePolicy, Ring, Visibility
from weetwie.database.pool import Db
from weetwie.domain.knowledge import topics
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.media.upload import UploadedFile
from weetwie.domain.people.census import census
from weetwie.domain.people.preferences import preferences
from weetwie.domain.people.rules import MOST_FIELDS, Changes, Field
from weetwie.errors import Refusal
from weetwie.flows import profile as flow
from weetwie.text import language
from weetwie.views import people as seen_people
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

Read = Callable[[Visit, dict[str, str]], Changes]


async def show(visit: Visit) -> Response:
    return await _show(visit, "settings.html")


async def save(visit: Visit) -> Response:
    return await _save(visit, "settings.html", _profile)


async def show_appearance(visit: Visit) -> Response:
    return await _show(visit, "settings_appearance.html")


async def save_appearance(visit: Visit) -> Response:
    return await _save(visit, "settings_appearance.html", _appearance)


async def show_privacy(visit: Visit) -> Response:
    return await _show(visit, "settings_privacy.html")


async def save_privacy(visit: Visit) -> Response:
    return await _save(visit, "settings_privacy.html", _privacy)


async def _show(visit: Visit, template: str) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db, template)


async def _save(visit: Visit, template: str, read: Read) -> Response:
    given = dict(await visit.form())
    try:
        async with visit.site.database.transaction() as db:
            changes, face, header = read(visit, given), _file(visit, "face"), _file(visit, "header")
            await flow.change(visit.context(db), changes, face=face, header=header)
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, template, 422, error=refusal, given=given)
    return visit.go(f"{visit.request.url.path}?saved=1")


async def _page(visit: Visit, db: Db, template: str, status: int = 200, /, **more: Shown) -> Response:
    seen = await seen_people.person(db, visit.viewer, visit.viewer.person_id)
    (profile,) = await seen_people.profiles(db, [seen])
    own = await topics.own(db, visit.viewer)
    return await reading.show(
        visit,
        db,
        template,
        status,
        profile=profile,
        words=profile_words.OWN,
        likes=await preferences(db, visit.viewer),
        rings=[ring for ring in Ring if ring <= visit.viewer.policy.widest_ring],
        count=await census(db, visit.viewer),
        knows=[one.name for one in own if one.choice is TopicChoice.knows],
        languages=language.languages(),
        most_fields=MOST_FIELDS,
        is_saved="saved" in visit.request.query_params,
        **{"given": None, **more},
    )


def _profile(visit: Visit, given: dict[str, str]) -> Changes:
    names, values = visit.several.get("field_name", []), visit.several.get("field_value", [])
    changes = Changes(
        name=given.get("name", ""),
        bio=given.get("bio", ""),
        languages=_languages(visit.several.get("languages", [])),
        fields=[Field(name, value) for name, value in zip(names, values, strict=False) if name or value],
    )
    words = {word.name: given.get(word.name, "") for word in profile_words.OWN}
    return msgspec.structs.replace(changes, **words)


def _languages(given: list[str]) -> list[str]:
    """From one field with several codes, or from several fields."""
    return list(dict.fromkeys(" ".join(given).replace(",", " ").split()))


def _file(visit: Visit, field: str) -> UploadedFile | None:
    return next(iter(visit.files.get(field, [])), None)


def _appearance(visit: Visit, given: dict[str, str]) -> Changes:
    return Changes(
        theme=given.get("theme", ""),
        density=given.get("density", ""),
        pages_language=given.get("pages_language") or None,
        has_single_keys="has_single_keys" in given,
    )


def _privacy(visit: Visit, given: dict[str, str]) -> Changes:
    ring = given.get("default_ring", "")
    return Changes(
        is_locked="is_locked" in given,
        is_discoverable="is_discoverable" in given,
        hides_follows="hides_follows" in given,
        profile_ring=Ring(_choice(given.get("profile_ring"), len(Ring))),
        default_ring=Ring(_choice(ring, len(Ring))) if ring else None,
        default_visibility=Visibility(_choice(given.get("default_visibility"), len(Visibility))),
        default_quote_policy=QuotePolicy(_choice(given.get("default_quote_policy"), len(QuotePolicy))),
        default_language=given.get("default_language") or None,
    )


def _choice(text: str | None, among: int) -> int:
    """The first where nothing sensible was chosen."""
    return int(text) if text and text.isascii() and text.isdigit() and int(text) < among else 0
