"""A person's own filters, compiled once for each version of them, and what of a post they match."""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from weetwie.domain.filters import rules
from weetwie.domain.filters.filters import OwnFilter
from weetwie.domain.filters.posts import OwnFilterPost


class CompiledFilter(msgspec.Struct, frozen=True):
    own: OwnFilter
    pattern: re.Pattern[str] | None
    post_ids: frozenset[int]

    def hides_in(self, context: str) -> bool:
        """Whether what it matches is not shown there at all."""
        return self.holds_in(context) and rules.ACTIONS[self.own.action] == "hide"

    def holds_in(self, context: str) -> bool:
        return context in self.own.contexts


class FilterMatch(msgspec.Struct, frozen=True):
    """That a filter matches a post: by which words, and by which ids."""

    filter: CompiledFilter
    words: Sequence[str]
    post_ids: Sequence[int]


def compiled(filters: Sequence[OwnFilter], posts: Sequence[OwnFilterPost]) -> tuple[CompiledFilter, ...]:
    return tuple(
        CompiledFilter(
            one,
            rules.pattern([(word.keyword, word.is_whole_word) for word in one.keywords]),
            frozenset(post.post_id for post in posts if post.filter_id == one.id),
        )
        for one in filters
    )


def matches(
    filters: Sequence[CompiledFilter], post_ids: Sequence[int], text: str, now: datetime
) -> tuple[FilterMatch, ...]:
    """`post_ids` are that of a post and that of the boost which shows it."""
    text = rules.comparable(text)
    holding = (one for one in filters if one.own.expires_at is None or one.own.expires_at > now)
    return tuple(match for one in holding if (match := _match(one, post_ids, text)) is not None)


def _match(one: CompiledFilter, post_ids: Sequence[int], text: str) -> FilterMatch | None:
    words = tuple(dict.fromkeys(found.group() for found in one.pattern.finditer(text))) if one.pattern else ()
    posts = tuple(id for id in post_ids if id in one.post_ids)
    return FilterMatch(one, words, posts) if words or posts else None
