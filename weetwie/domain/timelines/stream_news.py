"""What open streams listen to, and what they are told."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from weetwie.views.posts import SeenPost

Channel = tuple[str, str | int]
"""What is listened to: its kind, and the key of a tag or the id of a list."""

HOME: Final[Channel] = ("home", "")
NOTIFICATIONS: Final[Channel] = ("notifications", "")
PUBLIC: Final[Channel] = ("public", "")
PUBLIC_MEDIA: Final[Channel] = ("public_media", "")
DIRECT: Final[Channel] = ("direct", "")
NOTHING: Final[Channel] = ("nothing", "")
"""Never carries anything."""


def tagged(key: str) -> Channel:
    return "tag", key


def of_list(list_id: int) -> Channel:
    return "list", list_id


Told = dict[Any, Any]


@dataclass(slots=True, frozen=True)
class News:
    """One object for all who hear the same, so that the entry points can keep in `told` what they have made of it."""

    channel: Channel = HOME
    told: Told = field(default_factory=dict, compare=False, repr=False, kw_only=True)


@dataclass(slots=True, frozen=True)
class Arrived(News):
    post: SeenPost = field(kw_only=True)
    beside: Any = field(default=None, compare=False, kw_only=True)
    """What the entry point has loaded for this person and this post."""


@dataclass(slots=True, frozen=True)
class Edited(Arrived):
    pass


@dataclass(slots=True, frozen=True)
class Gone(News):
    post_id: int = field(kw_only=True)


@dataclass(slots=True, frozen=True)
class Notified(News):
    notification_id: int = field(kw_only=True)


@dataclass(slots=True, frozen=True)
class SpokenIn(News):
    """Somebody has said something in a conversation of the listener's."""

    conversation_id: int = field(kw_only=True)


@dataclass(slots=True, frozen=True)
class AnnouncementArrived(News):
    announcement_id: int = field(kw_only=True)


@dataclass(slots=True, frozen=True)
class AnnouncementReacted(News):
    announcement_id: int = field(kw_only=True)


@dataclass(slots=True, frozen=True)
class AnnouncementGone(News):
    announcement_id: int = field(kw_only=True)


@dataclass(slots=True, frozen=True)
class FiltersAreOthers(News):
    """The viewer of the stream has them already."""


@dataclass(slots=True, frozen=True)
class Beat(News):
    """Nothing is new: the line is to be kept open."""


class StreamEnding(Enum):
    """Why a stream ends."""

    going = "the program ends, or the world of who listens is another now: connect again"
    unwelcome = "the token or the standing of who listens is no longer good"
    slow = "too much waits for its reader"
    failed = "something went wrong on our side"
