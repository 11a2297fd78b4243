"""People whom somebody puts forward together, for others to find and follow."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, present
from weetwie.api.parameters import Id, OffsetParams
from weetwie.domain.collections import collections as own, people
from weetwie.domain.collections.collections import CollectionChange, SeenCollection
from weetwie.domain.collections.people import SeenCollectionItem
from weetwie.domain.collections.rules import MOST_PEOPLE
from weetwie.domain.posts import tags
from weetwie.errors import Forbidden
from weetwie.text.text import tag_key
from weetwie.views import people as seen_people

routes = Routes("collections")

_READ, _WRITE = ["read:collections"], ["write:collections"]


class CollectionParams(Struct, frozen=True, kw_only=True):
    name: str | None = None
    description: str | None = None
    language: str | None = None
    tag_name: str | None = None
    sensitive: bool | None = None
    discoverable: bool | None = None


class NewCollectionParams(CollectionParams, frozen=True, kw_only=True):
    account_ids: Annotated[list[Id], Meta(max_length=MOST_PEOPLE)] = []


class CollectionItemParams(Struct, frozen=True, kw_only=True):
    account_id: Id


@routes.post("/api/v1/collections", scopes=_WRITE)
async def make(call: Call, given: NewCollectionParams) -> wire.WrappedCollection:
    """Create a collection of people for others to follow."""
    db = await call.db()
    id = await own.make(db, call.viewer, _change(given))
    for person_id in dict.fromkeys(given.account_ids):
        await people.add(db, call.viewer, id, person_id)
    return await _wrapped(call, id)


@routes.get("/api/v1/collections/{id}", scopes=_READ, access="public", answer=wire.CollectionWithAccounts)
async def show(call: Call) -> bytes:
    """A collection and the people in it that you can see."""
    db = await call.db()
    found = await own.one(db, call.viewer, call.id)
    items = await people.items(db, call.viewer, [found.id])
    seen = await seen_people.people(db, call.viewer, [item.person_id for item in items])
    collection = msgspec.json.encode(_wire(call, found, items))
    return b'{"collection":%b,"accounts":%b}' % (collection, await present.accounts(call, seen))


@routes.get("/api/v1/accounts/{id}/collections", scopes=_READ, access="public")
async def of_account(call: Call, wanted: OffsetParams) -> wire.Collections:
    """Collections created by an account."""
    db = await call.db()
    await seen_people.person(db, call.viewer, call.id)
    found = await own.of_person(db, call.viewer, call.id, limit=wanted.limit, offset=wanted.offset)
    return await _several(call, found)


@routes.get("/api/v1/accounts/{id}/in_collections", scopes=_READ)
async def featuring(call: Call, wanted: OffsetParams) -> wire.Collections:
    """Collections you are in."""
    db = await call.db()
    await seen_people.person(db, call.viewer, call.id)
    if call.id != call.viewer.person_id:
        raise Forbidden
    return await _several(
        call, await own.featuring(db, call.viewer, limit=wanted.limit, offset=wanted.offset)
    )


@routes.patch("/api/v1/collections/{id}", scopes=_WRITE)
async def change(call: Call, given: CollectionParams) -> wire.WrappedCollection:
    """Change your collection; omitted fields stay as they are."""
    await own.change(await call.db(), call.viewer, call.id, _change(given))
    return await _wrapped(call, call.id)


@routes.delete("/api/v1/collections/{id}", scopes=_WRITE)
async def remove(call: Call) -> wire.Empty:
    """Delete your collection."""
    await own.remove(await call.db(), call.viewer, call.id)
    return wire.Empty()


@routes.post("/api/v1/collections/{id}/items", scopes=_WRITE)
async def add(call: Call, given: CollectionItemParams) -> wire.WrappedCollectionItem:
    """Add someone to your collection."""
    added = await people.add(await call.db(), call.viewer, call.id, given.account_id)
    return wire.WrappedCollectionItem(collection_item=_item(added))


@routes.delete("/api/v1/collections/{id}/items/{item_id}", scopes=_WRITE)
async def take_out(call: Call) -> wire.Empty:
    """Remove someone from your collection."""
    await people.take_out(await call.db(), call.viewer, call.id, call.number("item_id"))
    return wire.Empty()


@routes.post("/api/v1/collections/{id}/items/{item_id}/revoke", scopes=_WRITE)
async def leave(call: Call) -> wire.Empty:
    """Remove yourself from a collection permanently."""
    await people.leave(await call.db(), call.viewer, call.id, call.number("item_id"))
    return wire.Empty()


def _change(given: CollectionParams) -> CollectionChange:
    tag: str | None | UnsetType = UNSET if given.tag_name is None else given.tag_name.removeprefix("#")
    if tag:
        tags.check_name(tag)
    set_: dict[str, Any] = {
        name: value
        for name, value in (
            ("name", given.name),
            ("description", given.description),
            ("language", given.language),
            ("is_sensitive", given.sensitive),
            ("is_discoverable", given.discoverable),
        )
        if value is not None
    }
    return CollectionChange(tag=tag, **set_)


async def _wrapped(call: Call, id: int) -> wire.WrappedCollection:
    (collection,) = (await _several(call, [await own.one(await call.db(), call.viewer, id)])).collections
    return wire.WrappedCollection(collection=collection)


async def _several(call: Call, found: Sequence[SeenCollection]) -> wire.Collections:
    items = await people.items(await call.db(), call.viewer, [one.id for one in found]) if found else []
    return wire.Collections(collections=[_wire(call, one, items) for one in found])


def _wire(call: Call, one: SeenCollection, items: Sequence[SeenCollectionItem]) -> wire.Collection:
    own_items = [_item(item) for item in items if item.collection_id == one.id]
    tag = None
    if one.tag:
        tag = wire.StatusTag(name=one.tag, url=f"{call.base_url}/tags/{quote(tag_key(one.tag), safe='')}")
    return wire.Collection(
        id=str(one.id),
        account_id=str(one.owner_id),
        uri=f"{call.base_url}/collections/{one.id}",
        url=None,
        name=one.name,
        description=call.renderer.texts.content(one.description, ()),
        language=one.language,
        local=True,
        sensitive=one.is_sensitive,
        discoverable=one.is_discoverable,
        tag=tag,
        item_count=len(own_items),
        items=own_items,
        created_at=wire.date_time(one.created_at),
        updated_at=wire.date_time(one.updated_at),
    )


def _item(item: SeenCollectionItem) -> wire.CollectionItem:
    return wire.CollectionItem(
        id=str(item.id),
        account_id=str(item.person_id),
        state="accepted",
        created_at=wire.date_time(item.created_at),
    )
