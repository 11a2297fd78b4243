"""Seen things into wire shapes. Pure: whatever is to be loaded has been loaded.

The part of a status or account that all viewers see alike is encoded once for each version and kept; the viewer's own part
(counts, marks, parents) is spliced in as bytes.
"""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

import msgspec

from weetwie.access import visibility
from weetwie.access.enums import QuotePolicy, QuoteState, Ring, Standing, Visibility
from weetwie.access.policy import Emoji, Policy
from weetwie.api.mastodon.beside import Beside
from weetwie.api.mastodon.entities.formats import date_time
from weetwie.api.mastodon.filtering import NOTHING, Ready, filtered, is_hidden
from weetwie.api.mastodon.render_cards import as_json as card_json
from weetwie.api.mastodon.render_media import KeptMedia
from weetwie.api.mastodon.render_media import kept as kept_media
from weetwie.api.mastodon.render_polls import as_json as poll_json
from weetwie.domain.media.addresses import Addresses
from weetwie.domain.media.faces import MOVING
from weetwie.errors import NotFound
from weetwie.runtime import clock
from weetwie.runtime.cache import Cache
from weetwie.text import text as texts
from weetwie.views.cards import SeenCard
from weetwie.views.media import SeenMedia
from weetwie.views.people import Profile, SeenPerson
from weetwie.views.posts import SeenPost
from weetwie.views.texts import BROUGHT_FROM, Words

_encode = msgspec.json.encode


class Kept(msgspec.Struct, frozen=True):
    """Of one version of a post, what all viewers see alike."""

    common: bytes
    """An open JSON object."""
    text: str
    """What filters look at."""
    media: tuple[KeptMedia, ...] = ()
    card: bytes = b"null"


class Renderer:
    """Holds the encodings of one installation. Ask what is `missing`, `keep` it, then render."""

    def __init__(self, base_url: str, size: int = 20_000) -> None:
        self.base_url = base_url.rstrip("/")
        self.addresses: Addresses | None = None
        """Known as soon as there is a file to be shown."""
        self._statuses: Cache[tuple[int, int], Kept] = Cache(size)
        self._accounts: Cache[tuple[int, int, int], bytes] = Cache(size)
        self._boosts: Cache[int, bytes] = Cache(size)
        self.filters: Cache[tuple[int, int], Sequence[Ready]] = Cache(size)
        """By person and version."""
        self._policy_version = -1
        self._emojis: dict[str, dict[str, Any]] = {}

    def follow(self, policy: Policy) -> None:
        """With the organisation's choices its emoji change, which stand in all that is kept."""
        if policy.version == self._policy_version:
            return
        self._policy_version = policy.version
        emojis = {one.shortcode: self._emoji(one) for one in policy.emojis}
        if emojis != self._emojis:
            self._emojis = emojis
            self._statuses.clear()
            self._accounts.clear()

    # What is kept

    def missing_words(self, posts: Iterable[SeenPost]) -> list[SeenPost]:
        return [post for post in posts if self._statuses.get((post.post_id, post.version)) is None]

    def missing_people(self, people: Iterable[SeenPerson]) -> list[SeenPerson]:
        return [person for person in people if self._accounts.get(person.key) is None]

    def keep_words(
        self,
        words: Iterable[Words],
        posts: Iterable[SeenPost],
        media: Mapping[int, Sequence[SeenMedia]],
        cards: Mapping[int, SeenCard],
    ) -> None:
        """What is newer than it was when the post was found stands under the older version too; nobody asks for that again."""
        loaded = {post.id: self._kept(post, media.get(post.id, ()), cards.get(post.id)) for post in words}
        for post in posts:
            if post.post_id in loaded:
                self._statuses.put((post.post_id, post.version), loaded[post.post_id])

    def keep_profiles(self, profiles: Iterable[Profile], people: Iterable[SeenPerson]) -> None:
        for person, profile in zip(people, profiles, strict=True):
            self._accounts.put(person.key, self._common_account(profile))

    # What is shown

    def account(self, person: SeenPerson) -> bytes:
        common = self._accounts.get(person.key)
        assert common is not None, "profiles are kept before they are rendered"
        return b'%b,"last_status_at":%b,"statuses_count":%d,"followers_count":%d,"following_count":%d}' % (
            common,
            _day(person.last_post_id),
            person.posts_count,
            person.followers_count,
            person.following_count,
        )

    def accounts(self, people: Iterable[SeenPerson]) -> bytes:
        return b"[%b]" % b",".join([self.account(person) for person in people])

    def statuses(self, posts: Sequence[SeenPost], beside: Beside) -> bytes:
        """Leaves out what was deleted after it was found."""
        shown = (self._status(post, beside) for post in posts)
        return b"[%b]" % b",".join([status for status in shown if status is not None])

    def status(self, post: SeenPost, beside: Beside) -> bytes:
        """Raises NotFound for what was deleted after it was found."""
        shown = self._status(post, beside)
        if shown is None:
            raise NotFound
        return shown

    def _status(self, post: SeenPost, beside: Beside, *, is_quoted: bool = False) -> bytes | None:
        kept = self._statuses.get((post.post_id, post.version))
        if kept is None:
            return None
        own = self._own_part(post, self._filtered(post, kept, beside) if beside.filters else NOTHING, beside)
        attached = self._attached(post, kept, beside, is_quoted=is_quoted)
        status = b'%b%b%b,"account":%b,"reblog":null}' % (
            kept.common,
            own,
            attached,
            self.account(post.author),
        )
        return status if post.booster is None else self._boost(post, post.booster, own, status)

    def _filtered(self, post: SeenPost, kept: Kept, beside: Beside) -> bytes:
        """What one wrote oneself is never filtered."""
        if post.author.id == beside.viewer.person_id:
            return NOTHING
        return filtered(beside.filters, *_looked_at(post, kept, beside), clock.now())

    def hides(self, post: SeenPost, beside: Beside, context: str) -> bool:
        """Whether a filter of the viewer's keeps it out of a stream of this context altogether."""
        kept = self._statuses.get((post.post_id, post.version)) if beside.filters else None
        if kept is None or post.author.id == beside.viewer.person_id:
            return False
        return is_hidden(beside.filters, *_looked_at(post, kept, beside), clock.now(), context)

    def _own_part(self, post: SeenPost, filtered: bytes, beside: Beside) -> bytes:
        parent, parent_author = post.reply_to_id, post.reply_to_person_id
        return _OWN_PART % (
            b'"%d"' % parent if parent else b"null",
            b'"%d"' % parent_author if parent and parent_author else b"null",
            post.replies_count,
            post.boosts_count,
            post.favourites_count,
            post.quotes_count,
            _JSON[post.is_favourite],
            _JSON[post.is_boosted],
            _JSON[post.is_muted],
            _JSON[post.is_bookmark],
            b"" if post.author.id != beside.viewer.person_id else _PINNED[post.is_pinned],
            filtered,
            _APPROVAL[_policy(post), post.may_quote],
            _RINGS[post.ring],
            b',"answer_id":"%d"' % post.answer_id if post.answer_id else b"",
        )

    def _attached(self, post: SeenPost, kept: Kept, beside: Beside, *, is_quoted: bool) -> bytes:
        """What hangs on a post, as this viewer gets it."""
        if not post.attached and not post.quote_of_id:
            return _NOTHING_ATTACHED
        return _ATTACHED % (
            self._media(post, kept, beside),
            poll_json(poll, post, beside.viewer, self.emojis_in(*poll.options))
            if (poll := beside.polls.get(post.post_id))
            else b"null",
            kept.card,
            self._quote(post, beside, is_shallow=is_quoted),
        )

    def _quote(self, post: SeenPost, beside: Beside, *, is_shallow: bool = False) -> bytes:
        """What is quoted, as this viewer sees it; a quote in a quote is named by its id alone."""
        if not post.quote_of_id:
            return b"null"
        if post.quote_state == QuoteState.revoked:
            return b'{"state":"revoked"}'
        quoted = beside.quotes.get(post.quote_of_id)
        if quoted is None:
            return b'{"state":"deleted"}' if post.quote_of_id in beside.gone else b'{"state":"unauthorized"}'
        if is_shallow:
            return b'{"state":"accepted","quoted_status_id":"%d"}' % quoted.post_id
        status = self._status(quoted, beside, is_quoted=True)
        return (
            b'{"state":"unauthorized"}'
            if status is None
            else b'{"state":"accepted","quoted_status":%b}' % status
        )

    def _media(self, post: SeenPost, kept: Kept, beside: Beside) -> bytes:
        """Posts for the world have plain addresses; in all others each viewer gets their own."""
        if not kept.media:
            return b"[]"
        assert self.addresses is not None, "the addresses are loaded with the media"
        is_open = post.ring == Ring.world and post.post_visibility <= Visibility.unlisted
        person_id = 0 if is_open else beside.viewer.person_id
        return b"[%b]" % b",".join([one.render(self.addresses, person_id) for one in kept.media])

    def _boost(self, post: SeenPost, booster: SeenPerson, own: bytes, original: bytes) -> bytes:
        """The entry of the booster, with the original in it; counts and marks are the original's."""
        common = self._boosts.get(post.id)
        if common is None:
            common = self._common_boost(post)
            self._boosts.put(post.id, common)
        return b'%b%b%b,"account":%b,"reblog":%b}' % (
            common,
            own,
            _NOTHING_ATTACHED,
            self.account(booster),
            original,
        )

    # What all see alike

    def _kept(self, post: Words, media: Sequence[SeenMedia], card: SeenCard | None) -> Kept:
        text = "\n".join([post.warning, post.text, *(one.description for one in media)])
        shown = _encode(card_json(card, self.base_url)) if card else b"null"
        return Kept(self._common_status(post), text, tuple(kept_media(one) for one in media), shown)

    def _common_status(self, post: Words) -> bytes:
        address = f"{self.base_url}/@{post.author_handle}/{post.id}"
        status = {
            "id": str(post.id),
            "uri": f"{self.base_url}/people/{post.author_handle}/posts/{post.id}",
            "url": address,
            "created_at": _moment_of(post.id),
            "edited_at": date_time(post.edited_at) if post.edited_at else None,
            "visibility": Visibility(post.visibility).name,
            "content": self.content(post.text, post.mentions),
            "sensitive": post.is_sensitive,
            "spoiler_text": post.warning,
            "language": post.language,
            **_ALIKE,
            "emojis": self.emojis_in(post.warning, post.text),
            "mentions": [self._mention(person_id, handle) for person_id, handle in post.mentions],
            "tags": [{"name": name, "url": self.tag_url(key)} for key, name in sorted(post.tags)],
            "text": None,
            "is_question": post.is_question,
        }
        if network := BROUGHT_FROM.get(post.origin):
            status["application"] = {"name": f"Imported from {network}", "website": None}
        elif post.app_name is not None:
            status["application"] = {"name": post.app_name, "website": post.app_website}
        return _encode(status)[:-1]

    def _common_boost(self, post: SeenPost) -> bytes:
        address = f"{self.base_url}/boosts/{post.id}"
        boost = {
            "id": str(post.id),
            "uri": address,
            "url": address,
            "created_at": _moment_of(post.id),
            "visibility": Visibility(post.visibility).name,
            "content": "",
            "sensitive": False,
            "spoiler_text": "",
            **_ALIKE,
            "mentions": [],
            "tags": [],
            "language": None,
            "edited_at": None,
            "text": None,
        }
        return _encode(boost)[:-1]

    def _mention(self, person_id: int, handle: str) -> dict[str, str]:
        return {"id": str(person_id), "username": handle, "acct": handle, "url": f"{self.base_url}/@{handle}"}

    def content(self, text: str, mentions: Iterable[Sequence[Any]]) -> str:
        """A text as HTML; names link to the people who were named when it was written."""
        named = {handle.lower(): handle for _id, handle in mentions}

        def link_to(piece: texts.Piece) -> str | None:
            if piece.kind == "link":
                return texts.link_html(piece.target)
            if piece.kind == "tag":
                return _TAG % (
                    html.escape(self.tag_url(texts.tag_key(piece.target))),
                    html.escape(piece.target),
                )
            handle = named.get(piece.target.lower())
            return (
                None
                if handle is None
                else _MENTION % (html.escape(f"{self.base_url}/@{handle}"), html.escape(handle))
            )

        return texts.as_html(text, link_to)

    def emojis_in(self, *texts: str) -> list[dict[str, Any]]:
        """The organisation's own emoji that stand in these texts, by their names between colons."""
        if not self._emojis:
            return []
        names = dict.fromkeys(name for text in texts if text for name in _SHORTCODES.findall(text))
        return [self._emojis[name] for name in names if name in self._emojis]

    def emojis(self) -> list[dict[str, Any]]:
        return list(self._emojis.values())

    def emoji(self, shortcode: str) -> dict[str, Any] | None:
        return self._emojis.get(shortcode)

    def _emoji(self, emoji: Emoji) -> dict[str, Any]:
        address = f"{self.base_url}/emoji/{emoji.name}"
        return {
            "shortcode": emoji.shortcode,
            "url": address,
            "static_url": f"{address}-still" if emoji.is_moving else address,
            "visible_in_picker": True,
            "category": emoji.category or None,
        }

    def tag_url(self, key: str) -> str:
        return f"{self.base_url}/tags/{quote(key, safe='')}"

    def _common_account(self, profile: Profile) -> bytes:
        account = {
            "id": str(profile.id),
            "username": profile.handle,
            "acct": profile.handle,
            "url": f"{self.base_url}/@{profile.handle}",
            "uri": f"{self.base_url}/people/{profile.handle}",
            "display_name": profile.name,
            "note": self.content(profile.bio, ()) if profile.bio else "",
            **self._pictures(profile),
            "locked": profile.is_locked,
            "fields": self._fields(profile),
            "emojis": self.emojis_in(*_told_of_themselves(profile)),
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
        if profile.suspended_at is not None:
            account["suspended"] = True
        return _encode(account)[:-1]

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
        return f"{self.base_url}/faces/{name}" if name else f"{self.base_url}/static/{otherwise}"

    def _fields(self, profile: Profile) -> list[dict[str, Any]]:
        given = (("Unit", profile.unit), ("Place", profile.place), ("Pronouns", profile.pronouns))
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
        return self.content(value, ()).removeprefix("<p>").removesuffix("</p>")


def _looked_at(post: SeenPost, kept: Kept, beside: Beside) -> tuple[tuple[int, ...], str]:
    """What filters look at: the ids and the words."""
    ids = (post.post_id,) if post.id == post.post_id else (post.id, post.post_id)
    poll = beside.polls.get(post.post_id)
    return ids, "\n".join([kept.text, *poll.options]) if poll else kept.text


_LETS_BE_FEATURED: Final = {
    True: {"automatic": ["public"], "manual": [], "current_user": "automatic"},
    False: {"automatic": [], "manual": [], "current_user": "denied"},
}
FACES: Final = 12
"""How many faces there are for those who have set none."""

_SHORTCODES: Final = re.compile(r"(?<![A-Za-z0-9:]):([A-Za-z0-9_]{2,64}):(?![A-Za-z0-9:])")
_JSON: Final = {True: b"true", False: b"false"}
_PINNED: Final = {True: b',"pinned":true', False: b',"pinned":false'}
_RINGS: Final = {int(ring): ring.name.encode() for ring in Ring}
_LONG_AGO: Final = "1970-01-01T00:00:00.000Z"
_TAG: Final = '<a href="%s" class="mention hashtag" rel="tag">#<span>%s</span></a>'
_MENTION: Final = (
    '<span class="h-card" translate="no"><a href="%s" class="u-url mention">@<span>%s</span></a></span>'
)
_OWN_PART: Final = (
    b',"in_reply_to_id":%b,"in_reply_to_account_id":%b,"replies_count":%d,"reblogs_count":%d,"favourites_count":%d,'
    b'"quotes_count":%d,"favourited":%b,"reblogged":%b,"muted":%b,"bookmarked":%b%b,"filtered":%b,"quote_approval":%b,"audience":"%b"%b'
)
_ATTACHED: Final = b',"media_attachments":%b,"poll":%b,"card":%b,"quote":%b'
_NOTHING_ATTACHED: Final = _ATTACHED % (b"[]", b"null", b"null", b"null")
_APPROVAL: Final = {
    (policy, may): _encode(
        {
            "automatic": [] if policy is QuotePolicy.nobody else [policy.name],
            "manual": [],
            "current_user": "automatic" if may else "denied",
        }
    )
    for policy in QuotePolicy
    for may in (True, False)
}


def _policy(post: SeenPost) -> QuotePolicy:
    """What is not public is quoted by its author alone."""
    return (
        QuotePolicy.nobody if post.post_visibility > Visibility.unlisted else QuotePolicy(post.quote_policy)
    )


_ALIKE: Final[dict[str, Any]] = {
    "emojis": [],
    "tagged_collections": [],
}


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


def moment_of(post_id: int) -> datetime:
    """When a post was written: its id says so."""
    return datetime.fromtimestamp((post_id >> 16) / 1000, UTC)


def _moment_of(post_id: int) -> str:
    return date_time(moment_of(post_id))


def _day(post_id: int) -> bytes:
    return _date((post_id >> 16) // 86_400_000) if post_id else b"null"


@lru_cache(maxsize=4096)
def _date(days: int) -> bytes:
    """A day, counted from 1970, as JSON."""
    return b'"%b"' % date.fromordinal(date(1970, 1, 1).toordinal() + days).isoformat().encode()


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
