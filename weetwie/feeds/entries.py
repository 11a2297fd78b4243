"""From seen posts to the entries of a feed. What is direct or for followers never becomes one, nor shows in one."""

import html
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote

import msgspec

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.media.addresses import named
from weetwie.errors import _
from weetwie.hydration.hydrate import Hydrator
from weetwie.hydration.views import PostView
from weetwie.runtime.ids import moment_of
from weetwie.text import language, text as texts
from weetwie.text.shorten import shorten
from weetwie.views.cards import SeenCard
from weetwie.views.media import SeenMedia
from weetwie.views.people import Profile
from weetwie.views.posts import SeenPost
from weetwie.views.texts import Words

_KEPT: Final = 500
_READY: Final = 1
_LONGEST_TITLE: Final = 80
_CONTEXT: Final = "public"
"""Where the reader's filters hold, they hold here."""


class FeedAuthor(msgspec.Struct, frozen=True):
    name: str
    url: str
    face: str


class Attachment(msgspec.Struct, frozen=True):
    url: str
    content_type: str
    size: int


class FeedEntry(msgspec.Struct, frozen=True):
    id: str
    """The same for ever, whatever the author is called."""
    url: str
    title: str
    content: str
    """HTML."""
    author: FeedAuthor
    written_at: datetime
    edited_at: datetime
    """As `written_at` where nothing was changed."""
    tags: Sequence[str]
    language: str
    attachments: Sequence[Attachment]


class FeedContent(msgspec.Struct, frozen=True):
    """Of one version of a post, what all viewers see alike."""

    words: Words
    content: str
    media: Sequence[SeenMedia]


class Entries:
    """Makes entries for one installation."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._host = base_url.partition("://")[2].partition(":")[0]
        self._hydrator: Hydrator[FeedContent, Profile] = Hydrator(
            base_url, self._content, lambda profile: profile, _KEPT, names_quotes_in_quotes=False
        )

    async def of(self, db: Db, viewer: Viewer, posts: Sequence[SeenPost], language: str) -> list[FeedEntry]:
        """Of those that may stand in a feed."""
        open_posts = [post for post in posts if is_open(post)]
        hydrated = await self._hydrator.posts(db, viewer, open_posts)
        return [
            self._entry(view, language)
            for view in self._hydrator.views(open_posts, hydrated)
            if not view.is_hidden(_CONTEXT)
        ]

    def tag(self, what: str, at: datetime) -> str:
        """An id that lasts (RFC 4151)."""
        return f"tag:{self._host},{at:%Y-%m-%d}:{what}"

    def address(self, path: str) -> str:
        return f"{self._base_url}/{path}"

    def _entry(self, view: PostView[FeedContent], reader: str) -> FeedEntry:
        seen, words = view.seen, view.content.words
        written_at, profile = moment_of(seen.post_id), self._hydrator.person(seen.author)
        booster = self._hydrator.person(seen.booster) if seen.booster else None
        return FeedEntry(
            id=self.tag(f"post/{seen.id}", moment_of(seen.id)),
            url=self.address(f"@{quote(profile.handle)}/{seen.post_id}"),
            title=_title(words, reader),
            content=self._shown(view, reader, booster),
            author=self._author(profile, reader),
            written_at=written_at,
            edited_at=words.edited_at or written_at,
            tags=[name for _key, name in words.tags],
            language=words.language or "",
            attachments=[] if words.warning or view.media_for else self._attachments(view.content.media),
        )

    def _shown(self, view: PostView[FeedContent], reader: str, booster: Profile | None) -> str:
        """A post with a warning shows the warning alone: who wants to read on opens it."""
        parts = []
        if booster is not None:
            parts.append(
                _paragraph(language.translate(_("{name} boosted this"), reader, name=_name(booster, reader)))
            )
        if view.content.words.warning:
            return "".join([*parts, _paragraph(view.content.words.warning)])
        parts.append(view.content.content)
        if view.poll is not None:
            options = "".join(f"<li>{html.escape(one)}</li>" for one in view.poll.seen.options)
            parts.append(f"<ul>{options}</ul>")
        parts += [_paragraph(f"[{one.description}]") for one in view.content.media if one.description]
        quoted = view.quote.post if view.quote else None
        if quoted is not None and is_open(quoted.seen):
            author = _name(self._hydrator.person(quoted.seen.author), reader)
            parts.append(f"<blockquote>{_paragraph(author)}{self._shown(quoted, reader, None)}</blockquote>")
        return "".join(parts)

    def _author(self, profile: Profile, reader: str) -> FeedAuthor:
        face = self.address(f"faces/{profile.face}") if profile.face else ""
        return FeedAuthor(_name(profile, reader), self.address(f"@{quote(profile.handle)}"), face)

    def _attachments(self, media: Iterable[SeenMedia]) -> list[Attachment]:
        """Of posts for the world alone: any other address of a file would last longer than that of the feed."""
        return [
            Attachment(
                self._hydrator.addresses.stem(one.id, 0) + named("original", one.content_type),
                one.content_type,
                one.size,
            )
            for one in media
            if one.state == _READY
        ]

    def _content(self, words: Words, media: Sequence[SeenMedia], _card: SeenCard | None) -> FeedContent:
        handles = {str(handle).lower(): str(handle) for _id, handle in words.mentions}

        def link_to(piece: texts.Piece) -> str | None:
            if piece.kind == "link":
                return _link(piece.target, piece.target)
            if piece.kind == "tag":
                return _link(
                    self.address(f"tags/{quote(texts.tag_key(piece.target), safe='')}"), f"#{piece.target}"
                )
            handle = handles.get(piece.target.lower())
            return None if handle is None else _link(self.address(f"@{handle}"), f"@{handle}")

        return FeedContent(words, texts.as_html(words.text, link_to), media)


def is_open(post: SeenPost) -> bool:
    """Neither the entry nor the post is direct or for followers."""
    return max(post.visibility, post.post_visibility) <= Visibility.unlisted


def _title(words: Words, reader: str) -> str:
    """A post has none: its first line, or what warns of it."""
    if words.warning:
        return words.warning
    line = next((line.strip() for line in words.text.splitlines() if line.strip()), "")
    if not line:
        return language.translate(_("Photo"), reader)
    return shorten(line, _LONGEST_TITLE)


def _name(profile: Profile, reader: str) -> str:
    name = profile.name or f"@{profile.handle}"
    return f"{name} ({language.translate(_('Automatic'), reader)})" if profile.is_bot else name


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def _link(address: str, shown: str) -> str:
    return f'<a href="{html.escape(address)}">{html.escape(shown)}</a>'
