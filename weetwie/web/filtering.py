"""A reader's own filters, put on what a page shows: hidden altogether, or folded under the name of the filter."""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.filters import posts as singles
from weetwie.domain.filters import rules
from weetwie.domain.filters.filters import OwnFilter, filters
from weetwie.runtime import clock
from weetwie.web.shown import Post


class _Ready(msgspec.Struct, frozen=True):
    title: str
    hides: bool
    pattern: re.Pattern[str] | None
    post_ids: frozenset[int]


async def filtered(db: Db, viewer: Viewer, posts: Sequence[Post], context: str) -> list[Post]:
    """Without what is hidden in this context (one of `rules.CONTEXTS`). What one wrote oneself is never filtered."""
    if not viewer.filters_version or not posts:
        return list(posts)
    now = clock.now()
    mine = [one for one in await filters(db, viewer) if _holds(one, context, now)]
    alone = await singles.all_posts(db, viewer) if mine else []
    ready = [
        _Ready(
            one.title,
            rules.ACTIONS[one.action] == "hide",
            rules.pattern([(word.keyword, word.is_whole_word) for word in one.keywords]),
            frozenset(post.post_id for post in alone if post.filter_id == one.id),
        )
        for one in mine
    ]
    shown = ((post, _match(ready, post)) for post in posts)
    return [
        msgspec.structs.replace(post, filtered_by=match.title) if match else post
        for post, match in shown
        if match is None or not match.hides
    ]


def _holds(one: OwnFilter, context: str, now: datetime) -> bool:
    return context in one.contexts and (one.expires_at is None or one.expires_at > now)


def _match(ready: Sequence[_Ready], post: Post) -> _Ready | None:
    """The first that matches; one that hides before all others."""
    if post.is_mine:
        return None
    told = [post.warning, post.text, *(picture.description for picture in post.pictures)]
    told += [option.title for option in post.poll.options] if post.poll else []
    text = rules.comparable("\n".join(told))
    found = [
        one
        for one in ready
        if post.id in one.post_ids
        or post.key in one.post_ids
        or (one.pattern is not None and one.pattern.search(text))
    ]
    return min(found, key=lambda one: not one.hides, default=None)
