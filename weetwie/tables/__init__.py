"""The schema: one file a domain; each table is written by the domain of the same name alone."""

from weetwie.tables import (
    announcements,
    cards,
    conversations,
    events,
    filters,
    identity,
    imports,
    knowledge,
    lists,
    mail,
    media,
    moderation,
    notifications,
    people,
    policy,
    polls,
    posts,
    relations,
    scheduled,
    search,
    timelines,
)
from weetwie.tables.schema import Row

metadata = Row.metadata

__all__ = [
    "announcements",
    "cards",
    "conversations",
    "events",
    "filters",
    "identity",
    "imports",
    "knowledge",
    "lists",
    "mail",
    "media",
    "metadata",
    "moderation",
    "notifications",
    "people",
    "policy",
    "polls",
    "posts",
    "relations",
    "scheduled",
    "search",
    "timelines",
]
