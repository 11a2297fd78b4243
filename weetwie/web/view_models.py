"""What the templates show: people, posts, what hangs on them, as far as one viewer sees them."""

import html
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from markupsafe import Markup

from weetwie.text import text as texts
from weetwie.views.cards import SeenCard
from weetwie.views.people import ProfileField

_ROLES: Final = frozenset(("role", "job title", "functie", "rol", "funktion", "rolle", "position"))


class Person(msgspec.Struct, frozen=True):
    """A person as far as the viewer sees them; of the card alone only the first few."""

    id: int
    handle: str
    name: str
    face: str
    face_description: str
    standing: str
    is_suspended: bool
    is_card: bool
    is_bot: bool = False
    about: str = ""
    """As it was typed; lists of people never need it as a text with links."""
    header: str = ""
    unit: str = ""
    place: str = ""
    words: Sequence[tuple[str, str]] = ()
    """What else they say of themselves in a few words (`access/profile_words.py`), each with its label."""
    languages: Sequence[str] = ()
    lines: Sequence[ProfileField] = ()
    """`name`, `value` and perhaps `verified_at`, as they were typed."""
    is_locked: bool = False
    joined_at: datetime | None = None
    left_at: datetime | None = None
    until: datetime | None = None
    posts_count: int = 0
    followers_count: int = 0
    following_count: int = 0
    knows: Sequence[str] = ()
    learning: Sequence[str] = ()
    lately: Sequence[str] = ()
    manager_id: int | None = None
    has_joined: bool = True
    """Not yet: imported, and has not logged in."""
    is_dormant: bool = False

    @property
    def role(self) -> str:
        """What they do, where a line of their profile says so under one of its usual names."""
        named = (one["value"] for one in self.lines if one["name"].strip().casefold() in _ROLES)
        return next(named, "")

    @property
    def first_name(self) -> str:
        return self.called.split(" ")[0]

    @property
    def last_day(self) -> datetime | None:
        """Of a guest: an end is the beginning of the day after."""
        return self.until - timedelta(seconds=1) if self.until else None

    @property
    def bio(self) -> Markup:
        return as_markup(self.about)

    @property
    def fields(self) -> list[tuple[str, Markup, bool]]:
        """Name, value, whether it is verified; without the one that says the role."""
        return [
            (one["name"], as_markup(one["value"]), bool(one.get("verified_at")))
            for one in self.lines
            if one["value"] != self.role
        ]

    @property
    def address(self) -> str:
        return f"/@{self.handle}"

    @property
    def called(self) -> str:
        return self.name or self.handle


class Picture(msgspec.Struct, frozen=True):
    """A file of a post."""

    kind: str
    """`image`, `video`, `audio` or `file`."""
    address: str
    small: str
    description: str
    width: int
    height: int


class Option(msgspec.Struct, frozen=True):
    place: int
    title: str
    count: int | None
    share: int
    is_mine: bool


class Poll(msgspec.Struct, frozen=True):
    options: Sequence[Option]
    voters: int
    ends_at: datetime
    is_over: bool
    is_multiple: bool
    may_vote: bool


class Post(msgspec.Struct, frozen=True):
    """A post, or a boost of one, with what hangs on it."""

    key: int
    id: int
    author: Person
    booster: Person | None
    written_at: datetime
    edited_at: datetime | None
    content: Markup
    text: str
    warning: str
    is_sensitive: bool
    language: str
    ring: str
    visibility: str
    replies: int
    boosts: int
    favourites: int
    is_favourite: bool
    is_boosted: bool
    is_bookmark: bool
    is_pinned: bool
    is_muted: bool
    is_mine: bool
    may_boost: bool
    may_quote: bool
    is_question: bool
    answer_id: int | None
    reply_to_id: int | None
    reply_to: Person | None
    """Whom it answers."""
    source: str
    pictures: Sequence[Picture]
    poll: Poll | None
    card: SeenCard | None
    quote: "Post | None"
    quote_is_gone: bool
    filtered_by: str = ""
    """The name of the reader's own filter that folds it."""

    @property
    def address(self) -> str:
        return f"/@{self.author.handle}/{self.id}"

    @property
    def said(self) -> Markup:
        """Without the name of whom it answers at its beginning: the page shows what is answered."""
        return without_addressee(self.content, self.reply_to.handle) if self.reply_to else self.content

    @property
    def line(self) -> str:
        """The same as plain text."""
        text = self.text
        if self.reply_to and text.lower().startswith(f"@{self.reply_to.handle} ".lower()):
            return text[len(self.reply_to.handle) + 2 :]
        return text


def without_addressee(content: Markup, handle: str) -> Markup:
    link = f'<p><a href="/@{html.escape(handle)}" class="mention">@{html.escape(handle)}</a> '
    return Markup("<p>") + content[len(link) :] if content.startswith(link) else content


def as_markup(text: str, mentions: Iterable[Sequence[Any]] = ()) -> Markup:
    """A text with its links: to the people who were named when it was written, to tags, to other pages."""
    handles = {handle.lower(): handle for _id, handle in mentions}

    def link_to(piece: texts.Piece) -> str | None:
        if piece.kind == "link":
            return texts.link_html(piece.target)
        if piece.kind == "tag":
            key = html.escape(texts.tag_key(piece.target))
            return f'<a href="/tags/{key}" class="tag">#{html.escape(piece.target)}</a>'
        handle = handles.get(piece.target.lower())
        if handle is None:
            return None
        return f'<a href="/@{html.escape(handle)}" class="mention">@{html.escape(handle)}</a>'

    return Markup(texts.as_html(text, link_to))  # noqa: S704  escaped piece by piece
