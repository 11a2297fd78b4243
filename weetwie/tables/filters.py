"""Filters: what a person would rather not read, known to them alone."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index

from weetwie.tables.declared import Mapped
from weetwie.tables.schema import Id, Rank, Row, to


class Filter(Row):
    __tablename__ = "filters"

    id: Mapped[Id]
    owner_id: Mapped[int] = to("people.id")
    title: Mapped[str]
    contexts: Mapped[list[str]]
    action: Mapped[Rank]
    """0 warn, 1 hide, 2 blur."""
    expires_at: Mapped[datetime | None]

    __table_args__ = (
        Index("filters_by_owner", "owner_id", "id"),
        CheckConstraint("action in (0, 1, 2)", name="filters_action"),
    )


class FilterKeyword(Row):
    __tablename__ = "filter_keywords"

    id: Mapped[Id]
    filter_id: Mapped[int] = to("filters.id")
    keyword: Mapped[str]
    is_whole_word: Mapped[bool]

    __table_args__ = (Index("filter_keywords_by_filter", "filter_id", "id"),)


class FilterPost(Row):
    """One post that is filtered whatever it says."""

    __tablename__ = "filter_posts"

    id: Mapped[Id]
    filter_id: Mapped[int] = to("filters.id")
    post_id: Mapped[int] = to("posts.id")

    __table_args__ = (
        Index("filter_posts_by_filter", "filter_id", "post_id", unique=True),
        Index("filter_posts_by_post", "post_id"),
    )
