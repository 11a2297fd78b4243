"""What the organisation has chosen: the terms under which people write and see."""

from typing import Annotated, Final, Literal

import msgspec

from weetwie.access.enums import Ring
from weetwie.runtime.json import Json

FEWEST: Final = 10
"""In works-council mode no number about a group is told that fewer people stand behind."""


class Emoji(msgspec.Struct, frozen=True):
    """A small picture of the organisation's own."""

    shortcode: str
    name: str
    """Of its file."""
    category: str = ""
    is_moving: bool = False


Days = Annotated[int, msgspec.Meta(ge=0, le=36500)]
"""0 is for ever."""


Connection = Literal[
    "agents", "chat", "feeds", "bots", "webhooks", "embedding", "directory", "saml", "remote_user", "mail_in"
]
"""Ways in and out for other programs that the organisation switches on one by one."""

COMPLIANCE_READS: Final = ("nothing", "posts", "everything")
"""From the narrowest to the widest."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The choices; what is written here are the defaults."""

    version: int = 0
    name: str = "Weetwie"
    description: str = "Who knows what, and who does what, here."
    headline: str = ""
    """What the front page says in its largest letters; empty: that somebody here knows."""
    why: str = ""
    """In the organisation's own words what it is good for: they stand above ours at `/about/why`."""
    contact_email: str = ""
    languages: tuple[str, ...] = ("en", "nl", "de")
    default_ring: Ring = Ring.colleagues
    widest_ring: Ring = Ring.network
    default_profile_ring: Ring = Ring.colleagues
    guests_see_only_their_circle: bool = True
    longest_post: int = 1000
    longest_name: int = 80
    longest_bio: int = 1000
    alumni_wake: Literal["acceptance", "approval"] = "acceptance"
    """Whether somebody who has left is an alumnus by their own yes, or after an administrator's too."""
    suspends_on: tuple[str, ...] = ("dismissal",)
    """Reasons of leaving after which nobody becomes an alumnus by themselves."""
    guests_invited_by: Literal["members", "administrators"] = "members"
    guests_stay_days: int = 365
    """For how long at most, until it is prolonged."""
    sign_up_domains: tuple[str, ...] = ()
    """Whoever has an e-mail address at one of these may become a colleague without being invited."""
    sign_up_by_approval: bool = False
    """Whether others may ask to be let in."""
    compliance_reads: Literal["nothing", "posts", "everything"] = "nothing"
    """What two of compliance may read of a person for a case: nothing, what is not direct, or direct posts too. Made wider by
    two administrators together (`domain/policy/proposals.py`)."""
    handover: Literal["own", "unit"] = "unit"
    """Whether what somebody hands over is for themselves alone, or, once they share it, for their unit."""
    keeps_colleagues_days: Days = 0
    keeps_network_days: Days = 0
    keeps_world_days: Days = 0
    keeps_direct_days: Days = 0
    """How long what people write is kept, by ring, and direct posts."""
    rules: tuple[str, ...] = ()
    connections: tuple[Connection, ...] = ()
    """Those that are on."""
    fetches_links: bool = False
    """Whether pages that people link to are fetched, for previews and to verify profiles."""
    emojis: tuple[Emoji, ...] = ()
    accent: str = ""
    """The organisation's own colour, as six hexadecimal digits."""
    logo: str = ""
    """The name of the file with the organisation's own sign; empty: there is none."""
    framed_by: tuple[str, ...] = ()
    """Origins whose pages may show ours within them, such as `https://intranet.example.org`."""
    assistant: str = "weetwie"
    """The handle of the account that answers "who knows ...?"; empty: there is none."""
    never_inferred: tuple[str, ...] = ()
    """Topics that nobody is ever found or proposed for, beside those that hold everywhere
    (`domain/knowledge/delicate.py`). A word, a phrase, or the beginning of a word with a `*`."""
    translates: bool = True
    """Whether a question finds what was said in another language too, by the word list and the glossary."""
    question_hours: Annotated[int, msgspec.Meta(ge=1, le=400)] = 8
    """Working hours after which a question that nobody has answered goes on to more people."""
    time_zone: str = "Europe/Berlin"
    """By which people work who have chosen none."""
    holidays: str = ""
    """The country, or the part of one, whose holidays hold: `NL`, `DE-NI`; empty: none do."""
    holidays_by_place: tuple[str, ...] = ()
    """Of single places: `Lingen=DE-NI`."""
    sign_in: Literal["local", "both", "sso"] = "both"
    """How members come in: by own means, also with a provider, or with a provider alone. Alumni and guests always by own means."""
    works_council: bool = False
    """Whether nobody's activity is told to anybody else. Changed by two administrators together (`domain/policy/council.py`)."""

    @property
    def tells_activity(self) -> bool:
        """How much and how lately each person writes, and orders by it."""
        return not self.works_council

    def told(self, number: int, people: int | None = None) -> int:
        """A number about a group, as it may be told; `people` are those behind it, where the number does not count them itself."""
        is_small = (number if people is None else people) < FEWEST
        return 0 if self.works_council and is_small else number


def from_choices(version: int, choices: dict[str, Json]) -> Policy:
    """Raises msgspec.ValidationError for a choice of the wrong kind."""
    return msgspec.convert({**choices, "version": version}, Policy)


def effective(ring: Ring, policy: Policy) -> Ring:
    """The ring that holds today: never wider than the policy's widest."""
    return min(ring, policy.widest_ring)
