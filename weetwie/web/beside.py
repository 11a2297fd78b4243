"""What stands beside the lists of posts: questions one may be able to answer, who is new, what this week is about."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from weetwie.access import viewer as viewers
from weetwie.access.enums import Ring
from weetwie.database.pool import Db
from weetwie.domain.meeting import proposals, rules
from weetwie.domain.people.directory import newcomers
from weetwie.domain.relations import suggestions
from weetwie.domain.timelines import questions, trends
from weetwie.domain.timelines.introductions import introductions
from weetwie.runtime import clock
from weetwie.runtime.for_a_while import ForAWhile
from weetwie.views import tags as tag_views
from weetwie.web.shown import Shown
from weetwie.web.there import around_timelines
from weetwie.web.view_models import Person, Post
from weetwie.web.visit import Visit

_QUESTIONS: Final = 2
_TOPICS: Final = 5


async def can_you_help(visit: Visit, db: Db) -> list[Post]:
    if not (await around_timelines(visit, db))["topics"]:
        return []
    found = await questions.open_questions(db, visit.viewer, _QUESTIONS)
    return await visit.site.presenter.posts(db, visit.viewer, found)


async def beside(visit: Visit, db: Db) -> dict[str, Shown]:
    """Of the timelines; each block may be empty."""
    newcomer, introduction = await _newcomer(visit, db)
    return {
        "meeting": await _meeting(visit, db),
        "questions": await can_you_help(visit, db),
        "newcomer": newcomer,
        "introduction": introduction,
        "trending": await _this_week(visit, db),
    }


class ThisWeek(ForAWhile[tuple[int, str], Sequence[tuple[str, int]]]):
    """The liveliest tags and how many people used them, by version of the policy and ring: the same for all who hide nobody."""

    def __init__(self) -> None:
        super().__init__(50, timedelta(minutes=1))


async def _this_week(visit: Visit, db: Db) -> list[tuple[str, str, int]]:
    """Key and name of a tag, and how many people used it. What others who see the same were shown within the last minute is shown
    again, of it only what the reader still finds in a post that they see."""
    viewer = visit.viewer
    ring = viewers.ring(viewer, clock.now())
    is_shared = ring is Ring.colleagues and (await around_timelines(visit, db))["hides_nobody"]
    shared: ThisWeek = db.kept.setdefault(ThisWeek, ThisWeek())
    key = (viewer.policy.version, ring.name)
    counted = shared.get(key) if is_shared else None
    if counted is not None:
        names = await tag_views.names(db, viewer, [key for key, _people in counted])
        return [(key, names[key], people) for key, people in counted if key in names]
    tags = await tag_views.tags(db, viewer, await trends.tags(db, viewer, limit=_TOPICS))
    found = [(tag.key, tag.name, sum(people for _day, _uses, people in tag.history)) for tag in tags]
    if is_shared:
        shared.put(key, [(key, people) for key, _name, people in found])
    return found


async def _newcomer(visit: Visit, db: Db) -> tuple[Person | None, Post | None]:
    """Who has introduced themselves last; else who joined last."""
    presenter = visit.site.presenter
    if (await around_timelines(visit, db))["introductions"]:
        said = await presenter.posts(db, visit.viewer, await introductions(db, visit.viewer, 1))
        if said:
            return said[0].author, said[0]
    ids = await newcomers(db, visit.viewer, clock.now() - suggestions.NEW_FOR, 2)
    people = await presenter.people(db, visit.viewer, [id for id in ids if id != visit.viewer.person_id])
    return next(iter(people), None), None


async def _meeting(visit: Visit, db: Db) -> dict[str, Shown] | None:
    """Somebody one could be introduced to, and what one has in common."""
    if not (await around_timelines(visit, db))["meetings"]:
        return None
    for one in await proposals.waiting(db, visit.viewer):
        other = await visit.site.presenter.people(db, visit.viewer, [one.other_id])
        if other:
            sentence = rules.BOTH[one.kind, one.bond, one.others_bond]
            why = visit.say(sentence, topic=one.topic, name=other[0].called)
            return {"id": one.id, "other": other[0], "why": why, "has_said_yes": one.has_said_yes}
    return None
