"""What is right for an invitation: who may invite whom, for how long."""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from weetwie.access import permissions
from weetwie.access.enums import Standing
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.errors import Forbidden, Invalid, _
from weetwie.text.signs import visible
from weetwie.text.text import is_address, is_longer

LASTS: Final = timedelta(days=14)
MOST_A_DAY: Final = 20
"""Of one person who does not look after people."""
LONGEST_WORDS: Final = 500

_GUESTS_BY_OTHERS = _("Only administrators can invite guests here. Ask one of them.")
_BY_PROVIDER = _(
    "Colleagues log in here with their account at the organisation and need no invitation. You can invite guests."
)


class Offer(Struct, frozen=True, kw_only=True):
    """Who is to come."""

    standing: Standing = Standing.guest
    address: str = ""
    """Empty: whoever has the link."""
    until: datetime | None = None
    words: str = ""


def may_invite(viewer: Viewer, standing: Standing, at: datetime) -> bool:
    if standing is Standing.guest:
        by_members = viewer.policy.guests_invited_by == "members" and viewer.standing is Standing.member
        return (by_members and permissions.act(viewer, at)) or permissions.look_after_people(viewer, at)
    return permissions.look_after_people(viewer, at) and may_invite_colleagues(viewer.policy)


def may_invite_colleagues(policy: Policy) -> bool:
    """Elsewhere they log in with their account at the organisation."""
    return policy.sign_in != "sso"


def check(viewer: Viewer, offer: Offer, at: datetime) -> None:
    """Raises Forbidden and Invalid."""
    if not may_invite(viewer, offer.standing, at):
        raise Forbidden(_GUESTS_BY_OTHERS if offer.standing is Standing.guest else _BY_PROVIDER)
    if offer.standing is Standing.guest:
        check_end(offer.until, viewer.policy, at)
    if is_longer(offer.words, LONGEST_WORDS):
        raise Invalid(
            _("Your message can have at most {most} characters."), field="words", most=LONGEST_WORDS
        )
    if offer.address:
        check_address(offer.address)


def check_end(until: datetime | None, policy: Policy, at: datetime) -> None:
    """Raises Invalid for a guest without an end, or one that stays too long."""
    if until is None or until <= at:
        raise Invalid(_("Choose an end date in the future."), field="until")
    if until > longest_stay(policy, at):
        raise Invalid(
            _("Guest access lasts at most {days} days at a time. You can extend it later."),
            field="until",
            days=policy.guests_stay_days,
        )


def longest_stay(policy: Policy, at: datetime) -> datetime:
    return at + timedelta(days=policy.guests_stay_days + 1)


def check_address(address: str) -> None:
    if not is_address(address):
        raise Invalid(_("Check this e-mail address: {address}"), field="address", address=address[:100])


def is_open_to(policy: Policy, address: str) -> bool:
    """Whether whoever has this address may become a colleague without being asked."""
    return policy.sign_in != "sso" and is_ours(policy, address)


def is_ours(policy: Policy, address: str) -> bool:
    """Whether it is an address at one of the organisation's own domains."""
    host = address.rpartition("@")[2].lower()
    return host in {visible(domain).lower().removeprefix("@") for domain in policy.sign_up_domains}
