"""A post from beyond somebody's circle: chosen for them by what they see, shown once, with the reason in words."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

import msgspec

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.beyond import posts, rules
from weetwie.domain.beyond.choice import how_often, is_chosen, is_due
from weetwie.domain.beyond.interests import interests
from weetwie.domain.beyond.posts import Shown
from weetwie.domain.beyond.rules import NEW_A_DAY, BeyondCandidate, HowOften
from weetwie.domain.knowledge import topic_rules, words
from weetwie.errors import NotFound, _
from weetwie.runtime import clock
from weetwie.text.language import translate
from weetwie.views import posts as seen_posts, texts as seen_words
from weetwie.views.posts import SeenPost
from weetwie.views.texts import Words

LIST_ID: Final = 100
"""As which apps read it that know of lists alone; lists of people have far longer numbers."""
LIST_TITLE: Final = _("Beyond your circle")
_A_DAY: Final = timedelta(days=1)
_ABOUT: Final = {
    "follows": _("About {topic}, which you follow"),
    "knows": _("About {topic}, which you know about"),
    "learning": _("About {topic}, which you want to learn"),
}
_FROM_ABOUT: Final = {
    "follows": _("From {unit}, about {topic}, which you follow"),
    "knows": _("From {unit}, about {topic}, which you know about"),
    "learning": _("From {unit}, about {topic}, which you want to learn"),
}


class BeyondPost(msgspec.Struct, frozen=True):
    post: SeenPost
    reason: Shown


async def is_turn(db: Db, viewer: Viewer) -> bool:
    """Counts a reading of home, and says whether it is one with a post from beyond."""
    return _reads(viewer) and await is_due(db, viewer)


async def for_home(db: Db, viewer: Viewer) -> BeyondPost | None:
    """Whose turn it is counts as shown."""
    candidate = await find(db, viewer)
    if candidate is None:
        return None
    await posts.show(db, viewer, candidate)
    seen = await seen_posts.posts(db, viewer, [candidate.post_id])
    return next((BeyondPost(one, reason(candidate)) for one in seen), None)


async def timeline(db: Db, viewer: Viewer, page: Page) -> list[BeyondPost]:
    """What they were shown within 90 days; its beginning brings new ones, as many a day as they want."""
    if _reads(viewer) and page == Page(page.limit):
        room = NEW_A_DAY.get(await how_often(db, viewer), 0) - await posts.shown_since(
            db, viewer, clock.now() - _A_DAY
        )
        for _number in range(room):
            candidate = await find(db, viewer)
            if candidate is None:
                break
            await posts.show(db, viewer, candidate)
    found = await posts.shown(db, viewer, page)
    why = await posts.why(db, viewer, [one.post_id for one in found])
    return [BeyondPost(one, why[one.post_id]) for one in found if one.post_id in why]


async def is_on(db: Db, viewer: Viewer) -> bool:
    return viewer.is_person and await how_often(db, viewer) is not HowOften.off


async def is_listed(db: Db, viewer: Viewer) -> bool:
    """Among the lists that apps show. Programs find the lists that were made, and no other, until somebody chooses this one."""
    return viewer.is_person and await is_chosen(db, viewer)


async def check_on(db: Db, viewer: Viewer) -> None:
    """Raises NotFound where it is switched off."""
    if not await is_on(db, viewer):
        raise NotFound


async def find(db: Db, viewer: Viewer) -> BeyondCandidate | None:
    """Whose turn it is, of what the viewer sees; nothing is written down."""
    candidates = {one.post_id: one for one in await posts.candidates(db, viewer)}
    seen = await seen_posts.posts(db, viewer, list(candidates))
    cared = [(name, bond, topic_rules.signature(name)) for name, bond in await interests(db, viewer)]
    media = {one.post_id for one in seen if one.has_media}
    good = []
    for said in await seen_words.words(db, seen):
        candidate = candidates[said.id]
        terms = _terms(said) if cared else ()
        about = next(
            (
                (name, bond)
                for name, bond, places in cared
                if places and all(any(term in terms for term in place) for place in places)
            ),
            ("", ""),
        )
        candidate = msgspec.structs.replace(candidate, topic=about[0], bond=about[1])
        if rules.is_good(
            len(said.text), has_media=said.id in media, is_question=said.is_question, candidate=candidate
        ):
            good.append(candidate)
    return rules.pick(viewer.person_id, good, await posts.given(db, viewer))


def _terms(said: Words) -> Collection[int]:
    return words.read(said.text, said.language, [name for _key, name in said.tags]).terms


async def shown(db: Db, viewer: Viewer, candidate: BeyondCandidate) -> None:
    """It was read elsewhere, as in an email."""
    await posts.show(db, viewer, candidate)


def in_words(why: Shown, language: str) -> str:
    """Why somebody is shown this."""
    topic = f"“{why.topic}”" if " " in why.topic else why.topic
    if why.unit and why.topic:
        return translate(_FROM_ABOUT[why.bond], language, unit=why.unit, topic=topic)
    if why.topic:
        return translate(_ABOUT[why.bond], language, topic=topic)
    if why.unit:
        return translate(_("From {unit}"), language, unit=why.unit)
    return translate(_("From someone you don't follow"), language)


def reason(candidate: BeyondCandidate) -> Shown:
    return Shown(candidate.topic, candidate.bond, candidate.unit)


def _reads(viewer: Viewer) -> bool:
    return bool(viewer.is_person and permissions.act(viewer, clock.now()))
