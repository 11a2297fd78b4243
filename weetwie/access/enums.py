"""The words of the law: standing, ring, visibility. Small numbers, so that 'narrower' is 'less'."""

from enum import IntEnum, StrEnum


class Standing(IntEnum):
    """How a person belongs to the organisation."""

    member = 0
    alumnus = 1
    guest = 2


class Ring(IntEnum):
    """For whom something is: those who work here, also alumni and guests, or anyone."""

    colleagues = 0
    network = 1
    world = 2


class Visibility(IntEnum):
    """As in the Mastodon API: everyone in the ring (listed or not), followers, or those named."""

    public = 0
    unlisted = 1
    private = 2
    direct = 3


class QuotePolicy(IntEnum):
    """Who may quote a post, of those who see it."""

    public = 0
    followers = 1
    nobody = 2


class QuoteState(IntEnum):
    """What became of a quote; 0 where a post quotes nothing."""

    accepted = 1
    revoked = 2


class Role(StrEnum):
    """A part in running the place, beside being somebody in it."""

    administrator = "administrator"
    """Everything below, and what holds here."""
    people_admin = "people_admin"
    """Looks after who is here."""
    moderator = "moderator"
    """Looks after how people are with one another."""
    compliance = "compliance"
    """Reads what one person wrote for a case, together with a second one, for a time. No other role has this within it."""
