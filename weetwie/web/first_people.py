"""Whom somebody new may want to follow, and why: who knows what they wish to learn, their unit, who came when they did, and others."""

from weetwie.access.enums import Standing
from weetwie.database.pool import Db
from weetwie.domain.knowledge import topics
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.people.directory import joined_with
from weetwie.domain.relations import suggestions, units
from weetwie.flows import begin
from weetwie.web.pages import reading_list
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

_MOST_WISHES, _MOST_TOGETHER, _MOST_OTHERS = 5, 6, 8


async def of(visit: Visit, db: Db) -> dict[str, Shown]:
    """Nobody twice: each stands where the best reason is."""
    viewer, presenter = visit.viewer, visit.site.presenter
    learns = [one.name for one in await topics.own(db, viewer) if one.choice is TopicChoice.learning]
    wishes = await begin.wishes(visit.context(db), learns[:_MOST_WISHES])
    me = await presenter.person(db, viewer, viewer.person_id)
    mates = await units.mates(db, viewer, me.unit) if me.unit else 0
    together = await joined_with(db, viewer, _MOST_TOGETHER)
    found = await suggestions.suggestions(db, viewer, _MOST_OTHERS + _MOST_TOGETHER)
    reasons = {one.person_id: one.reasons[0] for one in found}
    if mates:  # they stand there as a whole
        reasons = {id: one for id, one in reasons.items() if one.kind != suggestions.UNIT}
    host = [viewer.sponsor_id] if viewer.standing is Standing.guest and viewer.sponsor_id else []
    knowers = {one.person_id for wish in wishes for one in wish.people}
    known = await presenter.cards(db, viewer, knowers)
    offered, lists = await reading_list.offered(visit, db)
    above = {*knowers, *(one.id for left in lists for one in left.people)}
    people = {
        one.id: one for one in await presenter.people(db, viewer, dict.fromkeys([*host, *together, *reasons]))
    }
    others = [id for id in [*host, *reasons] if id in people and id not in {*above, *together}]
    return {
        "offered": offered,
        "left": lists,
        "wishes": [
            (
                wish.topic,
                [(known[one.person_id], one.level.sentence) for one in wish.people if one.person_id in known],
            )
            for wish in wishes
        ],
        "unit": me.unit,
        "mates": mates,
        "together": [people[id] for id in together if id in people and id not in above],
        "others": [(people[id], reasons.get(id)) for id in others[:_MOST_OTHERS]],
    }
