"""The wire shapes of our own additions."""

from typing import Literal

from msgspec import Struct

from weetwie.api.mastodon.entities import Account, Status, Tag


class Proof(Struct, kw_only=True):
    """A post that shows what somebody knows."""

    weight: float
    """Its part of all that speaks for this person, from 0 to 1."""
    status: Status


class Way(Struct, kw_only=True):
    """How one reaches somebody: one follows each other, or both follow a third."""

    kind: Literal["mutual", "both_follow"]
    via: Account | None


class Expert(Struct, kw_only=True):
    account: Account
    standing: Literal["member", "alumnus", "guest"]
    score: float
    """Only to be compared within one answer."""
    share: float
    """Of all that speaks for anybody, from 0 to 1."""
    last_shown_at: str
    """The day of the newest post that speaks for them."""
    way: Way | None
    """None where there is none over ties that one sees."""
    proofs: list[Proof]
    """Up to three, the strongest first."""


class Standing(Struct, kw_only=True):
    """How one stands in who-knows-what oneself."""

    is_ranked: bool


class NearestWord(Struct, kw_only=True):
    """Nobody wrote the one word; so many people wrote about the other."""

    word: str
    instead: str
    people: int


class WhoKnows(Struct, kw_only=True):
    people: list[Expert]
    nearest: list[NearestWord]


class Topic(Struct, kw_only=True):
    """What there is about a tag: people without score or number, at most ten."""

    tag: Tag
    people: list[Account]
    statuses: list[Status]
    questions: list[Status]
    related: list[Tag]
