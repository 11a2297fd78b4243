"""What this installation is and allows: the first thing that every app asks."""

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from weetwie import __version__
from weetwie.access.policy import Policy
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon.push import public_key
from weetwie.domain.media.rules import LARGEST_FILE, LARGEST_PICTURE, LONGEST_DESCRIPTION
from weetwie.domain.people.census import census
from weetwie.domain.people.preferences import preferences as preferred
from weetwie.domain.people.rules import LONGEST_FIELD, MOST_FIELDS
from weetwie.domain.polls import rules as polls
from weetwie.domain.posts.rules import MOST_MEDIA
from weetwie.errors import NotFound
from weetwie.media.pictures import MOST_PIXELS
from weetwie.media.sniff import KNOWN

routes = Routes("instance")

VERSION: Final = f"4.6.0 (compatible; Weetwie {__version__})"
"""Apps read features out of the number in front."""
API_VERSION: Final = 10

LONGEST_URL: Final = 23


class ExtendedDescription(msgspec.Struct):
    updated_at: str
    content: str


class Health(msgspec.Struct):
    status: str = "ok"


@routes.get("/api/v2/instance")
async def instance(call: Call) -> wire.Instance:
    """What this installation is and supports."""
    policy: Policy = call.viewer.policy
    base = call.base_url
    count = await census(await call.db(), call.viewer)
    return wire.Instance(
        domain=domain(base),
        title=policy.name,
        version=VERSION,
        source_url=f"{base}/about",
        description=policy.description,
        wrapstodon=None,
        usage=wire.InstanceUsage(users=wire.InstanceUsageUsers(active_month=count.active)),
        thumbnail=wire.InstanceThumbnail(url=f"{base}/static/organisation.png", description=policy.name),
        icon=[
            wire.InstanceIcon(src=f"{base}/static/icon-{size}.png", size=f"{size}x{size}")
            for size in (192, 512)
        ],
        languages=list(policy.languages),
        configuration=_configuration(base, policy, await public_key(await call.db())),
        registrations=wire.InstanceRegistrations(
            enabled=False,
            approval_required=False,
            message=None,
            min_age=None,
            reason_required=None,
            url=f"{base}/about",
        ),
        api_versions=wire.InstanceApiVersions(mastodon=API_VERSION),
        contact=wire.InstanceContact(email=policy.contact_email, account=None),
        rules=_rules(policy),
    )


@routes.get("/api/v1/instance", deprecated=True)
async def first_instance(call: Call) -> wire.V1Instance:
    """The same in the older format."""
    policy: Policy = call.viewer.policy
    configuration = _configuration(call.base_url, policy, await public_key(await call.db()))
    count = await census(await call.db(), call.viewer)
    return wire.V1Instance(
        uri=domain(call.base_url),
        title=policy.name,
        short_description=policy.description,
        description=policy.description,
        email=policy.contact_email,
        version=VERSION,
        urls=wire.V1InstanceUrls(streaming_api=configuration.urls.streaming),
        stats=wire.V1InstanceStats(user_count=count.people, status_count=count.posts, domain_count=0),
        thumbnail=f"{call.base_url}/static/organisation.png",
        languages=list(policy.languages),
        registrations=False,
        approval_required=False,
        invites_enabled=False,
        configuration=_older(configuration),
        contact_account=None,
        rules=_rules(policy),
    )


def domain(base_url: str) -> str:
    """The name of this installation, as it stands behind the @ of its people."""
    return urlsplit(base_url).netloc


def _configuration(base: str, policy: Policy, vapid_key: str) -> wire.Configuration:
    return wire.Configuration(
        urls=wire.ConfigurationUrls(
            streaming=base.replace("http", "ws", 1),
            status=None,
            about=f"{base}/about",
            privacy_policy=None,
            terms_of_service=None,
        ),
        vapid=wire.ConfigurationVapid(public_key=vapid_key),
        accounts=wire.ConfigurationAccounts(
            max_display_name_length=policy.longest_name,
            max_note_length=policy.longest_bio,
            max_avatar_description_length=LONGEST_DESCRIPTION,
            max_header_description_length=LONGEST_DESCRIPTION,
            max_featured_tags=10,
            max_pinned_statuses=5,
            max_profile_fields=MOST_FIELDS,
            profile_field_name_limit=LONGEST_FIELD,
            profile_field_value_limit=LONGEST_FIELD,
        ),
        statuses=wire.ConfigurationStatuses(
            max_characters=policy.longest_post,
            max_media_attachments=MOST_MEDIA,
            characters_reserved_per_url=LONGEST_URL,
        ),
        media_attachments=wire.ConfigurationMediaAttachments(
            supported_mime_types=list(KNOWN),
            description_limit=LONGEST_DESCRIPTION,
            image_size_limit=LARGEST_PICTURE,
            image_matrix_limit=MOST_PIXELS,
            video_size_limit=LARGEST_FILE,
            video_frame_rate_limit=120,
            video_matrix_limit=MOST_PIXELS,
        ),
        polls=wire.ConfigurationPolls(
            max_options=polls.MOST_OPTIONS,
            max_characters_per_option=polls.LONGEST_OPTION,
            min_expiration=polls.SHORTEST,
            max_expiration=polls.LONGEST,
        ),
        translation=wire.ConfigurationTranslation(enabled=False),
        timelines_access=wire.TimelinesAccess(
            live_feeds=wire.LiveFeedsAccess(local="authenticated", remote="disabled"),
            hashtag_feeds=wire.FeedsAccess(local="authenticated", remote="disabled"),
            trending_link_feeds=wire.FeedsAccess(local="authenticated", remote="disabled"),
        ),
        limited_federation=True,
    )


def _older(new: wire.Configuration) -> wire.V1Configuration:
    """The older form has the same names and fewer of them."""

    def fewer(kind: Any, given: Any) -> Any:
        return kind(**{field: getattr(given, field) for field in kind.__struct_fields__})

    return wire.V1Configuration(
        accounts=fewer(wire.V1ConfigurationAccounts, new.accounts),
        statuses=fewer(wire.V1ConfigurationStatuses, new.statuses),
        media_attachments=fewer(wire.V1ConfigurationMediaAttachments, new.media_attachments),
        polls=fewer(wire.V1ConfigurationPolls, new.polls),
    )


def _rules(policy: Policy) -> list[wire.Rule]:
    return [
        wire.Rule(id=str(number), text=text, hint="", translations={})
        for number, text in enumerate(policy.rules, start=1)
    ]


@routes.get("/api/v1/instance/rules")
async def rules(call: Call) -> list[wire.Rule]:
    """The rules."""
    return _rules(call.viewer.policy)


@routes.get("/api/v1/instance/extended_description")
async def extended_description(call: Call) -> ExtendedDescription:
    """The organisation's description of itself."""
    return ExtendedDescription(_since_ever(), call.viewer.policy.description)


def _since_ever() -> str:
    return datetime.fromtimestamp(0, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@routes.get("/api/v1/instance/privacy_policy")
async def privacy_policy(call: Call) -> ExtendedDescription:
    """Always empty: there is no separate privacy policy."""
    raise NotFound


@routes.get("/api/v1/instance/terms_of_service")
async def terms_of_service(call: Call) -> ExtendedDescription:
    """Always empty: there are no separate terms."""
    raise NotFound


@routes.get("/api/v1/instance/languages")
async def languages(call: Call) -> list[dict[str, str]]:
    """Languages people post in."""
    return [{"code": code, "name": code} for code in call.viewer.policy.languages]


@routes.get("/api/v1/instance/translation_languages")
async def translation_languages(call: Call) -> dict[str, list[str]]:
    """Always empty: nothing is translated."""
    return {}


@routes.get("/api/v1/instance/peers")
async def peers(call: Call) -> list[str]:
    """Always empty: there are no other servers."""
    return []


@routes.get("/api/v1/instance/activity")
async def activity(call: Call) -> list[dict[str, str]]:
    """Always empty: activity is not published."""
    return []


@routes.get("/api/v1/instance/domain_blocks")
async def domain_blocks(call: Call) -> list[dict[str, str]]:
    """Always empty: there are no other servers."""
    return []


@routes.get("/api/v1/custom_emojis", answer=list[wire.CustomEmoji])
async def custom_emojis(call: Call) -> bytes:
    """The organisation's custom emoji."""
    return msgspec.json.encode(call.renderer.texts.emojis())


@routes.get("/api/v1/preferences", scopes=["read:accounts"])
async def preferences(call: Call) -> wire.Preferences:
    """Your posting defaults."""
    likes = await preferred(await call.db(), call.viewer)
    return wire.Preferences(
        posting_default_visibility=likes.visibility.name,  # type: ignore[arg-type]
        posting_default_sensitive=likes.is_sensitive,
        posting_default_language=likes.language,
        reading_expand_media="default",
        reading_expand_spoilers=False,
    )


@routes.get("/health", rate="none")
async def health(call: Call) -> Health:
    """Whether this process and its database respond."""
    return Health()
