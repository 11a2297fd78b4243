"""Every endpoint of the APIs for programs, file by file, in the order of their documentation."""

from itertools import chain
from typing import Final

from weetwie.api.endpoint import Endpoint
from weetwie.api.mastodon import (
    absent,
    accounts,
    announcements,
    blocks,
    collections,
    conversations,
    directory,
    embedding,
    featured,
    filters,
    follow_requests,
    instance,
    lists,
    markers,
    marks,
    media,
    notification_groups,
    notification_policy,
    notifications,
    old_filters,
    polls,
    profile,
    push,
    quotes,
    relations,
    reports,
    scheduled,
    search,
    status_versions,
    statuses,
    streaming,
    tags,
    timelines,
    trends,
    well_known,
)
from weetwie.api.mastodon.admin import accounts as admin_accounts
from weetwie.api.mastodon.admin import blocks as admin_blocks
from weetwie.api.mastodon.admin import numbers as admin_numbers
from weetwie.api.mastodon.admin import reports as admin_reports
from weetwie.api.oauth import apps, metadata, registration, tokens
from weetwie.api.weetwie import (
    answers,
    ask,
    ask_preferences,
    beyond,
    glossary,
    knowledge,
    not_about,
    passages,
    topics,
    units,
    watched,
)

FILES: Final = (
    apps,
    tokens,
    metadata,
    registration,
    instance,
    well_known,
    marks,
    statuses,
    status_versions,
    quotes,
    timelines,
    announcements,
    conversations,
    accounts,
    profile,
    featured,
    relations,
    follow_requests,
    blocks,
    tags,
    markers,
    media,
    notification_policy,
    notifications,
    notification_groups,
    polls,
    scheduled,
    search,
    trends,
    directory,
    lists,
    collections,
    filters,
    old_filters,
    push,
    reports,
    embedding,
    absent,
    admin_accounts,
    admin_reports,
    admin_blocks,
    admin_numbers,
    streaming,
    knowledge,
    not_about,
    passages,
    glossary,
    topics,
    units,
    watched,
    ask,
    answers,
    ask_preferences,
    beyond,
)
"""Each file of endpoints has its `routes`."""


def endpoints() -> list[Endpoint]:
    """Every endpoint there is."""
    return list(chain.from_iterable(file.routes for file in FILES))
