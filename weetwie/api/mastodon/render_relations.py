"""Relations, tags, markers and notifications into wire shapes. Pure."""

import hashlib
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

import msgspec

from weetwie.access import profile_words
from weetwie.access.enums import Visibility
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon.render_cards import as_json as card_json
from weetwie.domain.collections.rules import MOST as MOST_COLLECTIONS
from weetwie.domain.notifications.list import OwnNotification
from weetwie.domain.notifications.markers import ReadUpTo
from weetwie.domain.people.preferences import Preferred
from weetwie.domain.relations import suggestions
from weetwie.domain.relations.featured_tags import SeenFeaturedTag
from weetwie.domain.relations.relationship import Relationship
from weetwie.domain.relations.suggestions import SuggestedPerson
from weetwie.domain.timelines.trends import TrendingLink
from weetwie.runtime.ids import moment_of
from weetwie.views.people import Profile
from weetwie.views.tags import SeenTag

encoded = msgspec.json.encode

_GROUPED: Final = frozenset(("favourite", "reblog", "follow"))
_DAY: Final = 86_400


def relationship(of: Relationship) -> wire.Relationship:
    return wire.Relationship(
        id=str(of.id),
        following=of.follows,
        showing_reblogs=of.shows_boosts,
        notifying=of.notifies,
        languages=of.languages,
        followed_by=of.is_followed_by,
        blocking=of.blocks,
        blocked_by=of.is_blocked_by,
        muting=of.mutes,
        muting_notifications=of.mutes_notifications,
        muting_expires_at=wire.date_time(of.mute_expires_at) if of.mute_expires_at else None,
        requested=of.requested,
        requested_by=of.is_requested_by,
        domain_blocking=False,
        endorsed=of.features,
        note=of.note,
    )


def trending_link(link: TrendingLink, base_url: str) -> wire.TrendsLink:
    return msgspec.convert(
        card_json(link.card, base_url) | {"history": _history(link.history)}, wire.TrendsLink
    )


def _history(days: Sequence[tuple[int, int, int]]) -> list[wire.TagHistory]:
    return [
        wire.TagHistory(day=str(day * _DAY), uses=str(uses), accounts=str(people))
        for day, uses, people in days
    ]


def tag(seen: SeenTag, base_url: str, *, tells_following: bool) -> wire.Tag:
    return wire.Tag(
        id=tag_id(seen.key),
        name=seen.name,
        url=f"{base_url}/tags/{quote(seen.key, safe='')}",
        history=_history(seen.history),
        following=seen.is_followed if tells_following else msgspec.UNSET,
        featuring=seen.is_featured if tells_following else msgspec.UNSET,
    )


def featured_tag(seen: SeenFeaturedTag, base_url: str) -> wire.FeaturedTag:
    return wire.FeaturedTag(
        id=tag_id(seen.key),
        name=seen.name,
        url=f"{base_url}/tags/{quote(seen.key, safe='')}",
        statuses_count=str(seen.posts_count),
        last_status_at=wire.day(moment_of(seen.last_post_id)) if seen.last_post_id else None,
    )


_SOURCES: Final = {
    suggestions.FOLLOWED: "friends_of_friends",
    suggestions.UNIT: "featured",
    suggestions.TAGS: "similar_to_recently_followed",
    suggestions.NEW: "featured",
    suggestions.POPULAR: "most_followed",
}
"""Apps know a few words only; the whole reason stands beside them."""


def suggestion(found: SuggestedPerson, account: bytes) -> bytes:
    """`account` is encoded already."""
    sources = list(dict.fromkeys(_SOURCES[reason.kind] for reason in found.reasons))
    source = "global" if sources == ["most_followed"] else "past_interactions"
    reasons = [
        {"kind": one.kind, "account_ids": [str(id) for id in one.people], "tags": one.tags}
        for one in found.reasons
    ]
    return b'{"source":"%b","sources":%b,"reasons":%b,"account":%b}' % (
        source.encode(),
        encoded(sources),
        encoded(reasons),
        account,
    )


_PARTIAL: Final = wire.PartialAccountWithAvatar.__struct_fields__


def partial_accounts(accounts: bytes) -> bytes:
    """Of whole accounts, what is needed to show faces."""
    return encoded([{name: account[name] for name in _PARTIAL} for account in msgspec.json.decode(accounts)])


def tag_id(key: str) -> str:
    """Made of the name: the id in the database would tell that, and when, somebody wrote it for the first time."""
    number = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())
    return str(number >> 2 | 1)


def marker(read: ReadUpTo) -> wire.Marker:
    return wire.Marker(
        last_read_id=str(read.last_read_id), version=read.version, updated_at=wire.date_time(read.updated_at)
    )


def notification(told: OwnNotification, created_at: str, account: bytes, status: bytes | None) -> bytes:
    """`account` and `status` are encoded already."""
    return b'{"id":"%d","type":"%b","group_key":"%b","created_at":"%b","account":%b%b}' % (
        told.id,
        told.kind.encode(),
        told.group_key.encode(),
        created_at.encode(),
        account,
        b"" if status is None else b',"status":' + status,
    )


def muted_account(account: bytes, mute_expires_at: str | None) -> bytes:
    return b'%b,"mute_expires_at":%b}' % (account[:-1], encoded(mute_expires_at))


def credential_account(account: bytes, profile: Profile, preferred: Preferred, waiting: int) -> bytes:
    """Somebody's own account, with what only they see of it; `waiting` is how many ask to follow them."""
    source = wire.Source(
        attribution_domains=preferred.attribution_domains,
        note=profile.bio,
        fields=own_fields(profile),
        privacy=Visibility(preferred.visibility).name,  # type: ignore[arg-type]
        sensitive=preferred.is_sensitive,
        language=preferred.language or "",
        follow_requests_count=waiting,
        hide_collections=profile.hides_follows,
        discoverable=profile.is_discoverable,
        indexable=profile.is_discoverable,
        quote_policy=preferred.quote_policy.name,  # type: ignore[arg-type]
        audience=preferred.ring.name if preferred.ring is not None else "",  # type: ignore[arg-type]
        profile_audience=preferred.profile_ring.name,  # type: ignore[arg-type]
        **{word.name: getattr(profile, word.name) for word in profile_words.OWN},
        languages=profile.languages,
    )
    return b'%b,"source":%b,"role":%b}' % (account[:-1], encoded(source), encoded(role(profile)))


def role(profile: Profile) -> wire.Role:
    """What somebody does in running the place."""
    return next((role for has, role in _roles(profile) if has), _EVERYBODY)


def own_fields(profile: Profile) -> list[wire.Field]:
    """As they were written."""
    return [
        wire.Field(name=field["name"], value=field["value"], verified_at=field.get("verified_at"))
        for field in profile.fields
    ]


def _roles(profile: Profile) -> tuple[tuple[bool, wire.Role], ...]:
    """The mightiest first: an account has one."""
    return (
        (profile.is_admin, _ADMIN),
        (profile.is_people_admin, _PEOPLE_ADMIN),
        (profile.is_moderator, _MODERATOR),
    )


# What they may, in bits: https://docs.joinmastodon.org/entities/Role/
_DASHBOARD, _REPORTS, _APPEALS, _USERS, _INVITES = 1 << 3, 1 << 4, 1 << 9, 1 << 10, 1 << 11
_EVERYBODY: Final = wire.Role(
    id="-99", name="", color="", permissions="0", highlighted=False, collection_limit=MOST_COLLECTIONS
)
_ADMIN: Final = wire.Role(
    id="3",
    name="Admin",
    color="#1f5f99",
    permissions="1",
    highlighted=True,
    collection_limit=MOST_COLLECTIONS,
)
_PEOPLE_ADMIN: Final = wire.Role(
    id="2",
    name="People",
    color="#1f5f99",
    permissions=str(_DASHBOARD | _USERS | _INVITES),
    highlighted=True,
    collection_limit=MOST_COLLECTIONS,
)
_MODERATOR: Final = wire.Role(
    id="1",
    name="Moderator",
    color="#1f5f99",
    permissions=str(_DASHBOARD | _REPORTS | _APPEALS | _USERS),
    highlighted=True,
    collection_limit=MOST_COLLECTIONS,
)
