"""The cards of somebody's first 90 days: worked out while they look, of what they see then.

Week 1: their department, who left them a reading list, who helps with what. Week 2: people for what they want to learn. Weeks 4
and 12: people of other departments who ask or write about what they know, and whom they have not met. Who has said neither, or has
nobody for it, is shown people whom they are near to by what is known without it.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.handover import reading_lists
from weetwie.domain.knowledge import delicate, topics
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.meeting import first_weeks, nearby, worth_meeting
from weetwie.domain.meeting.weeks import WorthMeeting, few
from weetwie.domain.people.directory import joined_with
from weetwie.domain.relations import suggestions, units
from weetwie.errors import _
from weetwie.views import people as seen_people

MOST: Final = 3
_TOPICS: Final = 3
_LOOKED_AT: Final = 24
_SUGGESTED: Final = 40
TITLES: Final = {
    1: _("Your first week"),
    2: _("People you can learn from"),
    4: _("People you haven't met yet"),
    12: _("Three months in: people you haven't met yet"),
}
ABOUT: Final = {
    1: _("Who is around you, and who helps with what."),
    2: _("They know about what you want to learn."),
    4: _("They ask or write about what you know."),
    12: _("They ask or write about what you know."),
}
NEARBY: Final = _("People you may like to meet")
ABOUT_NEARBY: Final = _("Chosen by your department, who you follow, what you read and when you joined.")
WHY: Final = {
    "helps": _("Ask about {topic}"),
    "asks": _("Asks about {topic}"),
    "learns": _("Wants to learn about {topic}"),
    "writes": _("Writes about {topic}"),
    "knows": _("Knows about {topic}"),
    "host": _("Invited you"),
    "asked": _("Answers questions in your department"),
    "read": _("Wrote what you bookmarked, favourited or replied to"),
    "followed": _("Followed by people you follow"),
    "tags": _("Writes about #{topic}"),
    "joined": _("Joined when you did"),
    "unit": _("In your department"),
}


class WeekCard(msgspec.Struct, frozen=True, kw_only=True):
    week: int
    people: Sequence[WorthMeeting]
    unit: str = ""
    mates: int = 0
    """How many of the department would be followed with it."""
    left_by: Sequence[int] = ()
    """Who left the viewer a reading list."""
    host_id: int = 0
    """Who invited a guest."""
    is_nearby: bool = False
    """Whether the people are those whom the viewer is near to, for want of topics."""
    lacks_topics: bool = False
    """Whether the viewer has not said what the card would go by."""

    @property
    def says_nothing(self) -> bool:
        return not (self.people or self.mates or self.left_by or self.host_id)


async def for_home(db: Db, viewer: Viewer) -> WeekCard | None:
    """Opening home: it begins with the first, and whom it shows no other card shows again."""
    if await first_weeks.is_wanted(db, viewer) is not True:
        return None
    await first_weeks.begin(db, viewer)
    found = await card(db, viewer)
    if found is not None:
        await first_weeks.shown(db, viewer, found.week, [one.person_id for one in found.people])
    return found


async def card(db: Db, viewer: Viewer, *, by_mail: bool = False) -> WeekCard | None:
    """The one that is due, if there is something to tell."""
    week = await first_weeks.due(db, viewer, by_mail=by_mail)
    if week is None:
        return None
    if week == 1:
        found = await _first(db, viewer)
    else:
        people = await (_teachers if week == 2 else _unmet)(db, viewer, week)
        has_none = not people and (week == 2 or viewer.standing is not Standing.guest)
        found = await _nearby(db, viewer, week) if has_none else WeekCard(week=week, people=people)
    return None if found.says_nothing else found


async def mailed(db: Db, viewer: Viewer, found: WeekCard) -> None:
    """It stood in an email: no other email has it."""
    await first_weeks.mailed(db, viewer, found.week)
    await first_weeks.shown(db, viewer, found.week, [one.person_id for one in found.people])


async def _first(db: Db, viewer: Viewer) -> WeekCard:
    (me,) = await seen_people.profiles(db, [await seen_people.person(db, viewer, viewer.person_id)])
    is_guest = viewer.standing is Standing.guest
    helpers = [] if is_guest else await worth_meeting.helpers(db, viewer, 1)
    return WeekCard(
        week=1,
        people=few(_told(viewer, helpers), MOST),
        unit=me.unit,
        mates=await units.mates(db, viewer, me.unit) if me.unit else 0,
        left_by=[one.person_id for one in await reading_lists.offered(db, viewer)],
        host_id=viewer.sponsor_id if is_guest else 0,
    )


async def _teachers(db: Db, viewer: Viewer, week: int) -> list[WorthMeeting]:
    found = [
        msgspec.structs.replace(one, why="knows") for one in await _writers(db, viewer, TopicChoice.learning)
    ]
    found = await worth_meeting.among(db, viewer, week, found, is_unmet=False)
    return few(found, MOST, spreads=False)  # who knows most of each is worth more than another department


async def _unmet(db: Db, viewer: Viewer, week: int) -> list[WorthMeeting]:
    """Guests are to know whom they work with."""
    if viewer.standing is Standing.guest:
        return []
    found = _told(viewer, await worth_meeting.unmet(db, viewer, week))
    if len({one.person_id for one in found}) < MOST:
        writers = await _writers(db, viewer, TopicChoice.knows)
        found += await worth_meeting.among(db, viewer, week, writers, is_unmet=True)
    return few(found, MOST)


async def _nearby(db: Db, viewer: Viewer, week: int) -> WeekCard:
    """Without topics. From week 4 on people of other departments, where there are any."""
    near = {
        "host": [viewer.sponsor_id] if viewer.standing is Standing.guest else [],
        "asked": await nearby.asked(db, viewer),
        "read": await nearby.read(db, viewer),
    }
    found = [WorthMeeting(id, why, "") for why, ids in near.items() for id in ids]
    found += await _suggested(db, viewer)
    found += [WorthMeeting(id, "joined", "") for id in await joined_with(db, viewer, _SUGGESTED)]
    people = await worth_meeting.among(db, viewer, week, found, is_unmet=True) if week > 2 else []
    people = people or await worth_meeting.among(db, viewer, week, found, is_unmet=False)
    wanted = TopicChoice.learning if week == 2 else TopicChoice.knows
    has_topics = any(one.choice is wanted for one in await topics.own(db, viewer))
    return WeekCard(week=week, people=few(people, MOST), is_nearby=True, lacks_topics=not has_topics)


async def _suggested(db: Db, viewer: Viewer) -> list[WorthMeeting]:
    """By their best reason that says something of both; who is new to everybody is no reason."""
    found = []
    for one in await suggestions.suggestions(db, viewer, _SUGGESTED):
        reason = next((each for each in one.reasons if each.kind in ("followed", "tags", "unit")), None)
        if reason is not None:
            found.append(WorthMeeting(one.person_id, reason.kind, reason.tags[0] if reason.tags else ""))
    return found


async def _writers(db: Db, viewer: Viewer, choice: TopicChoice) -> list[WorthMeeting]:
    """Who knows about what the viewer says so of, the best of each first."""
    mine = [one.name for one in await topics.own(db, viewer) if one.choice is choice][:_TOPICS]
    found = []
    for topic in mine:
        answer = await who_knows(db, viewer, topic, limit=_LOOKED_AT)
        found.append([WorthMeeting(one.person_id, "writes", topic) for one in answer.people if one.is_named])
    longest = max(map(len, found), default=0)
    return [each[place] for place in range(longest) for each in found if place < len(each)]


def _told(viewer: Viewer, found: Sequence[WorthMeeting]) -> list[WorthMeeting]:
    """Without topics that are never inferred of anybody."""
    never = viewer.policy.never_inferred
    delicate_ones = {name for name in {one.topic for one in found} if delicate.is_delicate(name, never)}
    return [one for one in found if one.topic not in delicate_ones]
