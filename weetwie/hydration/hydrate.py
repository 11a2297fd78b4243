"""Hydration: what is not kept in this version is loaded, in one statement for each kind; then the rules are applied.

`views` finds posts and people under the law, with what is the viewer's own. What all viewers see alike is loaded here once for each
version, and kept as the presentation wants it: as encoded JSON, or as markup.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

import msgspec

from weetwie.access.enums import QuoteState, Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.filters import filters as own_filters, posts as filter_posts
from weetwie.domain.identity.keys import key
from weetwie.domain.media.addresses import Addresses
from weetwie.hydration.filters import CompiledFilter, compiled, matches
from weetwie.hydration.views import Content, Hydrated, PollView, PostView, QuoteView
from weetwie.runtime import clock
from weetwie.runtime.cache import Cache
from weetwie.views import (
    cards as seen_cards,
    media as seen_media,
    people as seen_people,
    polls as seen_polls,
    posts as seen_posts,
    texts as seen_words,
)
from weetwie.views.cards import SeenCard
from weetwie.views.media import SeenMedia
from weetwie.views.people import Profile, SeenPerson
from weetwie.views.polls import SeenPoll
from weetwie.views.posts import SeenPost
from weetwie.views.texts import Words

Card = TypeVar("Card")


_WORLD, _UNLISTED = int(Ring.world), int(Visibility.unlisted)


class SharedPart(msgspec.Struct, Generic[Content], frozen=True):
    """Of one version of a post, what all viewers see alike."""

    content: Content
    text: str
    """What filters look at."""


class Hydrator(Generic[Content, Card]):
    """Keeps the common parts of one installation. `present_post` and `present_person` make of them what is to be kept."""

    def __init__(
        self,
        base_url: str,
        present_post: Callable[[Words, Sequence[SeenMedia], SeenCard | None], Content],
        present_person: Callable[[Profile], Card],
        size: int,
        *,
        names_quotes_in_quotes: bool,
    ) -> None:
        self._base_url = base_url
        self._present_post = present_post
        self._present_person = present_person
        self._names_quotes_in_quotes = names_quotes_in_quotes
        self._posts: Cache[tuple[int, int], SharedPart[Content]] = Cache(size)
        self._people: Cache[tuple[int, int, int], Card] = Cache(size)
        self._filters: Cache[tuple[int, int], Sequence[CompiledFilter]] = Cache(size)
        """By person and version."""
        self._addresses: Addresses | None = None

    def clear(self) -> None:
        """Forgets what stands in the texts of all posts and people alike: the organisation's emoji."""
        self._posts.clear()
        self._people.clear()

    @property
    def addresses(self) -> Addresses:
        assert self._addresses is not None, "the addresses are loaded with the media"
        return self._addresses

    # Hydration

    async def posts(self, db: Db, viewer: Viewer, posts: Sequence[SeenPost]) -> Hydrated:
        """Everything that these posts are shown with. For plain posts that are kept already, nothing is asked."""
        quotes, gone, shown = dict[int, SeenPost](), set[int](), posts
        if any(post.quote_of_id for post in posts):
            quotes = await self._quotes(db, viewer, posts)
            shown = [*posts, *quotes.values()]
            if self._names_quotes_in_quotes:
                missing = {post.quote_of_id for post in shown if post.quote_of_id and is_quote(post)}
                gone = await seen_posts.gone(db, viewer, missing - quotes.keys())
        await self.common(db, shown)
        filters = await self.filters(db, viewer)
        polls = await seen_polls.of_posts(db, viewer, shown)
        return Hydrated(viewer=viewer, filters=filters, polls=polls, quotes=quotes, gone=gone)

    async def _quotes(self, db: Db, viewer: Viewer, posts: Sequence[SeenPost]) -> dict[int, SeenPost]:
        """What these posts quote, and what that quotes again, where that is named."""
        found: dict[int, SeenPost] = {}
        for _depth in range(1 + self._names_quotes_in_quotes):
            wanted = {post.quote_of_id for post in posts if post.quote_of_id and is_quote(post)}
            posts = await seen_posts.posts(db, viewer, wanted - found.keys())
            found |= {post.post_id: post for post in posts}
        return found

    async def common(self, db: Db, posts: Sequence[SeenPost]) -> None:
        """At most one statement for each kind of what is missing, and one for the people. What is newer than it was when the
        post was found is kept under the older version too: nobody asks for that again."""
        # What others load until these are shown takes the places of what was here first, which must be none of these.
        if missing := [post for post in posts if not self._posts.hold((post.post_id, post.version))]:
            words = {one.id: one for one in await seen_words.words(db, missing)}
            media, cards = await seen_media.of_posts(db, missing), await seen_cards.of_posts(db, missing)
            if media:
                await self.load_addresses(db)
            for post in missing:
                if (said := words.get(post.post_id)) is not None:
                    files = media.get(post.post_id, ())
                    content = self._present_post(said, files, cards.get(post.post_id))
                    text = "\n".join([said.warning, said.text, *(one.description for one in files)])
                    self._posts.put((post.post_id, post.version), SharedPart(content, text))
        await self.people(db, _people_of(posts))

    def missing(self, posts: Iterable[SeenPost]) -> list[SeenPost]:
        """Those that are not kept. After `common`: those that were deleted after they were found."""
        return [post for post in posts if self._posts.get((post.post_id, post.version)) is None]

    async def people(self, db: Db, people: Iterable[SeenPerson]) -> None:
        by_key = {one.key: one for one in people}
        missing = {key: one for key, one in by_key.items() if not self._people.hold(key)}
        if not missing:
            return
        found = {(one.id, one.detail): one for one in await seen_people.profiles(db, missing.values())}
        for person in missing.values():
            if (profile := found.get((person.id, person.detail))) is not None:
                self._people.put(person.key, self._present_person(profile))

    async def filters(self, db: Db, viewer: Viewer) -> Sequence[CompiledFilter]:
        """Read once for each version of them."""
        kept = self.kept_filters(viewer)
        if kept is None:
            kept = compiled(await own_filters.filters(db, viewer), await filter_posts.all_posts(db, viewer))
            self._filters.put((viewer.person_id, viewer.filters_version), kept)
        return kept

    def kept_filters(self, viewer: Viewer) -> Sequence[CompiledFilter] | None:
        """None where they are to be read."""
        return self._filters.get((viewer.person_id, viewer.filters_version)) if viewer.filters_version else ()

    async def load_addresses(self, db: Db) -> Addresses:
        """Where media lie."""
        if self._addresses is None:
            self._addresses = Addresses(self._base_url, await key(db, "media"))
        return self._addresses

    # Rules

    def person(self, person: SeenPerson) -> Card:
        card = self._people.get(person.key)
        assert card is not None, "people are hydrated before they are shown"
        return card

    def views(self, posts: Iterable[SeenPost], hydrated: Hydrated) -> list[PostView[Content]]:
        """Without what was deleted after it was found."""
        views = (self.view(post, hydrated) for post in posts)
        return [view for view in views if view is not None]

    def view(
        self, post: SeenPost, hydrated: Hydrated, *, is_quoted: bool = False
    ) -> PostView[Content] | None:
        common = self._posts.get((post.post_id, post.version))
        if common is None:
            return None
        viewer = hydrated.viewer
        is_own = post.author.id == viewer.person_id
        poll = hydrated.polls.get(post.post_id) if hydrated.polls else None
        is_open = post.ring == _WORLD and post.post_visibility <= _UNLISTED
        found = (
            matches(hydrated.filters, _ids(post), _looked_at(common.text, poll), clock.now())
            if hydrated.filters and not is_own
            else ()
        )
        return PostView(
            post,
            common.content,
            is_own,
            found,
            poll_view(poll, viewer, is_own=is_own) if poll else None,
            self._quote(post, hydrated, is_quoted=is_quoted) if post.quote_of_id else None,
            0 if is_open else viewer.person_id,
        )

    def _quote(self, post: SeenPost, hydrated: Hydrated, *, is_quoted: bool) -> QuoteView[Content]:
        if post.quote_state == QuoteState.revoked:
            return QuoteView("revoked")
        quoted = hydrated.quotes.get(post.quote_of_id or 0)
        if quoted is None:
            return QuoteView("deleted" if post.quote_of_id in hydrated.gone else "unauthorized")
        if is_quoted:
            return QuoteView("accepted", quoted.post_id)
        view = self.view(quoted, hydrated, is_quoted=True)
        return QuoteView("unauthorized") if view is None else QuoteView("accepted", quoted.post_id, view)


def is_quote(post: SeenPost) -> bool:
    """Whether it shows what it quotes, to those who see that."""
    return post.quote_of_id is not None and post.quote_state == QuoteState.accepted


def poll_view(poll: SeenPoll, viewer: Viewer, *, is_own: bool) -> PollView:
    is_over = poll.ends_at <= clock.now()
    has_voted = poll.choices is not None or is_own
    return PollView(
        poll,
        is_over,
        is_over or not poll.hides_totals,
        viewer.is_person,
        has_voted,
        viewer.is_person and not is_over and not has_voted,
    )


def _ids(post: SeenPost) -> tuple[int, ...]:
    return (post.post_id,) if post.id == post.post_id else (post.id, post.post_id)


def _looked_at(text: str, poll: SeenPoll | None) -> str:
    return "\n".join([text, *poll.options]) if poll else text


def _people_of(posts: Sequence[SeenPost]) -> list[SeenPerson]:
    return [
        *[post.author for post in posts],
        *[post.booster for post in posts if post.booster is not None],
    ]
