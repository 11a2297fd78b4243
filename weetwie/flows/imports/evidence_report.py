"""What is wanted of an export that comes in as evidence, and what came of it."""

from datetime import datetime
from typing import Protocol

import msgspec

from weetwie.access.enums import Ring
from weetwie.imports.sources.form import Asked, Trouble


class EvidenceTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What the administrator wants of an export."""

    kind: str
    """Of source: `slack`."""
    asked: Asked = Asked()
    channels: tuple[str, ...] = ()
    """The names or keys of those that are wanted; all that are open where none are named."""
    audience: Ring | None = None
    """None: as it was before, and colleagues where it is new."""
    may_rank: bool = False
    """Whether people who have not joined stand in who knows."""
    keeps_addresses: bool = False
    """For 30 days, to invite people."""
    is_dry: bool = False


class ChannelReport(msgspec.Struct, kw_only=True):
    key: str
    name: str
    is_open: bool = True
    is_wanted: bool = True
    ring: str = "colleagues"
    passages: int = 0
    """In the export."""


class EvidenceReport(msgspec.Struct, kw_only=True):
    """What came of a run, or in a dry run: what would come of it."""

    kind: str
    source: str = ""
    dry_run: bool = False
    import_id: int | None = None
    read: int = 0
    """Messages."""
    new: int = 0
    changed: int = 0
    known: int = 0
    """As they were."""
    removed: int = 0
    people_new: int = 0
    by_address: int = 0
    """Passages of people who were told by an address or an earlier decision, by the table, and of names alone."""
    by_map: int = 0
    by_name: int = 0
    names: int = 0
    """Different names that are nobody's yet."""
    left_out: dict[str, int] = msgspec.field(default_factory=dict)
    """By reason: those of the readers, and `channel`, `retention`, `forgotten`, `hidden`."""
    not_found: list[str] = msgspec.field(default_factory=list)
    """Usernames in the table that nobody here has."""
    channels: list[ChannelReport] = msgspec.field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    troubles: int = 0
    first_troubles: list[Trouble] = msgspec.field(default_factory=list)
    is_incomplete: bool = False
    """A whole file could not be read, so nothing was taken out as missing."""
    seconds: float = 0.0
    longest_transaction: float = 0.0


class EvidenceWatch(Protocol):
    """Who looks on."""

    def trouble(self, trouble: Trouble) -> None: ...

    def moved(self, report: EvidenceReport, position: int, size: int) -> None: ...


class Unwatched:
    """Nobody does."""

    def trouble(self, trouble: Trouble) -> None:
        pass

    def moved(self, report: EvidenceReport, position: int, size: int) -> None:
        pass
