"""Who is looking or acting: a person, an app without a person, the system itself, or nobody."""

from datetime import datetime

import msgspec

from weetwie.access.enums import Ring, Standing
from weetwie.access.policy import Policy


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Made for every request from what the database says now."""

    policy: Policy
    person_id: int = 0
    """0 is nobody: signed out, or an app without a person."""
    handle: str = ""
    standing: Standing | None = None
    is_dormant: bool = False
    is_suspended: bool = False
    until: datetime | None = None
    sponsor_id: int = 0
    is_admin: bool = False
    is_people_admin: bool = False
    is_moderator: bool = False
    is_compliance: bool = False
    is_limited: bool = False
    is_locked: bool = False
    default_ring: Ring | None = None
    version: int = 0
    filters_version: int = 0
    """0: has no filters."""
    token_id: int = 0
    session_id: int = 0
    app_id: int = 0
    scopes: frozenset[str] = frozenset()
    is_system: bool = False
    language: str = "en"
    pages_language: str | None = None
    """None is as the device has it."""
    theme: str = ""
    density: str = ""
    has_single_keys: bool = True
    has_toured: bool = True
    """Has taken the tour, or does not want it."""
    sees_benefit: bool = True
    """Wants it worked out what Weetwie brought them."""

    @property
    def is_person(self) -> bool:
        return self.person_id != 0


def nobody(policy: Policy) -> Viewer:
    return Viewer(policy=policy)


def system(policy: Policy) -> Viewer:
    """The one that reactions and imports act as."""
    return Viewer(policy=policy, is_system=True)


def is_active(viewer: Viewer, at: datetime) -> bool:
    """Whether a person has access now: neither suspended, dormant nor past their end."""
    return (
        viewer.is_person
        and not viewer.is_suspended
        and not viewer.is_dormant
        and not (viewer.standing is Standing.guest and (viewer.until is None or viewer.until <= at))
    )


def ring(viewer: Viewer, at: datetime) -> Ring:
    """The ring that a viewer is in: what they see is for this ring or a wider one."""
    if not is_active(viewer, at):
        return Ring.world
    return Ring.colleagues if viewer.standing is Standing.member else Ring.network
