"""Filters in the form of old: each keyword is a filter of its own."""

from typing import Final

from msgspec import UNSET, Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon.filters import KEEP, Contexts
from weetwie.api.mastodon.render_filters import as_filter
from weetwie.domain.filters import filters as own
from weetwie.domain.filters.filters import FilterChange, Keyword, KeywordChange, OwnFilter
from weetwie.domain.filters.rules import ACTIONS
from weetwie.errors import Invalid, _

routes = Routes("filters")

_HIDE: Final = ACTIONS.index("hide")


class OldFilterGiven(Struct, frozen=True, kw_only=True):
    phrase: str
    context: Contexts
    irreversible: bool = False
    whole_word: bool = False
    expires_in: int | None = KEEP


@routes.get("/api/v1/filters", scopes=["read:filters"], deprecated=True)
async def old_filters(call: Call) -> list[wire.V1Filter]:
    """Your filters, in the older format."""
    found = await own.filters(await call.db(), call.viewer)
    return [_old(one, word) for one in found for word in one.keywords]


@routes.get("/api/v1/filters/{id}", scopes=["read:filters"], deprecated=True)
async def old_single(call: Call) -> wire.V1Filter:
    """One filter, in the older format."""
    return await _old_one(call, call.id)


@routes.post("/api/v1/filters", scopes=["write:filters"], deprecated=True)
async def old_make(call: Call, given: OldFilterGiven) -> wire.V1Filter:
    """Create a filter with one keyword."""
    db = await call.db()
    wanted = _old_change(given, None, title=given.phrase[:256])
    made = await own.own_filter(db, call.viewer, await own.make(db, call.viewer, wanted))
    return _old(made, made.keywords[0])


@routes.put("/api/v1/filters/{id}", scopes=["write:filters"], deprecated=True)
async def old_change(call: Call, given: OldFilterGiven) -> wire.V1Filter:
    """Change a filter created in this format."""
    db = await call.db()
    word = await own.own_keyword(db, call.viewer, call.id)
    before = await own.own_filter(db, call.viewer, word.filter_id)
    wanted = _old_change(given, call.id)
    if len(before.keywords) > 1 and _concerns_all(wanted, before):
        raise Invalid(
            _(
                "This filter has several keywords, and your app is too old to change it. Change it on the website."
            )
        )
    await own.change(db, call.viewer, before.id, wanted)
    return await _old_one(call, call.id)


@routes.delete("/api/v1/filters/{id}", scopes=["write:filters"], deprecated=True)
async def old_delete(call: Call) -> wire.Empty:
    """Delete a keyword, and its filter if it has no other."""
    db = await call.db()
    word = await own.own_keyword(db, call.viewer, call.id)
    if len((await own.own_filter(db, call.viewer, word.filter_id)).keywords) > 1:
        await own.change_keyword(db, call.viewer, KeywordChange(id=call.id, is_removed=True))
    else:
        await own.remove(db, call.viewer, word.filter_id)
    return wire.Empty()


def _old_change(given: OldFilterGiven, keyword_id: int | None, title: str | None = None) -> FilterChange:
    keyword = KeywordChange(id=keyword_id, keyword=given.phrase, is_whole_word=given.whole_word)
    return FilterChange(
        title=title,
        contexts=given.context,
        action=_HIDE if given.irreversible else 0,
        expires_in=UNSET if given.expires_in == KEEP else given.expires_in,
        keywords=[keyword],
    )


def _concerns_all(wanted: FilterChange, before: OwnFilter) -> bool:
    is_same = set(wanted.contexts or ()) == set(before.contexts) and wanted.action == before.action
    return not is_same or wanted.expires_in is not UNSET


async def _old_one(call: Call, keyword_id: int) -> wire.V1Filter:
    db = await call.db()
    word = await own.own_keyword(db, call.viewer, keyword_id)
    return _old(await own.own_filter(db, call.viewer, word.filter_id), word)


def _old(one: OwnFilter, word: Keyword) -> wire.V1Filter:
    filter = as_filter(one)
    return wire.V1Filter(
        id=str(word.id),
        phrase=word.keyword,
        context=filter.context,
        expires_at=filter.expires_at,
        irreversible=one.action == _HIDE,
        whole_word=word.is_whole_word,
    )
