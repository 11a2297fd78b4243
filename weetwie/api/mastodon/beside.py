"""What belongs to one viewer and one answer, beside what the renderer keeps for all."""

from collections.abc import Mapping, Sequence, Set

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.api.mastodon.filtering import Ready
from weetwie.views.polls import SeenPoll
from weetwie.views.posts import SeenPost


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """Loaded once for all posts of an answer; what none of them has is left empty."""

    viewer: Viewer
    polls: Mapping[int, SeenPoll] = {}
    """By post, as this viewer sees them."""
    filters: Sequence[Ready] = ()
    """The viewer's own; for most there are none."""
    quotes: Mapping[int, SeenPost] = {}
    """What is quoted, as far as this viewer sees it, by its id; and what that quotes again."""
    gone: Set[int] = frozenset()
    """What is quoted and was deleted, as far as this viewer saw it before."""
