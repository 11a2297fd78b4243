"""What there is at all for the reader of a page, in one statement: what there is none of is not asked for.

It only says what is worth asking. What a page shows is found and seen under the law afterwards, as if this had not been asked.
"""

from typing import Any, Final

from weetwie.database.glance import Glance
from weetwie.database.pool import Db
from weetwie.domain.announcements import announcements
from weetwie.domain.benefits import lately, survey_answers
from weetwie.domain.conversations import rooms
from weetwie.domain.identity import account
from weetwie.domain.lists import lists
from weetwie.domain.meeting import first_weeks, proposals
from weetwie.domain.notifications import list as notifications
from weetwie.domain.posts import audience_sizes, publish
from weetwie.domain.scheduled import scheduled
from weetwie.domain.timelines import introductions, questions, taste
from weetwie.runtime import clock
from weetwie.web.visit import Visit

EVERYWHERE: Final = {
    "notifications": notifications.ANY_UNREAD,
    "messages": rooms.ANY,
    "by_others": account.ANY_BY_OTHERS,
}
_AROUND_TIMELINES: Final = EVERYWHERE | {
    "announcements": announcements.ANY_UNREAD,
    "first_weeks": first_weeks.ANY,
    "followers": audience_sizes.FOLLOWERS,
    "hides_nobody": taste.HIDES_NOBODY,
    "introductions": introductions.ANY,
    "lists": lists.ANY,
    "meetings": proposals.ANY,
    "scheduled": scheduled.ANY,
    "survey": survey_answers.ANY,
    "topics": questions.HAS_TOPICS,
    "usual": publish.USUAL,
    "written": lately.WRITTEN,
}
_FRAME, _TIMELINES = Glance(EVERYWHERE), Glance(_AROUND_TIMELINES)


async def on_every_page(visit: Visit, db: Db) -> dict[str, Any]:
    return await _there(visit, db, _FRAME) if visit.there is None else visit.there


async def around_timelines(visit: Visit, db: Db) -> dict[str, Any]:
    """All that home may show, and what its box begins with."""
    if visit.there is None or "usual" not in visit.there:
        visit.there = await _there(visit, db, _TIMELINES)
    return visit.there


async def _there(visit: Visit, db: Db, glance: Glance) -> dict[str, Any]:
    viewer = visit.viewer
    return await glance.at(db, viewer_id=viewer.person_id, session_id=viewer.session_id, now=clock.now())
