"""What stands beside the lists of posts: questions one may be able to answer, who is new, what this week is about."""

from typing import Final

from weetwie.database.pool import Db
from weetwie.domain.meeting import proposals, rules
from weetwie.domain.people.directory import newcomers
from weetwie.domain.relations import suggestions
from weetwie.domain.timelines import questions, trends
from weetwie.domain.timelines.introductions import introductions
from weetwie.runtime import clock
from weetwie.views import tags as tag_views
from weetwie.web.shown import Shown
from weetwie.web.view_models import Person, Post
from weetwie.web.visit import Visit

_QUESTIONS: Final = 2
_TOPICS: Final = 5


async def can_you_help(visit: Visit, db: Db) -> list[Post]:
    found = await questions.open_questions(db, visit.viewer, _QUESTIONS)
    return await visit.site.presenter.posts(db, visit.viewer, found)


async def beside(visit: Visit, db: Db) -> dict[str, Shown]:
    """Of the timelines; each block may be empty."""
    tags = await tag_views.tags(db, visit.viewer, await trends.tags(db, visit.viewer, limit=_TOPICS))
    newcomer, introduction = await _newcomer(visit, db)
    return {
        "meeting": await _meeting(visit, db),
        "questions": await can_you_help(visit, db),
        "newcomer": newcomer,
        "introduction": introduction,
        "trending": [(tag, sum(people for _day, _uses, people in tag.history)) for tag in tags],
    }


async def _newcomer(visit: Visit, db: Db) -> tuple[Person | None, Post | None]:
    """Who has introduced themselves last; else who joined last."""
    presenter = visit.site.presenter
    said = await presenter.posts(db, visit.viewer, await introductions(db, visit.viewer, 1))
    if said:
        return said[0].author, said[0]
    ids = await newcomers(db, visit.viewer, clock.now() - suggestions.NEW_FOR, 2)
    people = await presenter.people(db, visit.viewer, [id for id in ids if id != visit.viewer.person_id])
    return next(iter(people), None), None


async def _meeting(visit: Visit, db: Db) -> dict[str, Shown] | None:
    """Somebody one could be introduced to, and what one has in common."""
    for one in await proposals.waiting(db, visit.viewer):
        other = await visit.site.presenter.people(db, visit.viewer, [one.other_id])
        if other:
            sentence = rules.BOTH[one.kind, one.bond, one.others_bond]
            why = visit.say(sentence, topic=one.topic, name=other[0].called)
            return {"id": one.id, "other": other[0], "why": why, "has_said_yes": one.has_said_yes}
    return None
