"""What a person is told, one by one or in groups, and how."""

from typing import Literal

from msgspec import UNSET, UnsetType, field

from weetwie.api.mastodon.entities.accounts import Account, PartialAccountWithAvatar
from weetwie.api.mastodon.entities.formats import (
    Count,
    DateTime,
    Entity,
    Id,
    Number,
    NumberText,
    SmallNumber,
    Url,
)
from weetwie.api.mastodon.entities.statuses import Collection, Status


class Report(Entity, kw_only=True):
    id: Id
    action_taken: bool
    action_taken_at: DateTime | None
    category: Literal["spam", "legal", "violation", "other"]
    comment: str
    forwarded: bool
    created_at: DateTime
    status_ids: list[Id] | None
    collection_ids: list[Id] | None
    rule_ids: list[Id] | None
    target_account: Account


class RelationshipSeveranceEvent(Entity, kw_only=True):
    id: Id
    type: Literal["domain_block", "user_domain_block", "account_suspension"]
    purged: bool
    target_name: str
    followers_count: Count
    following_count: Count
    created_at: DateTime


class Appeal(Entity, kw_only=True):
    text: str
    state: Literal["approved", "rejected", "pending"]


class AccountWarning(Entity, kw_only=True):
    id: Id
    action: Literal[
        "none",
        "disable",
        "mark_statuses_as_sensitive",
        "delete_statuses",
        "sensitive",
        "silence",
        "suspend",
    ]
    text: str
    status_ids: list[Id] | None
    target_account: Account
    appeal: Appeal | None
    created_at: DateTime


class NotificationFallback(Entity, kw_only=True):
    title: str
    summary: str


NotificationType = Literal[
    "mention",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "poll",
    "update",
    "admin.sign_up",
    "admin.report",
    "severed_relationships",
    "moderation_warning",
    "quote",
    "quoted_update",
    "added_to_collection",
    "collection_update",
]


class Notification(Entity, kw_only=True):
    id: Id
    type: NotificationType
    group_key: str
    created_at: DateTime
    account: Account
    status: Status | UnsetType = UNSET
    report: Report | UnsetType = UNSET
    event: RelationshipSeveranceEvent | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    fallback: NotificationFallback | UnsetType = UNSET
    collection: Collection | UnsetType = UNSET


class NotificationGroup(Entity, kw_only=True):
    group_key: str
    notifications_count: Count
    type: NotificationType
    most_recent_notification_id: Number
    page_min_id: Id | UnsetType = UNSET
    page_max_id: Id | UnsetType = UNSET
    latest_page_notification_at: DateTime | UnsetType = UNSET
    sample_account_ids: list[Id]
    status_id: Id | UnsetType | None = UNSET
    report: Report | UnsetType = UNSET
    event: RelationshipSeveranceEvent | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    fallback: NotificationFallback | UnsetType = UNSET


class GroupedNotificationsResults(Entity, kw_only=True):
    accounts: list[Account]
    partial_accounts: list[PartialAccountWithAvatar] | UnsetType = UNSET
    statuses: list[Status]
    notification_groups: list[NotificationGroup]


class UnreadCount(Entity, kw_only=True):
    count: Count


Decision = Literal["accept", "filter", "drop"]


class NotificationPolicySummary(Entity, kw_only=True):
    pending_requests_count: Count
    pending_notifications_count: Count


class NotificationPolicy(Entity, kw_only=True):
    for_not_following: Decision
    for_not_followers: Decision
    for_new_accounts: Decision
    for_private_mentions: Decision
    for_limited_accounts: Decision
    summary: NotificationPolicySummary


class V1NotificationPolicy(Entity, kw_only=True):
    filter_not_following: bool
    filter_not_followers: bool
    filter_new_accounts: bool
    filter_private_mentions: bool
    summary: NotificationPolicySummary


class NotificationRequest(Entity, kw_only=True):
    id: Id
    created_at: DateTime
    updated_at: DateTime
    account: Account
    notifications_count: NumberText
    last_status: Status | UnsetType = UNSET


class PushAlerts(Entity, kw_only=True):
    mention: bool
    status: bool
    reblog: bool
    follow: bool
    follow_request: bool
    favourite: bool
    poll: bool
    update: bool
    admin_sign_up: bool = field(name="admin.sign_up")
    admin_report: bool = field(name="admin.report")


class WebPushSubscription(Entity, kw_only=True):
    id: SmallNumber
    endpoint: Url
    standard: bool
    server_key: str
    alerts: PushAlerts
    policy: Literal["all", "followed", "follower", "none"] | UnsetType = UNSET
