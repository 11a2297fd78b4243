"""Polls into their wire shape."""

from collections.abc import Sequence

import msgspec

from weetwie.api.mastodon.entities.formats import date_time
from weetwie.api.mastodon.render_texts import WireEmoji
from weetwie.hydration.views import PollView


def as_json(poll: PollView, emojis: Sequence[WireEmoji] = ()) -> bytes:
    seen = poll.seen
    shown = {
        "id": str(seen.post_id),
        "expires_at": date_time(seen.ends_at),
        "expired": poll.is_over,
        "multiple": seen.is_multiple,
        "votes_count": sum(seen.counts),
        "voters_count": seen.voters_count,
        "options": [
            {"title": title, "votes_count": count if poll.shows_counts else None}
            for title, count in zip(seen.options, seen.counts, strict=True)
        ],
        "emojis": emojis,
    }
    if poll.is_asked:
        shown["voted"] = poll.has_voted
        shown["own_votes"] = seen.choices or []
    return msgspec.json.encode(shown)
