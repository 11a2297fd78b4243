"""What stands in a feed: the posts of its kind that its reader sees, newest first."""

from collections.abc import Sequence
from typing import Final

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.lists import lists
from weetwie.domain.people.lookup import lookup
from weetwie.domain.search.posts import search
from weetwie.domain.search.query import read
from weetwie.domain.timelines import list as of_lists, public
from weetwie.domain.timelines.person import posts_of
from weetwie.errors import _
from weetwie.text.text import tag_key
from weetwie.views import people as seen_people, posts as seen_posts
from weetwie.views.posts import SeenPost

LENGTH: Final = 40
QUESTIONS: Final = "is:question -is:answered"


class Found(msgspec.Struct, frozen=True):
    title: str
    """A sentence of ours, or a name."""
    values: dict[str, str]
    path: str
    """The page that shows the same."""
    posts: Sequence[SeenPost]


async def find(db: Db, viewer: Viewer, kind: str, about: str) -> Found:
    """Raises NotFound, and Invalid for a search that cannot be read."""
    page = Page(LENGTH)
    match kind:
        case "person":
            return await _person(db, viewer, int(about), page)
        case "topic":
            key = tag_key(about)
            found = await public.tagged(db, viewer, key, page, [], [], [])
            return Found("#{tag}", {"tag": key}, f"tags/{key}", found)
        case "list":
            own = await lists.own_list(db, viewer, int(about))
            found = await of_lists.of_list(db, viewer, own.id, page)
            return Found("{title}", {"title": own.title}, f"lists/{own.id}", found)
        case "questions":
            return Found(_("Open questions"), {}, "", await _search(db, viewer, QUESTIONS, page))
    found = await _search(db, viewer, about, page)
    return Found(_("Search: {words}"), {"words": about}, "search", found)


async def person(db: Db, viewer: Viewer, handle: str) -> str:
    """The id of whoever is called so, as it is kept for feeds. Raises NotFound."""
    return str(await lookup(db, viewer, handle))


async def _person(db: Db, viewer: Viewer, person_id: int, page: Page) -> Found:
    """What they write; what they boost is by others."""
    seen = await seen_people.person(db, viewer, person_id)
    (profile,) = await seen_people.profiles(db, [seen])
    found = await posts_of(db, viewer, person_id, page, without_boosts=True)
    return Found("{name}", {"name": profile.name or f"@{profile.handle}"}, f"@{profile.handle}", found)


async def _search(db: Db, viewer: Viewer, words: str, page: Page) -> list[SeenPost]:
    asked = read(words)
    asked.order = "time"
    return await seen_posts.posts(db, viewer, await search(db, viewer, asked, page))
