"""The law once more, over plain data and from docs/law.md alone: what the SQL is held against.

Numbers as in `access/enums.py`; a ring is narrower when its number is less. Nobody is None.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

COLLEAGUES, NETWORK, WORLD = 0, 1, 2
PUBLIC, UNLISTED, PRIVATE, DIRECT = 0, 1, 2, 3
MEMBER, ALUMNUS, GUEST = 0, 1, 2
CARD, PROFILE, PLACE, OWN = 0, 1, 2, 3


@dataclass(eq=False)
class Human:
    id: int
    standing: int = MEMBER
    is_dormant: bool = False
    is_suspended: bool = False
    is_erased: bool = False
    is_removed: bool = False
    until: datetime | None = None
    sponsor: "Human | None" = None
    profile_ring: int = COLLEAGUES


@dataclass(eq=False)
class Note:
    id: int
    author: Human
    ring: int = COLLEAGUES
    visibility: int = PUBLIC
    mentions: frozenset[Human] = frozenset()
    root: "Note | None" = None
    boost_of: "Note | None" = None
    parent: "Note | None" = None
    is_deleted: bool = False


@dataclass(eq=False)
class Written:
    """A passage: what was written elsewhere, by somebody or under a name alone."""

    id: int
    author: Human | None
    ring: int = COLLEAGUES
    is_hidden: bool = False


@dataclass(eq=False)
class Company:
    now: datetime
    widest_ring: int = NETWORK
    guests_see_only_their_circle: bool = True
    people: list[Human] = field(default_factory=list)
    posts: list[Note] = field(default_factory=list)
    passages: list[Written] = field(default_factory=list)
    follows: set[tuple[Human, Human]] = field(default_factory=set)
    blocks: set[tuple[Human, Human]] = field(default_factory=set)

    def ring_of(self, who: Human | None) -> int:
        if who is None or who.is_suspended or who.is_erased or who.is_dormant:
            return WORLD
        if who.standing == GUEST and (who.until is None or who.until <= self.now):
            return WORLD
        return COLLEAGUES if who.standing == MEMBER else NETWORK

    def sees_post(self, who: Human | None, post: Note) -> bool:
        if post.boost_of is not None and not self.sees_post(who, post.boost_of):
            return False
        if post.is_deleted or post.author.is_suspended or post.author.is_removed:
            return False
        ring = min(post.ring, self.widest_ring)
        if self.ring_of(who) > ring:
            return False
        if (who, post.author) in self.blocks or (post.author, who) in self.blocks:
            return False
        follows, is_named = (who, post.author) in self.follows, who in post.mentions
        is_circled = who is not None and who.standing == GUEST and self.ring_of(who) == NETWORK
        if is_circled and self.guests_see_only_their_circle and ring == NETWORK:
            assert who is not None
            if not (follows or is_named or post.author is who.sponsor or self.takes_part(who, post)):
                return False
        if post.visibility in (PUBLIC, UNLISTED) or post.author is who or is_named:
            return True
        return post.visibility == PRIVATE and follows

    def sees_passage(self, who: Human | None, passage: Written) -> bool:
        author, ring = passage.author, min(passage.ring, self.widest_ring)
        if author is not None and (author.is_suspended or author.is_erased):
            return False
        if passage.is_hidden and (author is None or author is not who):
            return False
        if self.ring_of(who) > ring or (who, author) in self.blocks or (author, who) in self.blocks:
            return False
        is_circled = who is not None and who.standing == GUEST and self.ring_of(who) == NETWORK
        if is_circled and self.guests_see_only_their_circle and ring == NETWORK:
            assert who is not None
            return author is not None and (author in (who, who.sponsor) or (who, author) in self.follows)
        return True

    def takes_part(self, who: Human, post: Note) -> bool:
        thread = post.root or post
        own = (p for p in self.posts if p.author is who and not p.is_deleted)
        return any((p.root or p) is thread for p in own)

    def sees_person(self, who: Human | None, person: Human) -> bool:
        """Whether lists of people show them (be it by their card)."""
        if person.is_erased:
            return False
        ring, profile = self.ring_of(who), min(person.profile_ring, self.widest_ring)
        if person is who or ring == COLLEAGUES:
            return True
        if person.is_suspended:
            return False
        if profile == WORLD:
            return True
        if who is None or ring == WORLD:
            return False
        if who.standing == GUEST:
            return person is who.sponsor or (profile == NETWORK and person.standing != GUEST)
        is_tied = (who, person) in self.follows or (person, who) in self.follows
        return person is who.sponsor or profile == NETWORK or is_tied

    def sees_card(self, who: Human | None, person: Human) -> bool:
        """Whether a person's own page is open to them."""
        wrote = any(post.author is person and self.sees_post(who, post) for post in self.posts)
        return not person.is_erased and (self.sees_person(who, person) or wrote)

    def detail(self, who: Human | None, person: Human) -> int:
        """How much of a person is seen of whom anything is seen."""
        if person is who:
            return OWN if not person.is_erased else CARD
        if person.is_suspended or not self.sees_person(who, person):
            return CARD
        reaches = min(person.profile_ring, self.widest_ring) >= self.ring_of(who)
        return PLACE if reaches else PROFILE

    def number(self, who: Human | None, children: list[Note]) -> int:
        """How many of these children (or posts of a person) are counted for this viewer's ring."""
        by_ring = Counter(c.ring for c in children if c.visibility <= UNLISTED and not c.is_deleted)
        return sum(n for ring, n in by_ring.items() if min(ring, self.widest_ring) >= self.ring_of(who))
