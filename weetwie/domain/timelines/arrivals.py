"""Arrivals: of what has just happened, who of those who listen hears what, under the law and in how many statements there are
kinds of channels, however many listen."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import BigInteger, Select, SmallInteger, Text, and_, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie import events
from weetwie.access import visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.timelines import home, list as lists, public, stream_news, taste
from weetwie.domain.timelines.listeners import Listeners
from weetwie.domain.timelines.stream_news import (
    DIRECT,
    HOME,
    NOTIFICATIONS,
    PUBLIC,
    PUBLIC_MEDIA,
    Channel,
    News,
)
from weetwie.events import Fact
from weetwie.tables.conversations import Conversation
from weetwie.tables.declared import aliased
from weetwie.tables.lists import ListMember
from weetwie.tables.notifications import Notification
from weetwie.tables.people import Person
from weetwie.tables.posts import Post, PostTag, Tag
from weetwie.views.posts import SeenPost

Reached = tuple[int, SeenPost]
"""A person, and a post as they see it."""
Prepare = Callable[[Db, Viewer, Sequence[Reached]], Awaitable[Mapping[tuple[int, int], Any]]]
"""Loads for all of a batch what an entry point needs; gives, by person and entry, what belongs to the two."""

AboutAnnouncement = (
    events.AnnouncementMade
    | events.AnnouncementReactedTo
    | events.AnnouncementReactionTakenBack
    | events.AnnouncementWithdrawn
)
Kind = TypeVar("Kind", bound=Fact)


class Delivery(NamedTuple):
    person_id: int
    news: News


async def deliveries(
    db: Db, viewer: Viewer, who: Listeners, facts: Sequence[Fact], prepare: Prepare | None
) -> list[Delivery]:
    """In order for each channel. `viewer` carries the policy."""
    found = await _posts(db, viewer, who, facts, prepare)
    found += await _gone(db, viewer, who, of(facts, events.PostDeleted))
    found += await _notified(db, who, of(facts, events.PeopleNotified))
    found += await _spoken_in(db, viewer, who, facts)
    found += await _announced(db, viewer, who, facts)
    return found


def of(facts: Iterable[Fact], kind: type[Kind]) -> list[Kind]:
    return [fact for fact in facts if isinstance(fact, kind)]


# Posts


async def _posts(
    db: Db, viewer: Viewer, who: Listeners, facts: Sequence[Fact], prepare: Prepare | None
) -> list[Delivery]:
    arrived = {fact.post_id for fact in facts if isinstance(fact, events.PostPublished | events.PostBoosted)}
    edited = {fact.post_id for fact in facts if isinstance(fact, events.PostEdited | events.QuoteRevoked)}
    ids = arrived | edited
    if not ids:
        return []
    reached = [
        *[(HOME, *each) for each in await home.ARRIVING.posts(db, viewer, ids, list(who.of(HOME)))],
        *await _in_lists(db, viewer, who, ids),
        *await _in_public(db, viewer, who, ids),
    ]
    prepared = await prepare(db, viewer, [each[1:] for each in reached]) if prepare and reached else {}
    return list(_as_news(reached, arrived, edited, prepared))


def _as_news(
    reached: Sequence[tuple[Channel, int, SeenPost]],
    arrived: set[int],
    edited: set[int],
    prepared: Mapping[tuple[int, int], Any],
) -> Iterator[Delivery]:
    """Those who see a post alike, in the same channel, get one and the same news of it."""
    alike: dict[tuple[type[News], Channel, SeenPost, int], News] = {}
    for channel, person_id, post in reached:
        beside = prepared.get((person_id, post.id))
        for kind, ids in ((stream_news.Arrived, arrived), (stream_news.Edited, edited)):
            if post.id in ids:
                key = (kind, channel, post, person_id if beside is not None else 0)
                news = alike.get(key)
                if news is None:
                    news = alike[key] = kind(channel, post=post, beside=beside)
                yield Delivery(person_id, news)


async def _in_lists(
    db: Db, viewer: Viewer, who: Listeners, ids: Iterable[int]
) -> list[tuple[Channel, int, SeenPost]]:
    people = who.people("list")
    reached = await lists.ARRIVING.posts(db, viewer, ids, people) if people else ()
    with_channel = ((stream_news.of_list(post.key), person_id, post) for person_id, post in reached)
    return [each for each in with_channel if each[1] in who.of(each[0])]


async def _in_public(
    db: Db, viewer: Viewer, who: Listeners, ids: Iterable[int]
) -> list[tuple[Channel, int, SeenPost]]:
    """The public timeline, and out of it what shows media, and what has a tag."""
    tags = await _tags(db, who, ids)
    people = {*who.of(PUBLIC), *who.of(PUBLIC_MEDIA)}
    for keys in tags.values():
        for key in keys:
            people.update(who.of(stream_news.tagged(key)))
    if not people:
        return []
    found = []
    for person_id, post in await public.ARRIVING.posts(db, viewer, ids, list(people)):
        channels = [PUBLIC, *([PUBLIC_MEDIA] if post.has_media else [])]
        channels += [stream_news.tagged(key) for key in tags.get(post.id, ())]
        found += [(channel, person_id, post) for channel in channels if person_id in who.of(channel)]
    return found


async def _tags(db: Db, who: Listeners, ids: Iterable[int]) -> dict[int, list[str]]:
    """Of these posts those tags that somebody listens to."""
    keys = who.params("tag")
    found: dict[int, list[str]] = {}
    for row in await db.rows(_TAGS, post_ids=list(ids), keys=keys) if keys else ():
        found.setdefault(row["post_id"], []).append(row["key"])
    return found


# What is gone


async def _gone(
    db: Db, viewer: Viewer, who: Listeners, facts: Sequence[events.PostDeleted]
) -> list[Delivery]:
    """To those who saw it, in the channels where it may have stood."""
    people = who.people("home", "public", "public_media", "tag", "list")
    if not facts or not people:
        return []
    tags = await _keys(db, who, facts)
    on_lists = await _lists_of(db, who, facts)
    by_id = {fact.post_id: fact for fact in facts}
    rows = await db.rows(home.DEPARTING, post_ids=list(by_id), people=people, **visibility.today(viewer))
    found: dict[tuple[Channel, int], News] = {}
    told = []
    for person_id, post_id, was_public in rows:
        fact = by_id[post_id]
        channels: list[Channel] = [HOME]
        if was_public:
            channels += [PUBLIC, PUBLIC_MEDIA]
            channels += [stream_news.tagged(tags[id]) for id in fact.tag_ids if id in tags]
        channels += [stream_news.of_list(id) for id in on_lists.get(fact.author_id, ())]
        for channel in channels:
            if person_id in who.of(channel):
                news = found.setdefault((channel, post_id), stream_news.Gone(channel, post_id=post_id))
                told.append(Delivery(person_id, news))
    return told


async def _keys(db: Db, who: Listeners, facts: Sequence[events.PostDeleted]) -> dict[int, str]:
    ids = {id for fact in facts for id in fact.tag_ids}
    if not ids or not who.params("tag"):
        return {}
    return {row["id"]: row["key"] for row in await db.rows(_KEYS, ids=list(ids))}


async def _lists_of(db: Db, who: Listeners, facts: Sequence[events.PostDeleted]) -> dict[int, list[int]]:
    """By author the lists that they are on and that somebody listens to."""
    found: dict[int, list[int]] = {}
    ids, authors = who.params("list"), list({fact.author_id for fact in facts})
    for row in await db.rows(_ON_LISTS, list_ids=ids, authors=authors) if ids else ():
        found.setdefault(row["person_id"], []).append(row["list_id"])
    return found


# What is told to single people


async def _notified(db: Db, who: Listeners, facts: Sequence[events.PeopleNotified]) -> list[Delivery]:
    ids = [id for fact in facts for id in fact.notification_ids]
    people = list(who.of(NOTIFICATIONS))
    if not ids or not people:
        return []
    return [
        Delivery(row["person_id"], stream_news.Notified(NOTIFICATIONS, notification_id=row["id"]))
        for row in await db.rows(_WHOSE, ids=ids, people=people)
    ]


async def _spoken_in(db: Db, viewer: Viewer, who: Listeners, facts: Sequence[Fact]) -> list[Delivery]:
    people = list(who.of(DIRECT))
    ids = [fact.post_id for fact in facts if isinstance(fact, events.PostPublished | events.PostEdited)]
    if not ids or not people:
        return []
    rows = await db.rows(_SPOKEN_IN, post_ids=ids, people=people, **visibility.today(viewer))
    once = dict.fromkeys((row["person_id"], row["conversation_id"]) for row in rows)
    return [Delivery(person_id, stream_news.SpokenIn(DIRECT, conversation_id=id)) for person_id, id in once]


async def _announced(db: Db, viewer: Viewer, who: Listeners, facts: Sequence[Fact]) -> list[Delivery]:
    found = []
    for fact in facts:
        if not isinstance(fact, AboutAnnouncement):
            continue
        news = _ANNOUNCEMENTS[type(fact)](HOME, announcement_id=fact.announcement_id)
        rows = await db.rows(_IN_RING, ring=fact.ring, people=list(who.of(HOME)), **visibility.today(viewer))
        found += [Delivery(person_id, news) for person_id in columns(rows, "id")]
    return found


_ANNOUNCEMENTS: dict[
    type[AboutAnnouncement],
    type[stream_news.AnnouncementArrived | stream_news.AnnouncementReacted | stream_news.AnnouncementGone],
] = {
    events.AnnouncementMade: stream_news.AnnouncementArrived,
    events.AnnouncementReactedTo: stream_news.AnnouncementReacted,
    events.AnnouncementReactionTakenBack: stream_news.AnnouncementArrived,
    events.AnnouncementWithdrawn: stream_news.AnnouncementGone,
}

_PEOPLE = param("people", ARRAY(BigInteger))
_TAGS = Query(
    select(PostTag.post_id, Tag.key)
    .join(Tag, Tag.id == PostTag.tag_id)
    .where(
        PostTag.post_id == func.any(param("post_ids", ARRAY(BigInteger))),
        Tag.key == func.any(param("keys", ARRAY(Text))),
    )
)
_KEYS = Query(select(Tag.id, Tag.key).where(Tag.id == func.any(param("ids", ARRAY(BigInteger)))))
_ON_LISTS = Query(
    select(ListMember.list_id, ListMember.person_id).where(
        ListMember.list_id == func.any(param("list_ids", ARRAY(BigInteger))),
        ListMember.person_id == func.any(param("authors", ARRAY(BigInteger))),
    )
)
_WHOSE = Query(
    select(Notification.id, Notification.person_id)
    .where(
        Notification.id == func.any(param("ids", ARRAY(BigInteger))),
        Notification.person_id == func.any(_PEOPLE),
    )
    .order_by(Notification.id)
)


def _spoken_in_statement() -> Select[int, int]:
    """Plan: each post by its key, then each reader's side of its thread."""
    reader, post = aliased(Person), aliased(Post)
    viewer_sql = visibility.of(reader)
    is_theirs = and_(Conversation.root_id == post.root_id, Conversation.person_id == func.any(_PEOPLE))
    return (
        select(reader.id.label("person_id"), Conversation.id.label("conversation_id"))
        .select_from(post)
        .join(Conversation, is_theirs)
        .join(reader, reader.id == Conversation.person_id)
        .where(
            post.id == func.any(param("post_ids", ARRAY(BigInteger))),
            post.visibility == int(Visibility.direct),
            post.boost_of_id.is_(None),
            visibility.post(viewer_sql, post),
            taste.is_kept(viewer_sql, post),
        )
        .order_by(post.id)
    )


def _in_ring() -> Select[int]:
    reader = aliased(Person)
    viewer_sql = visibility.of(reader)
    return select(reader.id).where(
        reader.id == func.any(_PEOPLE),
        func.least(param("ring", SmallInteger), viewer_sql.widest) >= viewer_sql.ring,
    )


_SPOKEN_IN = Query(_spoken_in_statement)
_IN_RING = Query(_in_ring)
