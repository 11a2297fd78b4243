"""The week by mail: when it is due a place is kept for it; what it says is written when it is sent, by what its reader sees then."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from weetwie.access.viewer import Viewer
from weetwie.context import Context, Site, of_system
from weetwie.database.pool import Database
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.mail import emails, sending, week as mail
from weetwie.domain.mail.week import WeekItem
from weetwie.domain.mail.write import WrittenEmail
from weetwie.domain.people import staying
from weetwie.domain.people.directory import newcomers
from weetwie.domain.people.staying import WeeklyReader
from weetwie.domain.people.week import is_due
from weetwie.domain.questions.free_days import free_days, region_of
from weetwie.domain.timelines import questions
from weetwie.domain.timelines.missed import missed
from weetwie.flows import beyond, first_weeks, stop
from weetwie.runtime import clock
from weetwie.runtime.calendar import zone
from weetwie.runtime.ids import id_at
from weetwie.text.language import translate
from weetwie.text.shorten import shorten
from weetwie.views import people as seen_people, posts as seen_posts, texts as seen_words
from weetwie.views.people import Profile
from weetwie.views.posts import SeenPost

A_WEEK: Final = timedelta(days=7)
_LASTS: Final = timedelta(days=2)
_MOST, _LONGEST = 3, 200
_NOT_WRITTEN: Final = "an email could not be written"


async def keep_place(context: Context) -> None:
    """For who is due now: on Thursday morning where they are, or on the next day on which they work."""
    if not context.site.sends_mail:
        return
    policy, now = context.viewer.policy, clock.now()
    waiting = await staying.weekly(context.db)
    regions = {one.person_id: region_of(policy, one.place) for one in waiting}
    free = await free_days(context.db, set(regions.values()), now)
    for one in waiting:
        off = free.get(regions[one.person_id], frozenset())
        if is_due(now, one.told_at, zone(one.time_zone or policy.time_zone), off, one.away_until):
            async with context.apart(_NOT_WRITTEN, one.person_id):
                await _keep_place(context, one)


async def _keep_place(context: Context, one: WeeklyReader) -> None:
    db = context.db
    address = await reached_at(db, one.person_id)
    if address is None or not await staying.told(db, one.person_id):
        return
    end = context.address(f"letters/stop/{await stop.token(db, one.person_id)}")
    since = one.told_at or clock.now() - A_WEEK
    await emails.put_weekly(db, one.person_id, address, since, _LASTS, end)


def writer(database: Database, site: Site) -> sending.Write:
    """Writes an email that is being sent. What it shows from beyond somebody's circle is not shown again."""

    async def write(person_id: int, since: datetime, end: str) -> WrittenEmail | None:
        async with database.transaction() as db:
            context = await of_system(db, site)
            reader = await context.find_person(person_id)
            if reader is None or not await staying.wants_week(db, person_id):
                return None
            return await compose(context.by(reader), since, end, is_sent=True)

    return write


async def compose(
    context: Context, since: datetime, end: str, *, is_sent: bool = False
) -> WrittenEmail | None:
    """As the viewer would get it now; None where there is nothing to tell."""
    db, viewer = context.db, context.viewer
    first = id_at(since)
    asked = [one for one in await questions.open_questions(db, viewer, _MOST) if one.post_id > first]
    lately = await missed(db, viewer, since, _MOST)
    parts = {
        "questions": await _posts(context, asked),
        "missed": await _posts(context, [one for one in lately if one.post_id not in _ids(asked)]),
        "people": await _people(context, since),
        "first_weeks": await _first_weeks(context, is_sent=is_sent),
        "beyond": await _beyond(context, is_sent=is_sent),
    }
    if not any(parts.values()):
        return None
    return mail.write(
        mail.Week(
            _language(viewer),
            viewer.policy.name,
            parts,
            context.address(""),
            context.address("settings/email"),
            end,
        )
    )


def _ids(posts: Sequence[SeenPost]) -> set[int]:
    return {one.post_id for one in posts}


async def _posts(context: Context, posts: Sequence[SeenPost], why: str = "") -> list[WeekItem]:
    db = context.db
    words = {one.id: one for one in await seen_words.words(db, posts)}
    authors = {one.id: one for one in await seen_people.profiles(db, [one.author for one in posts])}
    found = []
    for post in posts:
        said, author = words.get(post.post_id), authors.get(post.author.id)
        if said is not None and author is not None:
            text = _short(said.warning or said.text)
            link = context.address(f"@{author.handle}/{post.post_id}")
            found.append(WeekItem(_called(author), why or author.unit, text, link))
    return found


async def _people(context: Context, since: datetime) -> list[WeekItem]:
    db, viewer = context.db, context.viewer
    ids = [id for id in await newcomers(db, viewer, since, _MOST + 1) if id != viewer.person_id][:_MOST]
    people = await seen_people.profiles(db, await seen_people.people(db, viewer, ids))
    return [
        WeekItem(
            _called(one),
            one.unit,
            _short(one.bio) or f"@{one.handle}",
            context.address(f"@{one.handle}"),
        )
        for one in people
    ]


async def _first_weeks(context: Context, *, is_sent: bool) -> list[WeekItem]:
    """Of somebody new: the people of the card that stands on their home."""
    db, viewer = context.db, context.viewer
    found = await first_weeks.card(db, viewer, by_mail=True)
    if found is None or not found.people:
        return []
    if is_sent:
        await first_weeks.mailed(db, viewer, found)
    whys = {
        one.person_id: translate(first_weeks.WHY[one.why], _language(viewer), topic=one.topic)
        for one in found.people
    }
    people = await seen_people.profiles(db, await seen_people.people(db, viewer, whys))
    return [
        WeekItem(_called(one), one.unit, whys[one.id], context.address(f"@{one.handle}")) for one in people
    ]


async def _beyond(context: Context, *, is_sent: bool) -> list[WeekItem]:
    db, viewer = context.db, context.viewer
    if not await beyond.is_on(db, viewer):
        return []
    found = await beyond.find(db, viewer)
    if found is None:
        return []
    if is_sent:
        await beyond.shown(db, viewer, found)
    posts = await seen_posts.posts(db, viewer, [found.post_id])
    return await _posts(context, posts, beyond.in_words(beyond.reason(found), _language(viewer)))


def _called(one: Profile) -> str:
    return one.name or f"@{one.handle}"


def _language(viewer: Viewer) -> str:
    return viewer.pages_language or viewer.language


def _short(text: str) -> str:
    """In one line."""
    return shorten(" ".join(text.split()), _LONGEST)
