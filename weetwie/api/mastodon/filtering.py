"""A person's filters, made ready once for each version of them: what of a post they match, as the answer tells it."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from weetwie.api.mastodon import entities as wire
from weetwie.domain.filters import rules
from weetwie.domain.filters.filters import OwnFilter
from weetwie.domain.filters.posts import OwnFilterPost

NOTHING: Final = b"[]"


class Ready(msgspec.Struct, frozen=True):
    """One filter."""

    encoded: bytes
    expires_at: datetime | None
    pattern: re.Pattern[str] | None
    post_ids: frozenset[int]
    hides_in: frozenset[str] = frozenset()
    """Where what it matches is not shown at all."""


def ready(filters: Sequence[OwnFilter], posts: Sequence[OwnFilterPost]) -> tuple[Ready, ...]:
    return tuple(
        Ready(
            msgspec.json.encode(as_filter(one)),
            one.expires_at,
            rules.pattern([(word.keyword, word.is_whole_word) for word in one.keywords]),
            frozenset(post.post_id for post in posts if post.filter_id == one.id),
            frozenset(one.contexts if rules.ACTIONS[one.action] == "hide" else ()),
        )
        for one in filters
    )


def as_filter(one: OwnFilter) -> wire.Filter:
    """Without keywords and posts: these are told where the filter itself is asked for."""
    return wire.Filter(
        id=str(one.id),
        title=one.title,
        context=one.contexts,  # type: ignore[arg-type]
        expires_at=wire.date_time(one.expires_at) if one.expires_at else None,
        filter_action=rules.ACTIONS[one.action],
    )


def filtered(filters: Sequence[Ready], post_ids: Sequence[int], text: str, now: datetime) -> bytes:
    """The results for one post, as JSON; `post_ids` are its own and that of the boost that shows it."""
    text = rules.comparable(text)
    results = [
        result
        for one in filters
        if (one.expires_at is None or one.expires_at > now) and (result := _result(one, post_ids, text))
    ]
    return b"[%b]" % b",".join(results) if results else NOTHING


def is_hidden(
    filters: Sequence[Ready], post_ids: Sequence[int], text: str, now: datetime, context: str
) -> bool:
    hiding = [one for one in filters if context in one.hides_in]
    return bool(hiding) and filtered(hiding, post_ids, text, now) is not NOTHING


def _result(one: Ready, post_ids: Sequence[int], text: str) -> bytes | None:
    words = list(dict.fromkeys(found.group() for found in one.pattern.finditer(text))) if one.pattern else []
    posts = [str(id) for id in post_ids if id in one.post_ids]
    if not words and not posts:
        return None
    return b'{"filter":%b,"keyword_matches":%b,"status_matches":%b}' % (
        one.encoded,
        msgspec.json.encode(words or None),
        msgspec.json.encode(posts or None),
    )
