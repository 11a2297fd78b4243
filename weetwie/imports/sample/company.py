"""The sample company as a whole: its people, its posts with their times, and who follows, favours, boosts and votes. Pure."""

import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zlib import crc32

import msgspec

import weetwie
from weetwie.access.enums import Standing
from weetwie.imports.sample.moments import moments, weeks_ago
from weetwie.imports.sample.script import ScriptEntry, entries
from weetwie.text import text as texts

FOLDER: Final = Path(weetwie.__file__).parent / "sample"


class SamplePerson(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Somebody of the sample company. Times are in weeks, counted from now."""

    handle: str
    name: str
    role: str
    unit: str
    place: str
    languages: tuple[str, ...]
    bio: str
    joined: int
    pronouns: str = ""
    manager: str = ""
    standing: str = "member"
    left: int | None = None
    sponsor: str = ""
    until: int | None = None
    follows: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()
    learns: tuple[str, ...] = ()
    """What they say that they know and would like to learn."""
    bookmarks: tuple[str, ...] = ()
    """Posts, by their keys."""
    lists: dict[str, tuple[str, ...]] = {}

    @property
    def is_member(self) -> bool:
        return self.standing == Standing.member.name


class Company(msgspec.Struct):
    name: str
    people: list[SamplePerson]
    posts: list[ScriptEntry]
    at: list[datetime]
    """When each post was written."""
    mentions: list[list[str]]
    """Who is named in each post."""
    now: datetime

    def by_key(self, key: str) -> ScriptEntry:
        return next(post for post in self.posts if post.key == key)

    def follows(self) -> dict[tuple[str, str], datetime]:
        """Who follows whom (follower first), and since when."""
        people = {one.handle: one for one in self.people}
        talks = Counter((post.author, other) for post in self.posts for other in self._spoken_to(post))
        found: dict[tuple[str, str], datetime] = {}
        for one in self.people:
            for other in self.people:
                if one is other or not _is_drawn_to(one, other, talks):
                    continue
                later = max(weeks_ago(min(person.joined, 80), self.now) for person in (one, other))
                since = later + timedelta(minutes=_chance(one.handle, other.handle) % 30_000)
                found[one.handle, other.handle] = min(since, self.now - timedelta(minutes=5))
        assert {name for pair in found for name in pair} == set(people), "nobody is left alone"
        return found

    def favourites(self) -> dict[tuple[str, int], datetime]:
        """Who favours which post (by number), and when: some of those who read it."""
        followers: dict[str, list[str]] = {}
        for follower, followed in self.follows():
            followers.setdefault(followed, []).append(follower)
        found: dict[tuple[str, int], datetime] = {}
        for post in self.posts:
            readers = [
                name for name in followers[post.author] if name != post.author and self._reads(name, post)
            ]
            readers.sort(key=lambda name: _chance(name, post.text))
            for name in readers[: _liked(post)]:
                found[name, post.number] = self._some_time_after(post.number, name)
        return found

    def boosts(self) -> dict[tuple[str, int], datetime]:
        return {
            (name, post.number): self._some_time_after(post.number, name)
            for post in self.posts
            for name in post.boosters
        }

    def votes(self, post: ScriptEntry) -> dict[str, list[int]]:
        """Who chose what: as many for each option as the post says."""
        voters = sorted(
            (
                one.handle
                for one in self.people
                if one.handle != post.author and self._reads(one.handle, post)
            ),
            key=lambda name: _chance(name, post.text),
        )
        if not post.is_multiple:
            ballots = [place for place, option in enumerate(post.options) for _vote in range(option.votes)]
            return {name: [place] for name, place in zip(voters, ballots, strict=False)}
        chosen: dict[str, list[int]] = {}
        for place, option in enumerate(post.options):
            turned = voters[place * 5 :] + voters[: place * 5]
            for name in turned[: option.votes]:
                chosen.setdefault(name, []).append(place)
        return chosen

    def accepted(self) -> dict[int, int]:
        """The answer of each answered question, both by number."""
        found: dict[int, int] = {}
        for post in self.posts:
            asked: ScriptEntry | None = post
            while post.is_answer and asked is not None and not (asked.is_question and asked is not post):
                asked = self.posts[asked.parent] if asked.parent is not None else None
            if post.is_answer and asked is not None:
                found[asked.number] = post.number
        return found

    def root(self, post: ScriptEntry) -> ScriptEntry:
        while post.parent is not None:
            post = self.posts[post.parent]
        return post

    def _spoken_to(self, post: ScriptEntry) -> list[str]:
        replied = [self.posts[post.parent].author] if post.parent is not None else []
        return [*replied, *self.mentions[post.number]]

    def is_in_reach(self, name: str, post: ScriptEntry) -> bool:
        """Whether somebody was there at the time, and among those whom the post is for."""
        one = next(person for person in self.people if person.handle == name)
        at = self.at[post.number]
        if weeks_ago(one.joined, self.now) > at:
            return False
        was_member = one.is_member or (one.left is not None and weeks_ago(one.left, self.now) > at)
        return was_member or post.ring != "colleagues"

    def _reads(self, name: str, post: ScriptEntry) -> bool:
        """Those who could have marked it, and who would see it today too."""
        one = next(person for person in self.people if person.handle == name)
        is_open = one.is_member or post.ring != "colleagues"
        return is_open and post.visibility in ("public", "unlisted") and self.is_in_reach(name, post)

    def _some_time_after(self, number: int, name: str) -> datetime:
        at = self.at[number]
        later = at + timedelta(minutes=3 + _chance(name, str(number)) % 400)
        return (
            later if later < self.now else at + (self.now - at) * (_chance(str(number), name) % 90 + 5) / 100
        )


def company(now: datetime, folder: Path = FOLDER) -> Company:
    """Raises what is wrong with its files."""
    told = tomllib.loads((folder / "people.toml").read_text())
    people = msgspec.convert(told["people"], list[SamplePerson])
    files = sorted((folder / "posts").glob("*.txt"))
    posts = entries((path.name, path.read_text()) for path in files)
    for post in posts:
        _address(post, posts)
    at = moments(posts, now)
    return Company(told["name"], people, posts, at, _mentions(people, posts), now)


def _address(post: ScriptEntry, posts: Sequence[ScriptEntry]) -> None:
    """As apps do it, a reply begins with whom it is for, unless it names them anyway."""
    if post.parent is None or post.reply:
        return
    author = posts[post.parent].author
    if author != post.author and author not in _named(post.text):
        post.text = f"@{author} {post.text}"


def _mentions(people: Sequence[SamplePerson], posts: Sequence[ScriptEntry]) -> list[list[str]]:
    known = {one.handle for one in people}
    return [
        [name for name in dict.fromkeys(_named(post.text)) if name in known and name != post.author]
        for post in posts
    ]


def _named(text: str) -> list[str]:
    return [piece.target.lower() for piece in texts.pieces(text) if piece.kind == "mention"]


def _is_drawn_to(one: SamplePerson, other: SamplePerson, talks: Counter[tuple[str, str]]) -> bool:
    if other.handle in (*one.follows, one.sponsor, one.manager):
        return True
    if talks[one.handle, other.handle] > (1 if one.is_member else 0):
        return True
    return one.is_member and (one.unit == other.unit or _chance(one.handle, other.handle) % 9 == 0)


def _liked(post: ScriptEntry) -> int:
    """How many favour it: what its author did not set is a little chance, more for answers and for what begins a thread."""
    if post.favourites is not None:
        return post.favourites
    chance = _chance(post.author, post.text)
    return chance % 4 + 2 * post.is_answer if post.parent is not None else chance % 7


def _chance(*words: str) -> int:
    """A number that is the same each time, and looks like chance."""
    return crc32("\x1f".join(words).encode())
