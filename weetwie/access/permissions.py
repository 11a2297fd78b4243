"""What a viewer may do. Pure: values in, yes or no out. That one must see a thing to do something with it is decided elsewhere."""

from datetime import datetime

from weetwie.access import viewer as viewers
from weetwie.access.enums import QuotePolicy, Ring, Standing, Visibility
from weetwie.access.viewer import Viewer


def act(viewer: Viewer, at: datetime) -> bool:
    """Whether a viewer may change anything at all."""
    return viewer.is_system or viewers.is_active(viewer, at)


def act_as_person(viewer: Viewer, at: datetime) -> bool:
    return viewer.is_person and act(viewer, at)


def write_for(viewer: Viewer, ring: Ring, at: datetime) -> bool:
    """No one posts to a ring that they are not in."""
    return act(viewer, at) and ring >= viewers.ring(viewer, at)


def change(viewer: Viewer, author_id: int, at: datetime) -> bool:
    """Edit, delete or pin a post."""
    return act(viewer, at) and viewer.person_id == author_id


def quote(
    viewer: Viewer,
    author_id: int,
    visibility: Visibility,
    policy: QuotePolicy,
    *,
    is_follower: bool,
    at: datetime,
) -> bool:
    """One's own but for direct posts; of others, what may be boosted, as far as its author lets people quote it."""
    if viewer.person_id == author_id:
        return act(viewer, at) and visibility is not Visibility.direct
    if not boost(viewer, author_id, visibility, at):
        return False
    return policy is QuotePolicy.public or (policy is QuotePolicy.followers and is_follower)


def boost(viewer: Viewer, author_id: int, visibility: Visibility, at: datetime) -> bool:
    """Public and unlisted posts, and one's own private ones."""
    is_open = visibility <= Visibility.unlisted
    return act(viewer, at) and (
        is_open or (visibility is Visibility.private and viewer.person_id == author_id)
    )


def accept_answer(viewer: Viewer, asker_id: int, at: datetime) -> bool:
    return change(viewer, asker_id, at)


def administer(viewer: Viewer, at: datetime) -> bool:
    """Everything below, and what holds here: policy, roles, erasing."""
    return viewer.is_system or (viewer.is_admin and viewers.is_active(viewer, at))


def look_behind(viewer: Viewer, at: datetime) -> bool:
    """Whether there are pages for those who run the place."""
    return look_after_people(viewer, at) or moderate(viewer, at)


def look_after_people(viewer: Viewer, at: datetime) -> bool:
    """Make people, say where they work, let them leave and come back."""
    return administer(viewer, at) or (viewer.is_people_admin and viewers.is_active(viewer, at))


def inspect(viewer: Viewer, at: datetime) -> bool:
    """Ask for, and confirm, that two of compliance read what somebody wrote. Administrators are not among them."""
    return viewer.is_compliance and viewer.standing is Standing.member and viewers.is_active(viewer, at)


def moderate(viewer: Viewer, at: datetime) -> bool:
    """Read reports and decide on them."""
    return administer(viewer, at) or (viewer.is_moderator and viewers.is_active(viewer, at))
