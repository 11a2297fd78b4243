"""Posts and people into wire shapes. Pure: whatever is to be loaded has been loaded.

The part of a status or account that all viewers see alike is encoded once for each version and kept by the `Hydrator`; the
viewer's own part (counts, marks, parents) is spliced in as bytes.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import msgspec

from weetwie.access.enums import QuotePolicy, Ring, Visibility
from weetwie.access.policy import Policy
from weetwie.api.mastodon.entities.formats import date_time
from weetwie.api.mastodon.render_accounts import AccountRenderer
from weetwie.api.mastodon.render_cards import as_json as card_json
from weetwie.api.mastodon.render_filters import as_json as filter_json
from weetwie.api.mastodon.render_media import AttachmentRenderer, attachment_renderer
from weetwie.api.mastodon.render_polls import as_json as poll_json
from weetwie.api.mastodon.render_texts import TextRenderer
from weetwie.errors import or_not_found
from weetwie.hydration.hydrate import Hydrator
from weetwie.hydration.views import Hydrated, PostView, QuoteView
from weetwie.runtime.cache import Cache
from weetwie.runtime.ids import moment_of
from weetwie.views.cards import SeenCard
from weetwie.views.media import SeenMedia
from weetwie.views.people import SeenPerson
from weetwie.views.posts import SeenPost
from weetwie.views.texts import BROUGHT_FROM, Words

_encode = msgspec.json.encode


class EncodedPost(msgspec.Struct, frozen=True):
    """Of one version of a post, what all viewers see alike."""

    common: bytes
    """An open JSON object."""
    media: tuple[AttachmentRenderer, ...] = ()
    card: bytes = b"null"


StatusView: TypeAlias = PostView[EncodedPost]


class Renderer:
    """Holds the encodings of one installation. Hydrate, then render."""

    def __init__(self, base_url: str, size: int = 20_000) -> None:
        self.base_url = base_url.rstrip("/")
        self.texts = TextRenderer(self.base_url)
        self._accounts = AccountRenderer(self.base_url, self.texts)
        self.hydrator: Hydrator[EncodedPost, bytes] = Hydrator(
            self.base_url, self._post, self._accounts.common, size, names_quotes_in_quotes=True
        )
        self._boosts: Cache[int, bytes] = Cache(size)

    def follow(self, policy: Policy) -> None:
        """With the organisation's choices its emoji change, which stand in all that is kept."""
        if self.texts.follow(policy):
            self.hydrator.clear()

    # What is shown

    def account(self, person: SeenPerson) -> bytes:
        return self._accounts.account(self.hydrator.person(person), person)

    def accounts(self, people: Iterable[SeenPerson]) -> bytes:
        return b"[%b]" % b",".join([self.account(person) for person in people])

    def statuses(self, posts: Sequence[SeenPost], hydrated: Hydrated) -> bytes:
        """Leaves out what was deleted after it was found."""
        return b"[%b]" % b",".join([self.shown(view) for view in self.hydrator.views(posts, hydrated)])

    def status(self, post: SeenPost, hydrated: Hydrated) -> bytes:
        """Raises NotFound for what was deleted after it was found."""
        view = or_not_found(self.hydrator.view(post, hydrated))
        return self.shown(view)

    def shown(self, view: StatusView) -> bytes:
        post, own = view.seen, _own_part(view)
        status = b'%b%b%b,"account":%b,"reblog":null}' % (
            view.content.common,
            own,
            self._attached(view),
            self.account(post.author),
        )
        return status if post.booster is None else self._boost(post, post.booster, own, status)

    def _attached(self, view: StatusView) -> bytes:
        """What hangs on a post, as this viewer gets it."""
        if not view.seen.attached and view.quote is None:
            return _NOTHING_ATTACHED
        poll = view.poll
        return _ATTACHED % (
            self._media(view),
            poll_json(poll, self.texts.emojis_in(*poll.seen.options)) if poll else b"null",
            view.content.card,
            self._quote(view.quote) if view.quote else b"null",
        )

    def _quote(self, quote: QuoteView[EncodedPost]) -> bytes:
        if quote.post is not None:
            return b'{"state":"accepted","quoted_status":%b}' % self.shown(quote.post)
        if quote.post_id:
            return b'{"state":"accepted","quoted_status_id":"%d"}' % quote.post_id
        return b'{"state":"%b"}' % quote.state.encode()

    def _media(self, view: StatusView) -> bytes:
        if not view.content.media:
            return b"[]"
        addresses = self.hydrator.addresses
        return b"[%b]" % b",".join([one.render(addresses, view.media_for) for one in view.content.media])

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

    def _post(self, post: Words, media: Sequence[SeenMedia], card: SeenCard | None) -> EncodedPost:
        shown = _encode(card_json(card, self.base_url)) if card else b"null"
        return EncodedPost(self._common_status(post), tuple(attachment_renderer(one) for one in media), shown)

    def _common_status(self, post: Words) -> bytes:
        address = f"{self.base_url}/@{post.author_handle}/{post.id}"
        status = {
            "id": str(post.id),
            "uri": f"{self.base_url}/people/{post.author_handle}/posts/{post.id}",
            "url": address,
            "created_at": _moment_of(post.id),
            "edited_at": date_time(post.edited_at) if post.edited_at else None,
            "visibility": Visibility(post.visibility).name,
            "content": self.texts.content(post.text, post.mentions),
            "sensitive": post.is_sensitive,
            "spoiler_text": post.warning,
            "language": post.language,
            **_ALIKE,
            "emojis": self.texts.emojis_in(post.warning, post.text),
            "mentions": [self._mention(person_id, handle) for person_id, handle in post.mentions],
            "tags": [{"name": name, "url": self.texts.tag_url(key)} for key, name in sorted(post.tags)],
            "text": None,
            "is_question": post.is_question,
        }
        if (application := _application(post)) is not None:
            return _encode({**status, "application": application})[:-1]
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


def _application(post: Words) -> dict[str, str | None] | None:
    if network := BROUGHT_FROM.get(post.origin):
        return {"name": f"Imported from {network}", "website": None}
    return None if post.app_name is None else {"name": post.app_name, "website": post.app_website}


def _own_part(view: StatusView) -> bytes:
    post = view.seen
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
        _PINNED[post.is_pinned] if view.is_own else b"",
        filter_json(view.matches) if view.matches else b"[]",
        _APPROVAL[post.post_visibility, post.quote_policy, post.may_quote],
        _RINGS[post.ring],
        b',"answer_id":"%d"' % post.answer_id if post.answer_id else b"",
    )


_JSON: Final = {True: b"true", False: b"false"}
_PINNED: Final = {True: b',"pinned":true', False: b',"pinned":false'}
_RINGS: Final = {int(ring): ring.name.encode() for ring in Ring}
_OWN_PART: Final = (
    b',"in_reply_to_id":%b,"in_reply_to_account_id":%b,"replies_count":%d,"reblogs_count":%d,"favourites_count":%d,'
    b'"quotes_count":%d,"favourited":%b,"reblogged":%b,"muted":%b,"bookmarked":%b%b,"filtered":%b,"quote_approval":%b,"audience":"%b"%b'
)
_ATTACHED: Final = b',"media_attachments":%b,"poll":%b,"card":%b,"quote":%b'
_NOTHING_ATTACHED: Final = _ATTACHED % (b"[]", b"null", b"null", b"null")


def _approval(policy: QuotePolicy, may_quote: bool) -> bytes:
    return _encode(
        {
            "automatic": [] if policy is QuotePolicy.nobody else [policy.name],
            "manual": [],
            "current_user": "automatic" if may_quote else "denied",
        }
    )


_APPROVAL: Final = {
    (int(visibility), int(policy), may_quote): _approval(
        # What is not public is quoted by its author alone.
        QuotePolicy.nobody if visibility > Visibility.unlisted else policy,
        may_quote,
    )
    for visibility in Visibility
    for policy in QuotePolicy
    for may_quote in (True, False)
}


_ALIKE: Final[dict[str, list[str]]] = {
    "emojis": [],
    "tagged_collections": [],
}


def _moment_of(post_id: int) -> str:
    return date_time(moment_of(post_id))
