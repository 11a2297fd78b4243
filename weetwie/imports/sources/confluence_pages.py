"""A wiki as each form of export gives it: spaces, pages with their versions, comments, and who may see what. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Final

import msgspec

from weetwie.imports.sources.form import Author

FOR_ALL: Final = (
    "confluence-users",
    "users",
    "site-users",
    "all-users",
    "everyone",
    "authenticated",
    "anonymous",
    "jira-users",
)
"""How groups that everybody is in are called; what stands behind such a name is the name of the site."""
LEAST_WORDS: Final = 40
"""Characters that somebody must have put into a page of another to have a passage of their own."""


class Space(msgspec.Struct):
    key: str
    name: str = ""
    is_open: bool = True
    link: str = ""


class WikiPage(msgspec.Struct):
    """A page, a blog post, a version of one, or a comment."""

    id: str
    space: str = ""
    title: str = ""
    status: str = "current"
    parent: str = ""
    """The page above, or the comment that is answered."""
    version: int = 1
    version_of: str = ""
    comments_on: str = ""
    is_comment: bool = False
    creator: str = ""
    modifier: str = ""
    created_at: datetime | None = None
    modified_at: datetime | None = None
    link: str = ""
    line: int = 0


class Wiki(msgspec.Struct):
    """What is known of it before any text is read."""

    spaces: dict[str, Space] = msgspec.field(default_factory=dict)
    pages: dict[str, WikiPage] = msgspec.field(default_factory=dict)
    people: dict[str, Author] = msgspec.field(default_factory=dict)
    restricted: set[str] = msgspec.field(default_factory=set)
    """Pages that only some may see; so are those below them."""
    tags: dict[str, list[str]] = msgspec.field(default_factory=dict)
    is_damaged: bool = False
    """Something of it could not be read, so that what is missing may have been restricted."""

    def names(self) -> Mapping[str, str]:
        return {key: one.name for key, one in self.people.items()}

    def person(self, key: str) -> Author:
        return self.people.get(key) or Author(key=key)

    def page_of(self, page: WikiPage) -> WikiPage | None:
        """The page itself, of a version or a comment; None where it is not in the export."""
        for _step in range(50):
            above = page.version_of or (page.comments_on or page.parent if page.is_comment else "")
            if not above:
                return page
            found = self.pages.get(above)
            if found is None:
                return None
            page = found
        return None

    def is_private(self, page: WikiPage) -> bool:
        space = self.spaces.get(page.space)
        if space is None or not space.is_open:
            return True
        seen: set[str] = set()
        this: WikiPage | None = page
        while this is not None and this.id not in seen:
            if this.id in self.restricted:
                return True
            seen.add(this.id)
            if this.parent and this.parent not in self.pages:
                return self.is_damaged
            this = self.pages.get(this.parent)
        return False


class Version(msgspec.Struct, frozen=True):
    """What of a version is kept: who wrote it, when, and a digest of each line."""

    number: int
    author: str
    at: datetime | None
    lines: frozenset[bytes]


def digest(line: str) -> bytes:
    return blake2b(line.strip().encode("utf-8", "replace"), digest_size=8).digest()


def digests(text: str) -> frozenset[bytes]:
    return frozenset(digest(line) for line in text.split("\n") if line.strip())


def shares(
    text: str, creator: str, last: Version, earlier: Iterable[Version]
) -> dict[str, tuple[str, datetime | None]]:
    """Of the text as it is now, the lines that each person put in, and when they last did: by the version that has a line first.

    What the earliest version has is its creator's.
    """
    ordered = sorted([*earlier, last], key=lambda one: one.number)
    whose: dict[bytes, str] = {}
    when: dict[str, datetime | None] = {}
    for place, version in enumerate(ordered):
        author = creator if place == 0 else version.author
        for mark in version.lines:
            if whose.setdefault(mark, author) == author:
                when[author] = version.at
    parts: dict[str, list[str]] = {creator: []}
    for line in text.split("\n"):
        if line.strip():
            parts.setdefault(whose.get(digest(line), creator), []).append(line)
        else:
            for kept in parts.values():
                kept.append("")
    joined = {author: "\n".join(kept).strip() for author, kept in parts.items()}
    return {
        author: (kept, when.get(author))
        for author, kept in joined.items()
        if author == creator or len(kept) >= LEAST_WORDS
    }
