"""People into accounts: encoded once for all who see as much of somebody; the counts are each viewer's. Pure."""

import html
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

import msgspec

from weetwie.access import profile_words, visibility
from weetwie.access.enums import Standing
from weetwie.api.mastodon.entities.formats import date_time
from weetwie.api.mastodon.render_texts import TextRenderer
from weetwie.domain.media.faces import MOVING
from weetwie.views.people import Profile, SeenPerson


class AccountRenderer:
    def __init__(self, base_url: str, texts: TextRenderer) -> None:
        self._base_url = base_url
        self._texts = texts

    def account(self, common: bytes, person: SeenPerson) -> bytes:
        return b'%b,"last_status_at":%b,"statuses_count":%d,"followers_count":%d,"following_count":%d}' % (
            common,
            _day(person.last_post_id),
            person.posts_count,
            person.followers_count,
            person.following_count,
        )

    def common(self, profile: Profile) -> bytes:
        account = {
            "id": str(profile.id),
            "username": profile.handle,
            "acct": profile.handle,
            "url": f"{self._base_url}/@{profile.handle}",
            "uri": f"{self._base_url}/people/{profile.handle}",
            "display_name": profile.name,
            "note": self._texts.content(profile.bio, ()) if profile.bio else "",
            **self._pictures(profile),
            "locked": profile.is_locked,
            "fields": self._fields(profile),
            "emojis": self._texts.emojis_in(*_told_of_themselves(profile)),
            "bot": profile.is_bot,
            "group": False,
            "discoverable": profile.is_discoverable,
            "indexable": profile.is_discoverable,
            "noindex": True,
            "created_at": date_time(_midnight(profile.joined_at)) if profile.joined_at else _LONG_AGO,
            "hide_collections": profile.hides_follows,
            "show_media": profile.shows_media,
            "show_media_replies": profile.shows_media_replies,
            "show_featured": profile.shows_featured,
            "roles": [],
            "feature_approval": _LETS_BE_FEATURED[profile.is_discoverable],
        }
        if profile.detail > visibility.CARD:
            account["roles"] = _roles(profile)
            account["standing"] = Standing(profile.standing).name
            account["knows_about"] = profile.knows
            account["learning"] = profile.learning
            if profile.lately:
                account["lately"] = profile.lately
        if profile.suspended_at is not None:
            account["suspended"] = True
        return msgspec.json.encode(account)[:-1]

    def _pictures(self, profile: Profile) -> dict[str, str]:
        face = self._picture(profile.face, f"face-{profile.id % FACES}.png")
        header = self._picture(profile.header, "header.png")
        return {
            "avatar": face,
            "avatar_static": _still(face),
            "avatar_description": profile.face_description if profile.face else "",
            "header": header,
            "header_static": _still(header),
            "header_description": profile.header_description if profile.header else "",
        }

    def _picture(self, name: str | None, otherwise: str) -> str:
        return f"{self._base_url}/faces/{name}" if name else f"{self._base_url}/static/{otherwise}"

    def _fields(self, profile: Profile) -> list[dict[str, str | None]]:
        given = ((word.in_apps, getattr(profile, word.name)) for word in profile_words.WORDS)
        fields = [
            {"name": name, "value": html.escape(value), "verified_at": None} for name, value in given if value
        ]
        return fields + [
            {
                "name": field["name"],
                "value": self._field_value(field["value"]),
                "verified_at": field.get("verified_at"),
            }
            for field in profile.fields
        ]

    def _field_value(self, value: str) -> str:
        return self._texts.content(value, ()).removeprefix("<p>").removesuffix("</p>")


_LETS_BE_FEATURED: Final = {
    True: {"automatic": ["public"], "manual": [], "current_user": "automatic"},
    False: {"automatic": [], "manual": [], "current_user": "denied"},
}
FACES: Final = 12
"""How many faces there are for those who have set none."""

_LONG_AGO: Final = "1970-01-01T00:00:00.000Z"


def _still(address: str) -> str:
    """The address of the face that does not move, where it is one that does."""
    return f"{address}-still" if address.endswith(MOVING) else address


def _roles(profile: Profile) -> list[dict[str, str]]:
    """Alumni and guests bear a badge, so that everybody knows whom they write to."""
    if profile.standing == Standing.alumnus:
        return [{"id": "1", "name": "Alumnus", "color": "#7a5c00"}]
    if profile.standing == Standing.guest:
        return [{"id": "2", "name": "Guest", "color": "#4a5a8a"}]
    return []


def _told_of_themselves(profile: Profile) -> list[str]:
    """Where emoji may stand; of the card they stay the letters that they were typed as."""
    if profile.detail == visibility.CARD:
        return []
    fields = (part for field in profile.fields for part in (field["name"], field["value"]))
    return [profile.name, profile.bio, *fields]


def _day(post_id: int) -> bytes:
    return _date((post_id >> 16) // 86_400_000) if post_id else b"null"


@lru_cache(maxsize=4096)
def _date(days: int) -> bytes:
    """A day, counted from 1970, as JSON."""
    return b'"%b"' % date.fromordinal(date(1970, 1, 1).toordinal() + days).isoformat().encode()


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
