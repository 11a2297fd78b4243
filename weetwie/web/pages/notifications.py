"""Notifications, in groups; questions to oneself and mentions by themselves. Whoever looks at the first page has read it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.knowledge import watched
from weetwie.domain.notifications import groups, markers, requests
from weetwie.domain.notifications.groups import GroupedNotifications
from weetwie.domain.notifications.list import KINDS
from weetwie.domain.relations.relationship import relationships
from weetwie.domain.timelines import questions
from weetwie.errors import _
from weetwie.runtime.ids import moment_of
from weetwie.views import posts as post_views
from weetwie.web import reading
from weetwie.web.beside import can_you_help
from weetwie.web.shown import Shown
from weetwie.web.view_models import Person, Post
from weetwie.web.visit import Visit

_MENTIONS: Final = ("mention", "quote")
_MOST_ASKED: Final = 20


class Told(msgspec.Struct, frozen=True):
    """A row of the page."""

    kind: str
    """As it is told apart here: `asks`, `answered`, `replied` and `awaited` beside the kinds of notifications."""
    people: Sequence[Person]
    count: int
    at: datetime
    post: Post | None = None
    parent: Post | None = None
    """The line that the post answers."""
    question: str = ""
    """What the reader asked, where they waited for somebody to write about it."""
    is_new: bool = False
    may_follow: bool = False
    """Whether the reader does not follow back yet."""


async def show(visit: Visit) -> Response:
    tab = visit.request.query_params.get("tab", "")
    async with visit.site.database.transaction() as db:
        asked = await questions.addressed(db, visit.viewer, _MOST_ASKED)
        shown = await (_questions(visit, db, asked) if tab == "questions" else _told(visit, db, tab))
        waiting, _held = await requests.totals(db, visit.viewer)
        return await reading.show(
            visit,
            db,
            "notifications.html",
            asking=waiting,
            tabs=_tabs(visit, len(asked)),
            here=f"/notifications?tab={tab}" if tab in ("questions", "mentions") else "/notifications",
            questions=await can_you_help(visit, db),
            **shown,
        )


def _tabs(visit: Visit, asked: int) -> list[tuple[str, str, int | None]]:
    return [
        ("/notifications", visit.say(_("All")), None),
        ("/notifications?tab=questions", visit.say(_("Questions")), asked or None),
        ("/notifications?tab=mentions", visit.say(_("Mentions")), None),
    ]


async def _questions(visit: Visit, db: Db, asked: Sequence[Any]) -> dict[str, Shown]:
    """Those that wait for the reader's answer."""
    posts = await visit.site.presenter.posts(db, visit.viewer, asked)
    return {"told": [Told("asks", [post.author], 1, post.written_at, post) for post in posts], "older": ""}


async def _told(visit: Visit, db: Db, tab: str) -> dict[str, Shown]:
    kinds = _MENTIONS if tab == "mentions" else KINDS
    found = await groups.groups(db, visit.viewer, reading.asked(visit), kinds=kinds)
    read = await markers.markers(db, visit.viewer, ["notifications"])
    if found and tab == "" and not visit.request.query_params.get("max_id"):
        await markers.mark(db, visit.viewer, "notifications", found[0].newest.id)
    last_read = read[0].last_read_id if read else 0
    told = await _rows(visit, db, found, last_read)
    key = found[-1].newest.id if len(found) == reading.LENGTH else 0
    return {"told": told, "older": reading.older(visit, key)}


async def _rows(visit: Visit, db: Db, found: Sequence[GroupedNotifications], last_read: int) -> list[Told]:
    presenter, viewer = visit.site.presenter, visit.viewer
    posts = await _posts(visit, db, {one.newest.post_id for one in found if one.newest.post_id})
    parents = await _posts(visit, db, {post.reply_to_id for post in posts.values() if post.reply_to_id})
    people = await presenter.cards(db, viewer, {id for one in found for id in one.senders})
    followers = {id for one in found if one.newest.kind == "follow" for id in one.senders[:1]}
    relations = await relationships(db, viewer, list(followers)) if followers else []
    to_follow = {one.id for one in relations if not one.follows and not one.requested}
    waited = {one.told_post_id: one.question for one in await watched.own(db, viewer) if one.told_post_id}
    rows = []
    for one in found:
        senders = [people[id] for id in one.senders if id in people]
        if not senders:
            continue
        post = posts.get(one.newest.post_id or 0)
        parent = parents.get(post.reply_to_id or 0) if post else None
        question = waited.get(one.newest.post_id or 0, "") if one.newest.kind == "status" else ""
        rows.append(
            Told(
                "awaited" if question else _kind(one.newest.kind, post, parent),
                senders,
                one.count,
                moment_of(one.newest.id),
                post,
                parent,
                question,
                one.newest.id > last_read,
                one.count == 1 and senders[0].id in to_follow,
            )
        )
    return rows


async def _posts(visit: Visit, db: Db, ids: set[int]) -> Mapping[int, Post]:
    seen = await post_views.posts(db, visit.viewer, sorted(ids))
    return await visit.site.presenter.posts_by_id(db, visit.viewer, seen)


def _kind(kind: str, post: Post | None, parent: Post | None) -> str:
    if kind != "mention" or post is None:
        return kind
    if parent is not None and parent.is_mine:
        return "answered" if parent.is_question else "replied"
    return "asks" if post.is_question and post.answer_id is None else kind
