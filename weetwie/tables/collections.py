"""Collections: people whom somebody puts forward together, for others to find and follow."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint

from weetwie.tables.declared import Mapped
from weetwie.tables.schema import Flag, Id, Moment, Row, Words, to


class Collection(Row):
    __tablename__ = "collections"

    id: Mapped[Id]
    owner_id: Mapped[int] = to("people.id")
    name: Mapped[str]
    description: Mapped[Words]
    language: Mapped[str | None]
    tag: Mapped[str | None]
    """As it was written."""
    is_sensitive: Mapped[Flag]
    is_discoverable: Mapped[Flag]
    """Listed with its owner; if not, it is found by its id alone."""
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]

    __table_args__ = (Index("collections_by_owner", "owner_id", "id"),)


class CollectionItem(Row):
    """Somebody in a collection. Who took themselves out stays in this table, so that nobody puts them in again."""

    __tablename__ = "collection_items"

    id: Mapped[Id]
    collection_id: Mapped[int] = to("collections.id")
    person_id: Mapped[int] = to("people.id")
    created_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("collection_id", "person_id", name="collection_items_once"),
        Index("collection_items_by_person", "person_id", "collection_id"),
    )
