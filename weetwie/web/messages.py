"""Conversations as they stand on a page: the list, and one of them by day and by who wrote several lines in a row."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import msgspec
from markupsafe import Markup

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.paging import page
from weetwie.database.pool import Db
from weetwie.domain.conversations import rooms
from weetwie.domain.conversations.rooms import Room
from weetwie.domain.relations.relationship import relationships
from weetwie.errors import _
from weetwie.text import text as texts
from weetwie.text.signs import whole_number
from weetwie.views import posts as seen_posts
from weetwie.web import reading
from weetwie.web.view_models import Person, Post
from weetwie.web.visit import Visit

LISTED: Final = 30
_SEARCHED: Final = 200
_SHOWN: Final = 50
_IN_A_ROW: Final = timedelta(minutes=10)
_NAMES_IN_FRONT: Final = re.compile(
    r'\A<p>(?:\s*<a href="/@[^"]*" class="mention">@[^<]*</a>)+\s*(?:<br />\s*)?'
)


class Line(msgspec.Struct, frozen=True):
    post: Post
    content: Markup
    about: Post | None = None
    """The post that it answers where that stands elsewhere, for more people to read."""


class MessageRun(msgspec.Struct, frozen=True):
    """What one person wrote without a pause."""

    author: Person
    is_mine: bool
    lines: Sequence[Line]

    @property
    def at(self) -> datetime:
        return self.lines[-1].post.written_at


class Day(msgspec.Struct, frozen=True):
    at: datetime
    runs: Sequence[MessageRun]


class Listed(msgspec.Struct, frozen=True):
    """A conversation in the list."""

    room: Room
    people: Sequence[Person]
    unseen: int
    """How many more take part whom the viewer does not see."""
    last: Post
    text: str


class Open(msgspec.Struct, frozen=True):
    """The conversation that is open."""

    ids: Sequence[int]
    people: Sequence[Person]
    unseen: int
    tie: str = ""
    """How the two know each other."""
    days: Sequence[Day] = ()
    older: int = 0
    """The post above which there is more."""
    address: str = "/messages/new"


async def listed(visit: Visit, db: Db) -> list[Listed]:
    """Where something is searched for, those with it in the names or in the last line."""
    viewer, presenter = visit.viewer, visit.site.presenter
    words = visit.request.query_params.get("q", "").strip().casefold()[:100]
    at = reading.asked(visit)
    stretch = page(_SEARCHED if words else LISTED, at.below)
    found = await rooms.rooms(db, viewer, stretch)
    last = await seen_posts.posts(db, viewer, [one.last_post_id for one in found])
    posts = await presenter.posts_by_id(db, viewer, last)
    people = await presenter.cards(db, viewer, {id for one in found for id in one.people})
    each = [
        Listed(
            one,
            known := [people[id] for id in one.people if id in people],
            len(one.people) - len(known),
            posts[one.last_post_id],
            plain(posts[one.last_post_id].text),
        )
        for one in found
        if one.last_post_id in posts
    ]
    if not words:
        return each
    return [
        one for one in each if words in " ".join([one.text, *(who.called for who in one.people)]).casefold()
    ]


async def opened(visit: Visit, db: Db, people: Sequence[int], post_id: int = 0) -> Open:
    """Without a post it has not begun yet."""
    viewer, presenter = visit.viewer, visit.site.presenter
    known = await presenter.cards(db, viewer, people)
    full = {one.id: one for one in await presenter.people(db, viewer, people)}
    below = whole_number(visit.request.query_params.get("before"))
    ids = await rooms.said(db, viewer, people, page(_SHOWN, below)) if post_id else []
    posts = await presenter.posts(db, viewer, await seen_posts.posts(db, viewer, ids))
    return Open(
        ids=people,
        people=[full.get(id, known[id]) for id in people if id in known],
        unseen=len(people) - len(known),
        tie=await _tie(db, viewer, people[0]) if len(people) == 1 else "",
        days=days(sorted(posts, key=lambda post: post.id), await _about(visit, db, posts)),
        older=ids[-1] if len(ids) == _SHOWN else 0,
        address=f"/messages/{post_id}" if post_id else "/messages/new",
    )


async def _about(visit: Visit, db: Db, posts: Sequence[Post]) -> dict[int, Post]:
    """By number, what some of them answer that is no message itself."""
    answered = {post.reply_to_id for post in posts if post.reply_to_id} - {post.id for post in posts}
    found = await seen_posts.posts(db, visit.viewer, answered)
    open_ones = [one for one in found if one.post_visibility != Visibility.direct]
    return await visit.site.presenter.posts_by_id(db, visit.viewer, open_ones)


_TIES: Final = {
    (True, True): _("You follow each other"),
    (True, False): _("You follow {name}"),
    (False, True): _("{name} follows you"),
    (False, False): "",
}


async def _tie(db: Db, viewer: Viewer, person_id: int) -> str:
    relation = next(iter(await relationships(db, viewer, [person_id])), None)
    return _TIES[relation.follows, relation.is_followed_by] if relation else ""


def days(posts: Sequence[Post], about: Mapping[int, Post]) -> list[Day]:
    """From the oldest to the newest."""
    by_day: dict[date, list[Post]] = {}
    for post in posts:
        by_day.setdefault(post.written_at.date(), []).append(post)
    return [Day(of_day[0].written_at, _runs(of_day, about)) for of_day in by_day.values()]


def _runs(posts: Sequence[Post], about: Mapping[int, Post]) -> list[MessageRun]:
    rows: list[list[Post]] = []
    for post in posts:
        if rows and _goes_on(rows[-1][-1], post):
            rows[-1].append(post)
        else:
            rows.append([post])
    return [
        MessageRun(
            row[0].author,
            row[0].is_mine,
            [Line(one, without_names(one.content), about.get(one.reply_to_id or 0)) for one in row],
        )
        for row in rows
    ]


def _goes_on(before: Post, post: Post) -> bool:
    return before.author.id == post.author.id and post.written_at - before.written_at < _IN_A_ROW


def without_names(content: Markup) -> Markup:
    """Who a message is for stands above it: the names in front of it only carry it there."""
    found = _NAMES_IN_FRONT.match(content)
    if found is None:
        return content
    rest = content[found.end() :]
    return Markup("") if rest == "</p>" else Markup("<p>") + rest


def plain(text: str) -> str:
    """The same of a text as it was typed."""
    at = 0
    for piece in texts.pieces(text):
        if piece.kind != "mention" or text[at : piece.start].strip():
            break
        at = piece.end
    return text[at:].strip()
