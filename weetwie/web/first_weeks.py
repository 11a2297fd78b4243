"""The card of somebody's first weeks, as home shows it."""

from weetwie.database.pool import Db
from weetwie.domain.relations import units
from weetwie.flows.first_weeks import ABOUT, ABOUT_NEARBY, NEARBY, TITLES, WHY, WeekCard
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def shown(visit: Visit, db: Db, card: WeekCard) -> dict[str, Shown]:
    ids = [one.person_id for one in card.people]
    hosts = [card.host_id] if card.host_id else []
    seen = await visit.site.presenter.people(db, visit.viewer, dict.fromkeys([*card.left_by, *hosts, *ids]))
    people = {one.id: one for one in seen}
    return {
        "week": card.week,
        "title": visit.say(NEARBY if card.is_nearby else TITLES[card.week]),
        "about": visit.say(ABOUT_NEARBY if card.is_nearby else ABOUT[card.week]),
        "lacks_topics": card.lacks_topics,
        "unit": card.unit if card.mates else "",
        "mates": card.mates,
        "follows_unit": card.unit in [one.name for one in await units.own(db, visit.viewer)],
        "left_by": [people[id] for id in card.left_by if id in people],
        "host": people.get(card.host_id),
        "people": [
            (people[one.person_id], visit.say(WHY[one.why], topic=one.topic))
            for one in card.people
            if one.person_id in people
        ],
    }
