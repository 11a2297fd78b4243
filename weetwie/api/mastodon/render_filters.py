"""Filters, and what of a post they match, into their wire shape. Pure."""

from collections.abc import Sequence

import msgspec

from weetwie.api.mastodon import entities as wire
from weetwie.domain.filters import rules
from weetwie.domain.filters.filters import OwnFilter
from weetwie.hydration.filters import FilterMatch


def as_filter(one: OwnFilter) -> wire.Filter:
    """Without keywords and posts: these are told where the filter itself is asked for."""
    return wire.Filter(
        id=str(one.id),
        title=one.title,
        context=one.contexts,  # type: ignore[arg-type]
        expires_at=wire.date_time(one.expires_at) if one.expires_at else None,
        filter_action=rules.ACTIONS[one.action],
    )


def as_json(matches: Sequence[FilterMatch]) -> bytes:
    return b"[%b]" % b",".join(
        b'{"filter":%b,"keyword_matches":%b,"status_matches":%b}'
        % (
            msgspec.json.encode(as_filter(one.filter.own)),
            msgspec.json.encode(one.words or None),
            msgspec.json.encode([str(id) for id in one.post_ids] or None),
        )
        for one in matches
    )
