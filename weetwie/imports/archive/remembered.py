"""What the readers of archives give: posts that somebody wrote elsewhere, and what was left out and why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import msgspec

from weetwie.access.enums import Ring, Visibility
from weetwie.imports.lines import BadLine
from weetwie.imports.plain import goes_on
from weetwie.imports.records import LONGEST_KEY, BadRecord, clean, moment
from weetwie.runtime import clock
from weetwie.text import text as texts

Network = Literal["mastodon", "twitter"]

BOOST: Final = "boosts of what others wrote"
PRIVATE: Final = "for followers only"
DIRECT: Final = "direct messages"
DELETED: Final = "deleted there"
OLDER: Final = "earlier versions of posts that were edited"
EMPTY: Final = "without text or files"
HERE: Final = "written here, and still here"
NARROWER: Final = "for colleagues only, of whom you are none now"
ELSEWHERE: Final = "for a circle of another organisation"

ANSWER: Final = "\u21a9 "
"""In front of what answers somebody else: their words are not here."""
LONGEST_TEXT: Final = 25_000
LONGEST_WARNING: Final = 1_000
MOST_MEDIA: Final = 4
_FIRST: Final = datetime(2006, 1, 1, tzinfo=UTC)
"""Before this there was neither network."""
_ENOUGH_TO_TELL: Final = 200


class AttachedFile(msgspec.Struct, frozen=True):
    name: str
    """Of a file in the archive."""
    description: str = ""
    focus: str = ""


class ArchivedPost(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    """Where it stands in the archive."""
    key: str
    """The same in every archive of the same account."""
    at: datetime
    text: str
    warning: str = ""
    is_sensitive: bool = False
    language: str | None = None
    visibility: Visibility = Visibility.public
    ring: Ring | None = None
    """Where it was written here: it is never for more people than it was."""
    reply_to: str = ""
    """The key of what it goes on from, by the same writer."""
    edited_at: datetime | None = None
    media: tuple[AttachedFile, ...] = ()


class ReadArchive(msgspec.Struct, kw_only=True):
    """An archive, read."""

    network: Network
    account: str
    """Whose it was there; empty where the file does not say."""
    posts: list[ArchivedPost] = msgspec.field(default_factory=list)
    """Oldest first."""
    skipped: Counter[str] = msgspec.field(default_factory=Counter)
    answers: int = 0
    """How many of the posts answer somebody else."""
    lost_files: int = 0
    """Files that posts name and that are not in the archive, or are more than a post may have."""
    bad: list[BadLine] = msgspec.field(default_factory=list)

    def skip(self, reason: str) -> None:
        self.skipped[reason] += 1

    def tell(self, number: int, reason: str) -> None:
        self.bad.append(BadLine(number, reason))

    def end(self, posts: Iterable[ArchivedPost]) -> None:
        """Puts them in order. A thread begins where its beginning is not among them."""
        by_key = {post.key: post for post in posts}
        self.posts = sorted(by_key.values(), key=lambda post: (post.at, post.number))
        if self._too_early():
            heights = _heights(by_key)
            self.posts.sort(key=lambda post: (post.at, heights[post.key], post.number))
        for place in self._too_early():
            self.posts[place] = msgspec.structs.replace(self.posts[place], reply_to="")

    def _too_early(self) -> list[int]:
        """The places of posts that go on from one that does not stand above them."""
        places = {post.key: place for place, post in enumerate(self.posts)}
        return [
            place
            for place, post in enumerate(self.posts)
            if post.reply_to and places.get(post.reply_to, place) >= place
        ]


def _heights(by_key: Mapping[str, ArchivedPost]) -> dict[str, int]:
    """How many posts each goes on from: of a thread written within one second, what comes first."""
    heights: dict[str, int] = {}
    for key in by_key:
        chain: list[str] = []
        at = key
        while at in by_key and at not in heights:
            heights[at] = 0
            chain.append(at)
            at = by_key[at].reply_to
        first = heights.get(at, -1) + 1
        heights |= {each: height for height, each in enumerate(reversed(chain), first)}
    return heights


def told(text: str, language: str | None) -> str | None:
    """The language that was given, else the one that the text looks like."""
    code = (language or "").split("-")[0].split("_")[0].lower()
    if 2 <= len(code) <= 3 and code.isascii() and code.isalpha() and code != "und":
        return code
    return texts.language_of(text[:_ENOUGH_TO_TELL])


def time_of(given: str) -> datetime:
    """Raises Wrong."""
    at = moment(given)
    if not _FIRST <= at <= clock.now() + timedelta(minutes=5):
        raise BadRecord(f"the time {at.isoformat()} cannot be")
    return at


def text_of(given: str) -> str:
    """Raises Wrong."""
    if len(given) > LONGEST_TEXT:
        raise BadRecord(f"longer than {LONGEST_TEXT:,} characters")
    return clean(given)


def meaning_nobody(text: str, host: str) -> str:
    """Names that could be read as those of people here get the host of the network where they were written."""
    whole: list[str] = []
    at = 0
    for piece in texts.pieces(text):
        if piece.kind == "mention" and not piece.host:
            whole += (text[at : piece.end], f"@{host}", " " if goes_on(text, piece.end) else "")
            at = piece.end
    return "".join([*whole, text[at:]])


def account_of(given: str) -> str:
    """Fit to be shown: on a terminal too."""
    return "".join(sign for sign in given if sign.isprintable() and sign != " ")[:LONGEST_KEY]


def key_of(given: str) -> str:
    """Raises Wrong."""
    if not given or len(given) > LONGEST_KEY or "\x00" in given:
        raise BadRecord("has no id")
    return given
