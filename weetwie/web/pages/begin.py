"""The first minutes of somebody new, in four steps, each of which may be left out: who one is, what one knows and would
like to learn, whom to follow, and an introduction that stands ready to be posted."""

from collections.abc import Sequence
from itertools import chain
from typing import Final

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.knowledge import delicate, inferred, topics
from weetwie.domain.knowledge.topic_rules import SHOWN, TopicChoice, key_of, tidy
from weetwie.domain.passages import choices as passages
from weetwie.domain.people.rules import Changes
from weetwie.domain.timelines import trends
from weetwie.errors import Invalid, NotFound, Refusal, _
from weetwie.flows import begin, profile
from weetwie.text.signs import bare_address, whole_number
from weetwie.views import people as seen_people, tags as seen_tags
from weetwie.web import first_people, reading
from weetwie.web.pages import address
from weetwie.web.pages.drafts import choices, draft_of
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

STEPS: Final = ("you", "topics", "people", "hello")
_MOST_TOPICS, _MOST_CHOSEN, _OFFERED = 10, 50, 18
_HELLO: Final = _("Hello, I'm {name}.")
_I_WORK: Final = _("I work in {unit}.")
_I_KNOW: Final = _("Ask me about {topics}.")
_I_LEARN: Final = _("I'd like to learn about {topics}.")


async def show(visit: Visit) -> Response:
    step = visit.request.path_params.get("step", STEPS[0])
    if step not in STEPS:
        raise NotFound
    async with visit.site.database.reading() as db:
        return await _page(visit, db, step)


async def _page(visit: Visit, db: Db, step: str, status: int = 200, /, **more: Shown) -> Response:
    shown: dict[str, Shown] = {
        "topics": {"knows": [], "learns": []},
        "said": [],
        "wishes": [],
        "offered": [],
        "left": [],
        "unit": "",
        "mates": 0,
        "together": [],
        "others": [],
        "given": {},
        "bio": "",
        "text": "",
        "choices": [],
        "written_elsewhere": 0,
    }
    if step == "you":
        seen = await seen_people.person(db, visit.viewer, visit.viewer.person_id)
        (mine,) = await seen_people.profiles(db, [seen])
        shown["bio"] = mine.bio
    if step == "topics":
        shown["topics"] = await _offered(visit, db)
        shown["written_elsewhere"] = await passages.number(db, visit.viewer)
        shown["said"] = [one for one in await topics.own(db, visit.viewer) if one.choice in SHOWN]
    if step == "people":
        shown |= await first_people.of(visit, db)
    if step == "hello":
        shown["text"] = await _introduction(visit, db)
        shown["choices"] = [one for one in choices(visit.viewer) if one in ("colleagues", "network")]
    return await reading.show(
        visit,
        db,
        "begin.html",
        status,
        step=step,
        number=STEPS.index(step) + 1,
        steps=len(STEPS),
        **(shown | more),
    )


async def _offered(visit: Visit, db: Db) -> dict[str, list[str]]:
    """For what one knows what one's own posts and messages show, then what the unit and the organisation list; for what one
    would like to learn what others list."""
    viewer = visit.viewer
    own = [*await inferred.proposals(db, viewer), *await inferred.proposals(db, viewer, elsewhere=True)]
    listed = await topics.here(db, viewer, _OFFERED)
    tags = await seen_tags.tags(db, viewer, await trends.tags(db, viewer, limit=_OFFERED))
    tagged = [tag.name for tag in tags if not delicate.is_delicate(tag.name, viewer.policy.never_inferred)]
    return {
        "knows": _once([one.name for one in own], await topics.of_unit(db, viewer, _OFFERED), listed, tagged),
        "learns": _once(listed, tagged),
    }


def _once(*lists: Sequence[str]) -> list[str]:
    found: dict[str, str] = {}
    for name in chain(*lists):
        found.setdefault(key_of(name), name)
    return list(found.values())[:_OFFERED]


async def act(visit: Visit) -> Response:
    """Keeps one step and goes on to the next."""
    given = dict(await visit.form())
    step = visit.request.path_params.get("step", "")
    try:
        match step:
            case "you":
                await _keep_person(visit, given)
                return visit.go("/begin/topics")
            case "topics":
                await _keep_topics(visit, given)
                return visit.go("/begin/people")
            case "people":
                await _follow(visit, given)
                return visit.go("/begin/hello")
            case "hello":
                await _say_hello(visit, given)
                return visit.go("/")
            case _other:
                raise NotFound
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        async with visit.site.database.reading() as db:
            return await _page(visit, db, step, 422, error=refusal, given=given)


async def _keep_person(visit: Visit, given: dict[str, str]) -> None:
    changes = Changes(name=given.get("name", ""), bio=given.get("bio", ""))
    own_address = bare_address(given.get("own_address", ""))
    async with visit.site.database.transaction() as db:
        if own_address:
            await address.check(visit, db, own_address)
        face = next(iter(visit.files.get("face", [])), None)
        await begin.introduce(visit.context(db), changes, face, own_address)


async def _keep_topics(visit: Visit, given: dict[str, str]) -> None:
    """What one knows stands on one's profile; what one would like to learn does too, and comes home where it is a tag."""
    async with visit.site.database.transaction() as db:
        knows, learns = _topics(visit, given, "knows"), _topics(visit, given, "learns")
        await begin.choose_topics(visit.context(db), knows, learns)


def _topics(visit: Visit, given: dict[str, str], field: str) -> list[str]:
    """What was typed, and what was chosen of what is offered. Raises Invalid."""
    typed = [tidy(part) for part in given.get(field, "").split(",")]
    found = list(
        {key_of(name): name for name in [*typed, *visit.several.get(f"{field}_too", [])] if name}.values()
    )
    if len(found) > _MOST_TOPICS:
        raise Invalid(_("Choose at most {most} topics."), most=_MOST_TOPICS)
    return found


async def _follow(visit: Visit, given: dict[str, str]) -> None:
    chosen = [id for one in visit.several.get("person", []) if (id := whole_number(one))]
    async with visit.site.database.transaction() as db:
        await begin.follow_people(
            visit.context(db),
            dict.fromkeys(chosen[:_MOST_CHOSEN]),
            given.get("unit", ""),
            wants_week=visit.site.sends_mail and "wants_week" in given,
        )


async def _introduction(visit: Visit, db: Db) -> str:
    """To be changed and posted, or not."""
    me = await visit.site.presenter.person(db, visit.viewer, visit.viewer.person_id)
    said = await topics.own(db, visit.viewer)
    knows = [profile.joined(one.name) for one in said if one.choice is TopicChoice.knows]
    learns = [profile.joined(one.name) for one in said if one.choice is TopicChoice.learning]
    lines = [visit.say(_HELLO, name=me.called)]
    if me.unit:
        lines.append(visit.say(_I_WORK, unit=me.unit))
    if knows:
        lines.append(visit.say(_I_KNOW, topics=_tagged(knows)))
    if learns:
        lines.append(visit.say(_I_LEARN, topics=_tagged(learns)))
    return " ".join(lines)


async def _say_hello(visit: Visit, given: dict[str, str]) -> None:
    async with visit.site.database.transaction() as db:
        await profile.say_hello(visit.context(db), draft_of(given))


def _tagged(topics: list[str]) -> str:
    return ", ".join(f"#{name}" for name in topics)
