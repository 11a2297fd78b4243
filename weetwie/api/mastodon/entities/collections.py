"""Collections, in what they come in."""

from weetwie.api.mastodon.entities.accounts import Account
from weetwie.api.mastodon.entities.formats import Entity
from weetwie.api.mastodon.entities.statuses import Collection, CollectionItem


class WrappedCollection(Entity, kw_only=True):
    collection: Collection


class WrappedCollectionItem(Entity, kw_only=True):
    collection_item: CollectionItem


class Collections(Entity, kw_only=True):
    collections: list[Collection]


class CollectionWithAccounts(Entity, kw_only=True):
    collection: Collection
    accounts: list[Account]
