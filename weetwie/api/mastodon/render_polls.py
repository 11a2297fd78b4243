"""Polls into their wire shape."""

from collections.abc import Sequence

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.api.mastodon.entities.formats import date_time
from weetwie.runtime import clock
from weetwie.views.polls import SeenPoll
from weetwie.views.posts import SeenPost


def as_json(poll: SeenPoll, post: SeenPost, viewer: Viewer, emojis: Sequence[object] = ()) -> bytes:
    """As this viewer sees it: how many chose what is hidden until the end where the author wants it so."""
    is_over = poll.ends_at <= clock.now()
    shows_counts = is_over or not poll.hides_totals
    shown = {
        "id": str(poll.post_id),
        "expires_at": date_time(poll.ends_at),
        "expired": is_over,
        "multiple": poll.is_multiple,
        "votes_count": sum(poll.counts),
        "voters_count": poll.voters_count,
        "options": [
            {"title": title, "votes_count": count if shows_counts else None}
            for title, count in zip(poll.options, poll.counts, strict=True)
        ],
        "emojis": emojis,
    }
    if viewer.is_person:
        shown["voted"] = poll.choices is not None or post.author.id == viewer.person_id
        shown["own_votes"] = poll.choices or []
    return msgspec.json.encode(shown)
