"""The search box of every app: people, tags, and whatever an address of ours leads to."""

from typing import Annotated, Literal

from msgspec import Struct

from weetwie.access.viewer import Viewer
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, present, render_relations as render
from weetwie.api.mastodon.names import AddressTarget, local_handle, named_by
from weetwie.api.parameters import LooseId, at_most, skipped
from weetwie.database.paging import page as page_at
from weetwie.database.pool import Db
from weetwie.domain.knowledge.experts import knowers
from weetwie.domain.knowledge.translating import Glosses
from weetwie.domain.people.search import handle_of, search
from weetwie.domain.relations.tags import tags_like
from weetwie.domain.search.posts import search as search_posts
from weetwie.domain.search.query import SearchQuery, read
from weetwie.flows.translated_search import in_every_language
from weetwie.text.text import tag_key
from weetwie.views import people as seen_people, posts as seen_posts, tags as seen_tags
from weetwie.views.people import SeenPerson
from weetwie.views.posts import SeenPost

routes = Routes("search")


class SearchFor(Struct, frozen=True, kw_only=True):
    q: str
    type: Literal["accounts", "hashtags", "statuses"] | None = None
    resolve: bool = False
    following: bool = False
    account_id: LooseId | None = None
    exclude_unreviewed: bool = False
    max_id: LooseId | None = None
    min_id: LooseId | None = None
    offset: Annotated[int, skipped()] = 0
    limit: Annotated[int, at_most(20, 40)] = 20
    order: Literal["relevance", "time"] | None = None


@routes.get("/api/v2/search", access="public", scopes=["read:search"], answer=wire.Search, rate="search")
async def find(call: Call, wanted: SearchFor) -> bytes:
    """Search people, hashtags and posts, with operators such as `from:ada`; the address of a person or post opens it."""
    db = await call.db()
    people: list[SeenPerson] = []
    posts: list[SeenPost] = []
    tags: list[wire.Tag] = []
    glosses = Glosses(db, call.viewer)
    named = named_by(wanted.q.strip(), call.base_url)
    if named is not None:
        people, posts = await _resolve(db, call.viewer, named)
    else:
        asked = read(wanted.q)
        is_plain = not asked.has_operators
        if wanted.type in (None, "accounts") and is_plain and not wanted.q.startswith("#"):
            people = await _people(call, wanted, glosses)
        if (
            wanted.type in (None, "hashtags")
            and (is_plain or wanted.q.startswith("#"))
            and not wanted.q.startswith("@")
        ):
            tags = await _tags(call, wanted)
        if wanted.type in (None, "statuses") and not wanted.q.startswith("@"):
            meant = await in_every_language(db, call.viewer, asked, glosses)
            posts = await _posts(call, wanted, meant)
    statuses = await present.statuses(call, posts)
    return b'{"accounts":%b,"statuses":%b,"hashtags":%b}' % (
        await present.accounts(call, people),
        statuses,
        render.encoded(tags),
    )


async def _resolve(db: Db, viewer: Viewer, named: AddressTarget) -> tuple[list[SeenPerson], list[SeenPost]]:
    """Nothing, where the address leads to nothing that the viewer sees."""
    if named.post_id is not None:
        return [], await seen_posts.posts(db, viewer, [named.post_id])
    ids = await handle_of(db, viewer, named.handle or "")
    return await seen_people.people(db, viewer, ids), []


async def _people(call: Call, wanted: SearchFor, glosses: Glosses) -> list[SeenPerson]:
    """By name; where nobody is called so, those who know about it."""
    db = await call.db()
    words = local_handle(wanted.q, call.base_url, strict=False)
    ids = await search(
        db,
        call.viewer,
        words,
        limit=wanted.limit,
        offset=wanted.offset,
        only_followed=wanted.following,
    )
    if not ids and not wanted.offset and not wanted.following and call.viewer.is_person:
        found = await knowers(db, call.viewer, wanted.q, most=2 * wanted.limit, glosses=glosses)
        return (await seen_people.ranked(db, call.viewer, found))[: wanted.limit]
    return await seen_people.people(db, call.viewer, ids)


async def _posts(call: Call, wanted: SearchFor, asked: SearchQuery) -> list[SeenPost]:
    """Best first, or newest first where a bound or `order=time` is given."""
    db = await call.db()
    if wanted.order is not None:
        asked.order = wanted.order
    page = page_at(wanted.limit, wanted.max_id, None, wanted.min_id)
    ids = await search_posts(db, call.viewer, asked, page, offset=wanted.offset, by=wanted.account_id)
    return await seen_posts.posts(db, call.viewer, ids)


async def _tags(call: Call, wanted: SearchFor) -> list[wire.Tag]:
    db = await call.db()
    key = tag_key(wanted.q.strip().removeprefix("#"))
    if not key:
        return []
    ids = await tags_like(db, call.viewer, key, limit=wanted.limit, offset=wanted.offset)
    found = await seen_tags.tags(db, call.viewer, ids)
    return [render.tag(one, call.base_url, tells_following=call.viewer.is_person) for one in found]
