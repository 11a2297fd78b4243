"""View models: what one viewer is shown of a post, whatever shows it."""

from collections.abc import Mapping, Sequence, Set
from typing import Generic, TypeVar

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.hydration.filters import CompiledFilter, FilterMatch
from weetwie.views.polls import SeenPoll
from weetwie.views.posts import SeenPost

Content = TypeVar("Content")


class Hydrated(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to one viewer and one answer; loaded once for all its posts, and empty where none of them has it."""

    viewer: Viewer
    polls: Mapping[int, SeenPoll] = {}
    """By post, as this viewer sees them."""
    filters: Sequence[CompiledFilter] = ()
    """The viewer's own; for most there are none."""
    quotes: Mapping[int, SeenPost] = {}
    """What is quoted, as far as this viewer sees it, by its id; and what that quotes again."""
    gone: Set[int] = frozenset()
    """What is quoted and was deleted, as far as this viewer saw it before."""


class PollView(msgspec.Struct, frozen=True):
    seen: SeenPoll
    is_over: bool
    shows_counts: bool
    """How many chose what may be hidden until the end."""
    is_asked: bool
    """Whether somebody looks who could ever vote."""
    has_voted: bool
    """The author counts as one who has."""
    may_vote: bool


class QuoteView(msgspec.Struct, Generic[Content], frozen=True):
    """What is quoted, as this viewer sees it."""

    state: str
    """As the API of Mastodon calls it: `accepted`, `unauthorized`, `revoked`, `deleted`."""
    post_id: int = 0
    """0 where one does not see it."""
    post: "PostView[Content] | None" = None
    """None also for a quote in a quote, which is named by its id alone."""


class PostView(msgspec.Struct, Generic[Content], frozen=True):
    """A post, or a boost of one. `content` is what the presentation keeps of what all viewers see alike."""

    seen: SeenPost
    content: Content
    is_own: bool
    matches: Sequence[FilterMatch]
    """The viewer's filters that match; what one wrote oneself is never filtered."""
    poll: PollView | None
    quote: QuoteView[Content] | None
    media_for: int
    """For whom the addresses of its media are made; 0 for the plain ones of posts for the world."""

    def is_hidden(self, context: str) -> bool:
        """Whether a filter keeps it out of what is shown in this context altogether."""
        return any(match.filter.hides_in(context) for match in self.matches)

    def folded_by(self, context: str) -> str:
        """The title of the filter under which it is folded there."""
        holding = (match.filter.own.title for match in self.matches if match.filter.holds_in(context))
        return next(holding, "")
