"""What those who run the place get."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from weetwie.api.mastodon.entities.accounts import Account, Role
from weetwie.api.mastodon.entities.formats import DateTime, Entity, Id, NumberText
from weetwie.api.mastodon.entities.instance import Rule
from weetwie.api.mastodon.entities.reading import Tag, TrendsLink
from weetwie.api.mastodon.entities.statuses import Status


class AdminIp(Entity, kw_only=True):
    ip: str
    used_at: DateTime


class AdminAccount(Entity, kw_only=True):
    id: Id
    username: str
    domain: None
    created_at: DateTime
    email: str
    """Empty where the caller does not look after people."""
    ip: None
    ips: list[AdminIp]
    locale: str
    invite_request: None
    role: Role
    confirmed: bool
    approved: bool
    disabled: bool
    silenced: bool
    suspended: bool
    sensitized: bool
    account: Account
    created_by_application_id: Id | UnsetType = UNSET
    invited_by_account_id: Id | UnsetType = UNSET


class AdminReportedPost(Entity, kw_only=True):
    """Our own: the words that were reported, as the reporter saw them."""

    id: Id
    warning: str
    text: str


class AdminReport(Entity, kw_only=True):
    id: Id
    action_taken: bool
    action_taken_at: DateTime | None
    category: Literal["spam", "legal", "violation", "other"]
    comment: str
    forwarded: bool
    created_at: DateTime
    updated_at: DateTime
    account: AdminAccount | None
    """Nobody where the reporter has been erased."""
    target_account: AdminAccount | None
    assigned_account: AdminAccount | None
    action_taken_by_account: AdminAccount | None
    statuses: list[Status]
    """Those that are still there and that the caller sees."""
    rules: list[Rule]
    reported: list[AdminReportedPost]


class AdminCanonicalEmailBlock(Entity, kw_only=True):
    id: Id
    canonical_email_hash: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class AdminMeasureData(Entity, kw_only=True):
    date: DateTime
    value: NumberText


class AdminMeasure(Entity, kw_only=True):
    key: str
    unit: str | None
    total: NumberText
    human_value: str | UnsetType = UNSET
    previous_total: NumberText
    data: list[AdminMeasureData]


class AdminDimensionData(Entity, kw_only=True):
    key: str
    human_key: str
    value: str
    unit: str | UnsetType = UNSET
    human_value: str | UnsetType = UNSET


class AdminDimension(Entity, kw_only=True):
    key: str
    data: list[AdminDimensionData]


class AdminCohortData(Entity, kw_only=True):
    date: DateTime
    rate: float
    value: NumberText


class AdminCohort(Entity, kw_only=True):
    period: DateTime
    frequency: Literal["day", "month"]
    data: list[AdminCohortData]


class AdminTag(Tag, kw_only=True):
    trendable: bool
    usable: bool
    listable: bool
    requires_review: bool


class AdminTrendsLink(TrendsLink, kw_only=True):
    requires_review: bool


class AdminTrendsStatus(Status, kw_only=True):
    requires_review: bool


class AdminDomain(Entity, kw_only=True):
    """Of other servers, of which there are none: never given."""

    id: Id
    domain: str
    created_at: DateTime


class AdminDomainBlock(AdminDomain, kw_only=True):
    digest: str
    severity: Literal["silence", "suspend", "noop"]
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool


class AdminEmailDomainBlock(AdminDomain, kw_only=True):
    history: list[dict[str, str]]


class AdminIpBlock(Entity, kw_only=True):
    """Whom a network may not reach is decided before Weetwie: never given."""

    id: Id
    ip: str
    severity: Literal["sign_up_requires_approval", "sign_up_block", "no_access"]
    comment: str
    created_at: DateTime
    expires_at: DateTime | None
