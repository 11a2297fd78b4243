"""What a choice of the organisation means, as a sentence for people. Pure: the reader's language is given as a function."""

from collections.abc import Callable
from typing import Final

from weetwie.access.enums import Ring
from weetwie.access.policy import FEWEST, Policy
from weetwie.errors import _, fill

Translate = Callable[[str], str]

RINGS: Final = {
    Ring.colleagues: _("colleagues"),
    Ring.network: _("colleagues, alumni and guests"),
    Ring.world: _("everybody, signed in or not"),
}

CONCERN_EVERYBODY: Final = (
    "works_council", "widest_ring", "default_ring", "default_profile_ring", "guests_see_only_their_circle",
    "guests_invited_by", "alumni_wake", "suspends_on", "fetches_links", "never_inferred", "assistant", "rules",
    "keeps_network_days", "keeps_world_days", "keeps_direct_days", "compliance_reads",
)  # fmt: skip
CONCERN_COLLEAGUES: Final = ("sign_in", "handover", "keeps_colleagues_days")


def sentence(name: str, policy: Policy, translate: Translate) -> str:
    """Of one choice, as it is in this policy."""
    if name not in _TOLD:
        return f"{translate(_LABELS.get(name, name))}: {_value(getattr(policy, name), translate)}"
    words, values = _TOLD[name](policy)
    return fill(
        translate(words),
        {key: translate(value) if isinstance(value, str) else value for key, value in values.items()},
    )


def _value(value: object, translate: Translate) -> str:
    if isinstance(value, bool):
        return translate(_("yes") if value else _("no"))
    if isinstance(value, tuple):
        return ", ".join(str(getattr(one, "shortcode", one)) for one in value) or translate(_("none"))
    return str(value) or translate(_("none"))


_LABELS: Final = {
    "name": _("Name"),
    "description": _("What it is for"),
    "contact_email": _("Where people reach you"),
    "accent": _("Your colour"),
    "framed_by": _("Pages that may show this place within them"),
    "longest_post": _("Most characters of a post"),
    "guests_stay_days": _("Most days that a guest stays before it is prolonged"),
    "sign_up_domains": _("Whose addresses let people come in by themselves, as colleagues"),
    "sign_up_by_approval": _("Others may ask to come in; whoever looks after people decides"),
}
"""What says enough as a name and a value."""


_Told = tuple[str, dict[str, object]]


def _works_council(policy: Policy) -> _Told:
    if policy.works_council:
        return _(
            "Works-council mode is on: nobody, the administrators included, is told how much or when others write, "
            "and no number about fewer than {fewest} people is told."
        ), {"fewest": FEWEST}
    return _(
        "Works-council mode is off: how many posts people write, and on which day they last did, is told."
    ), {}


def _widest_ring(policy: Policy) -> _Told:
    return _("What people write, and their profiles, is seen at most by: {ring}."), {
        "ring": RINGS[policy.widest_ring]
    }


def _default_ring(policy: Policy) -> _Told:
    return _("New posts are seen by this ring, unless their author says otherwise: {ring}."), {
        "ring": RINGS[policy.default_ring]
    }


def _default_profile_ring(policy: Policy) -> _Told:
    return _(
        "Profiles of those who come from now on are seen, unless their owner says otherwise, by: {ring}."
    ), {"ring": RINGS[policy.default_profile_ring]}


def _guests(policy: Policy) -> _Told:
    if policy.guests_see_only_their_circle:
        return _("Guests read only those whom they follow, who invited them, or who talk with them."), {}
    return _("Guests read all that is for the network."), {}


def _guests_invited_by(policy: Policy) -> _Told:
    if policy.guests_invited_by == "members":
        return _("Every colleague may invite guests, for whom they answer."), {}
    return _("Only those who look after people invite guests."), {}


def _alumni_wake(policy: Policy) -> _Told:
    if policy.alumni_wake == "acceptance":
        return _("Whoever leaves goes on as an alumnus by their own yes."), {}
    return _("Whoever leaves goes on as an alumnus by their own yes and that of an administrator."), {}


def _suspends_on(policy: Policy) -> _Told:
    if not policy.suspends_on:
        return _("Whoever leaves, for whatever reason, is asked whether they want to stay in touch."), {}
    return _("Whoever leaves for one of these reasons is suspended: {reasons}."), {
        "reasons": ", ".join(policy.suspends_on)
    }


def _fetches_links(policy: Policy) -> _Told:
    if policy.fetches_links:
        return _(
            "Pages that people link to are fetched by this server, for previews and to verify profiles."
        ), {}
    return _("Pages that people link to are not fetched."), {}


def _never_inferred(policy: Policy) -> _Told:
    if not policy.never_inferred:
        return _(
            "Nothing is inferred about health, belief, union, politics, sexuality and criminal record."
        ), {}
    return _("Beside what holds everywhere, topics about which nothing is ever inferred: {count}."), {
        "count": len(policy.never_inferred)
    }


def _assistant(policy: Policy) -> _Told:
    if not policy.assistant:
        return _("No account answers who knows what."), {}
    return _("Who knows what is answered by @{handle}."), {"handle": policy.assistant}


def _rules(policy: Policy) -> _Told:
    if not policy.rules:
        return _("There are no rules of the house."), {}
    return _("The rules of the house are: {rules}"), {"rules": " · ".join(policy.rules)}


def _handover(policy: Policy) -> _Told:
    if policy.handover == "unit":
        return _("Whoever hands over may share with their unit what few others know."), {}
    return _("What somebody hands over is for themselves alone."), {}


def _compliance(policy: Policy) -> _Told:
    if policy.compliance_reads == "nothing":
        return _("Nobody reads for a case what others wrote beyond what they see themselves."), {}
    if policy.compliance_reads == "posts":
        return _(
            "For a case, two of compliance together may read what one person wrote, but for direct posts; the person is told."
        ), {}
    return _(
        "For a case, two of compliance together may read what one person wrote, direct posts too; the person is told."
    ), {}


def _keeps_colleagues(policy: Policy) -> _Told:
    if not policy.keeps_colleagues_days:
        return _("What is for colleagues is kept for ever."), {}
    return _("What is for colleagues is deleted after so many days: {days}."), {
        "days": policy.keeps_colleagues_days
    }


def _keeps_network(policy: Policy) -> _Told:
    if not policy.keeps_network_days:
        return _("What is for the network is kept for ever."), {}
    return _("What is for the network is deleted after so many days: {days}."), {
        "days": policy.keeps_network_days
    }


def _keeps_world(policy: Policy) -> _Told:
    if not policy.keeps_world_days:
        return _("What is for the whole world is kept for ever."), {}
    return _("What is for the whole world is deleted after so many days: {days}."), {
        "days": policy.keeps_world_days
    }


def _keeps_direct(policy: Policy) -> _Told:
    if not policy.keeps_direct_days:
        return _("Direct posts are kept for ever."), {}
    return _("Direct posts are deleted after so many days: {days}."), {"days": policy.keeps_direct_days}


def _sign_in(policy: Policy) -> _Told:
    if policy.sign_in == "sso":
        return _("Colleagues sign in with the provider of the organisation, and no other way."), {}
    if policy.sign_in == "local":
        return _("Everybody signs in by their own means: a password or a passkey."), {}
    return _("Colleagues sign in by their own means or with a provider."), {}


_TOLD: Final[dict[str, Callable[[Policy], _Told]]] = {
    "works_council": _works_council,
    "widest_ring": _widest_ring,
    "default_ring": _default_ring,
    "default_profile_ring": _default_profile_ring,
    "guests_see_only_their_circle": _guests,
    "guests_invited_by": _guests_invited_by,
    "alumni_wake": _alumni_wake,
    "suspends_on": _suspends_on,
    "fetches_links": _fetches_links,
    "never_inferred": _never_inferred,
    "assistant": _assistant,
    "rules": _rules,
    "sign_in": _sign_in,
    "handover": _handover,
    "compliance_reads": _compliance,
    "keeps_colleagues_days": _keeps_colleagues,
    "keeps_network_days": _keeps_network,
    "keeps_world_days": _keeps_world,
    "keeps_direct_days": _keeps_direct,
}
