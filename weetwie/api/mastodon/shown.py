"""From seen things to the bytes of an answer: loads what the renderer does not keep yet, then renders."""

from collections.abc import Iterable, Sequence
from typing import Any

from weetwie.access.enums import QuoteState
from weetwie.access.viewer import Viewer
from weetwie.api.call import Call
from weetwie.api.mastodon.beside import Beside
from weetwie.api.mastodon.filtering import Ready, ready
from weetwie.api.mastodon.render import Renderer
from weetwie.database.pool import Db
from weetwie.domain.filters import filters as own_filters
from weetwie.domain.filters import posts as filter_posts
from weetwie.domain.identity.keys import key
from weetwie.domain.media.addresses import Addresses
from weetwie.views import cards as seen_cards
from weetwie.views import media as seen_media
from weetwie.views import people as seen_people
from weetwie.views import polls as seen_polls
from weetwie.views import posts as seen_posts
from weetwie.views import texts as seen_words
from weetwie.views.people import SeenPerson
from weetwie.views.posts import SeenPost


async def statuses(call: Call, posts: Sequence[SeenPost]) -> bytes:
    beside = await load(await call.db(), call.renderer, call.viewer, posts)
    return renderer_of(call).statuses(posts, beside)


async def status(call: Call, post: SeenPost) -> bytes:
    beside = await load(await call.db(), call.renderer, call.viewer, [post])
    return renderer_of(call).status(post, beside)


async def status_by_id(call: Call, post_id: int) -> bytes:
    """Raises NotFound for a post that the viewer does not see."""
    return await status(call, await seen_posts.post(await call.db(), call.viewer, post_id))


async def accounts(call: Call, people: Sequence[SeenPerson]) -> bytes:
    await load_people(await call.db(), call.renderer, people)
    return renderer_of(call).accounts(people)


async def account(call: Call, person: SeenPerson) -> bytes:
    await load_people(await call.db(), call.renderer, [person])
    return renderer_of(call).account(person)


def renderer_of(call: Call) -> Renderer:
    renderer: Renderer = call.renderer
    return renderer


async def load(db: Db, renderer: Renderer, viewer: Viewer, posts: Sequence[SeenPost]) -> Beside:
    """Everything that these posts are rendered from. For plain posts that the renderer keeps already, nothing is asked."""
    quotes = await _quotes(db, viewer, posts)
    shown = [*posts, *quotes.values()]
    missing = {post.quote_of_id for post in shown if post.quote_of_id and is_quote(post)} - quotes.keys()
    gone = await seen_posts.gone(db, viewer, missing)
    await load_kept(db, renderer, shown)
    filters = await load_filters(db, renderer, viewer) if viewer.filters_version else ()
    polls = await seen_polls.of_posts(db, viewer, shown)
    return Beside(viewer=viewer, filters=filters, polls=polls, quotes=quotes, gone=gone)


async def _quotes(db: Db, viewer: Viewer, posts: Sequence[SeenPost]) -> dict[int, SeenPost]:
    """What these posts quote, and what that quotes again, which shows by its id alone."""
    found: dict[int, SeenPost] = {}
    for _depth in range(2):
        wanted = {post.quote_of_id for post in posts if post.quote_of_id and is_quote(post)}
        posts = await seen_posts.posts(db, viewer, wanted - found.keys())
        found |= {post.post_id: post for post in posts}
    return found


def is_quote(post: SeenPost) -> bool:
    """Whether it shows what it quotes, to those who see that."""
    return post.quote_of_id is not None and post.quote_state == QuoteState.accepted


async def load_filters(db: Db, renderer: Renderer, viewer: Viewer) -> Sequence[Ready]:
    """Read once for each version of them."""
    key = (viewer.person_id, viewer.filters_version)
    kept: Sequence[Ready] | None = renderer.filters.get(key)
    if kept is None:
        kept = ready(await own_filters.filters(db, viewer), await filter_posts.all_posts(db, viewer))
        renderer.filters.put(key, kept)
    return kept


async def load_kept(db: Db, renderer: Renderer, posts: Sequence[SeenPost]) -> None:
    """At most one statement for the words that are missing and one for the people."""
    if missing := renderer.missing_words(posts):
        words, media = await seen_words.words(db, missing), await seen_media.of_posts(db, missing)
        cards = await seen_cards.of_posts(db, missing)
        if media:
            await _load_addresses(db, renderer)
        renderer.keep_words(words, missing, media, cards)
    await load_people(db, renderer, _people_of(posts))


async def addresses(call: Call) -> Addresses:
    """Where media lie."""
    return await _load_addresses(await call.db(), renderer_of(call))


async def _load_addresses(db: Db, renderer: Renderer) -> Addresses:
    if renderer.addresses is None:
        renderer.addresses = Addresses(renderer.base_url, await key(db, "media"))
    return renderer.addresses


def _people_of(posts: Iterable[SeenPost]) -> list[SeenPerson]:
    people: dict[Any, SeenPerson] = {}
    for post in posts:
        people[post.author.key] = post.author
        if post.booster is not None:
            people[post.booster.key] = post.booster
    return list(people.values())


async def load_people(db: Db, renderer: Renderer, people: Sequence[SeenPerson]) -> None:
    if missing := renderer.missing_people(people):
        renderer.keep_profiles(await seen_people.profiles(db, missing), missing)
