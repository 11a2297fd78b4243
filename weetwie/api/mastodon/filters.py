"""Filters: what one would rather not read. (The form of old: `old_filters.py`.)"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon.render_filters import as_filter
from weetwie.api.parameters import Id
from weetwie.domain.filters import filters as own, posts as singles
from weetwie.domain.filters.filters import FilterChange, Keyword, KeywordChange, OwnFilter
from weetwie.domain.filters.posts import OwnFilterPost
from weetwie.domain.filters.rules import ACTIONS

routes = Routes("filters")

Context = Literal["home", "notifications", "public", "thread", "account"]
Contexts = Annotated[list[Context], Meta(max_length=20)]
KEEP: Final = -1


class KeywordGiven(Struct, frozen=True, kw_only=True):
    id: Id | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    destroy: bool = msgspec.field(default=False, name="_destroy")


class FilterGiven(Struct, frozen=True, kw_only=True):
    title: str | None = None
    context: Contexts | None = None
    filter_action: Literal["warn", "hide", "blur"] | None = None
    expires_in: int | None = KEEP
    """In seconds; null or 0 is without end."""
    keywords_attributes: Annotated[list[KeywordGiven], Meta(max_length=500)] = []


class NewFilter(FilterGiven, frozen=True, kw_only=True):
    title: str
    context: Contexts


class NewKeyword(Struct, frozen=True, kw_only=True):
    keyword: str
    whole_word: bool = True


class KeywordChanged(Struct, frozen=True, kw_only=True):
    keyword: str | None = None
    whole_word: bool | None = None


class NewFilterStatus(Struct, frozen=True, kw_only=True):
    status_id: Id


@routes.get("/api/v2/filters", scopes=["read:filters"])
async def filters(call: Call) -> list[wire.Filter]:
    """Your filters."""
    db = await call.db()
    posts = await singles.posts(db, call.viewer)
    return [_wire(one, posts) for one in await own.filters(db, call.viewer)]


@routes.get("/api/v2/filters/{id}", scopes=["read:filters"])
async def single(call: Call) -> wire.Filter:
    """One filter."""
    return await _one(call, call.id)


@routes.post("/api/v2/filters", scopes=["write:filters"])
async def make(call: Call, given: NewFilter) -> wire.Filter:
    """Create a filter."""
    return await _one(call, await own.make(await call.db(), call.viewer, _change(given)))


@routes.put("/api/v2/filters/{id}", scopes=["write:filters"])
async def change(call: Call, given: FilterGiven) -> wire.Filter:
    """Change a filter; omitted fields stay as they are."""
    await own.change(await call.db(), call.viewer, call.id, _change(given))
    return await _one(call, call.id)


@routes.delete("/api/v2/filters/{id}", scopes=["write:filters"])
async def delete(call: Call) -> wire.Empty:
    """Delete a filter."""
    await own.remove(await call.db(), call.viewer, call.id)
    return wire.Empty()


@routes.get("/api/v2/filters/{filter_id}/keywords", scopes=["read:filters"])
async def keywords(call: Call) -> list[wire.FilterKeyword]:
    """The keywords of a filter."""
    found = await own.own_filter(await call.db(), call.viewer, call.number("filter_id"))
    return [_keyword(word) for word in found.keywords]


@routes.post("/api/v2/filters/{filter_id}/keywords", scopes=["write:filters"])
async def add_keyword(call: Call, given: NewKeyword) -> wire.FilterKeyword:
    """Add a keyword."""
    db, filter_id = await call.db(), call.number("filter_id")
    id = await own.add_keyword(db, call.viewer, filter_id, given.keyword, is_whole_word=given.whole_word)
    return _keyword(await own.own_keyword(db, call.viewer, id))


@routes.get("/api/v2/filters/keywords/{id}", scopes=["read:filters"])
async def keyword(call: Call) -> wire.FilterKeyword:
    """One keyword."""
    return _keyword(await own.own_keyword(await call.db(), call.viewer, call.id))


@routes.put("/api/v2/filters/keywords/{id}", scopes=["write:filters"])
async def change_keyword(call: Call, given: KeywordChanged) -> wire.FilterKeyword:
    """Change a keyword."""
    db = await call.db()
    wanted = KeywordChange(id=call.id, keyword=given.keyword, is_whole_word=given.whole_word)
    await own.change_keyword(db, call.viewer, wanted)
    return _keyword(await own.own_keyword(db, call.viewer, call.id))


@routes.delete("/api/v2/filters/keywords/{id}", scopes=["write:filters"])
async def delete_keyword(call: Call) -> wire.Empty:
    """Remove a keyword."""
    await own.change_keyword(await call.db(), call.viewer, KeywordChange(id=call.id, is_removed=True))
    return wire.Empty()


@routes.get("/api/v2/filters/{filter_id}/statuses", scopes=["read:filters"])
async def statuses(call: Call) -> list[wire.FilterStatus]:
    """Single posts of a filter that you can see."""
    db, filter_id = await call.db(), call.number("filter_id")
    await own.own_filter(db, call.viewer, filter_id)
    return [_status(post) for post in await singles.posts(db, call.viewer) if post.filter_id == filter_id]


@routes.post("/api/v2/filters/{filter_id}/statuses", scopes=["write:filters"])
async def add_status(call: Call, given: NewFilterStatus) -> wire.FilterStatus:
    """Add a single post to a filter."""
    db = await call.db()
    id = await singles.add(db, call.viewer, call.number("filter_id"), given.status_id)
    return _status(await singles.one(db, call.viewer, id))


@routes.get("/api/v2/filters/statuses/{id}", scopes=["read:filters"])
async def status(call: Call) -> wire.FilterStatus:
    """A single filtered post."""
    return _status(await singles.one(await call.db(), call.viewer, call.id))


@routes.delete("/api/v2/filters/statuses/{id}", scopes=["write:filters"])
async def delete_status(call: Call) -> wire.FilterStatus:
    """Remove a single post from its filter."""
    db = await call.db()
    gone = await singles.one(db, call.viewer, call.id)
    await singles.remove(db, call.viewer, call.id)
    return _status(gone)


def _change(given: FilterGiven) -> FilterChange:
    return FilterChange(
        title=given.title,
        contexts=given.context,
        action=ACTIONS.index(given.filter_action) if given.filter_action else None,
        expires_in=UNSET if given.expires_in == KEEP else given.expires_in,
        keywords=[
            KeywordChange(
                id=word.id, keyword=word.keyword, is_whole_word=word.whole_word, is_removed=word.destroy
            )
            for word in given.keywords_attributes
        ],
    )


async def _one(call: Call, filter_id: int) -> wire.Filter:
    db = await call.db()
    return _wire(await own.own_filter(db, call.viewer, filter_id), await singles.posts(db, call.viewer))


def _wire(one: OwnFilter, posts: list[OwnFilterPost]) -> wire.Filter:
    return msgspec.structs.replace(
        as_filter(one),
        keywords=[_keyword(word) for word in one.keywords],
        statuses=[_status(post) for post in posts if post.filter_id == one.id],
    )


def _keyword(word: Keyword) -> wire.FilterKeyword:
    return wire.FilterKeyword(id=str(word.id), keyword=word.keyword, whole_word=word.is_whole_word)


def _status(post: OwnFilterPost) -> wire.FilterStatus:
    return wire.FilterStatus(id=str(post.id), status_id=str(post.post_id))
