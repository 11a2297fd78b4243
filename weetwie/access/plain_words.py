"""What a choice of the organisation means, as a sentence for people. Pure: the reader's language is given as a function."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from weetwie.access.enums import Ring
from weetwie.access.policy import FEWEST, Emoji, Policy
from weetwie.errors import Filling, _, fill

Translate = Callable[[str], str]

RINGS: Final = {
    Ring.colleagues: _("colleagues"),
    Ring.network: _("colleagues, alumni and guests"),
    Ring.world: _("everyone, logged in or not"),
}

CONNECTIONS: Final = {
    "agents": _("Assistants and agents (MCP)"),
    "chat": _("Chat (Slack, Mattermost, Teams)"),
    "feeds": _("Feeds (Atom and JSON Feed)"),
    "bots": _("Bots"),
    "webhooks": _("Webhooks"),
    "embedding": _("Embedding in other sites"),
    "directory": _("Directory (LDAP, Active Directory)"),
    "saml": _("Single sign-on by SAML 2.0"),
    "remote_user": _("Login by your proxy (Kerberos)"),
    "mail_in": _("Replies by e-mail"),
}
"""What each is called."""

CONCERN_EVERYBODY: Final = (
    "works_council", "widest_ring", "default_ring", "default_profile_ring", "guests_see_only_their_circle",
    "guests_invited_by", "alumni_wake", "suspends_on", "fetches_links", "never_inferred", "assistant", "rules",
    "keeps_network_days", "keeps_world_days", "keeps_direct_days", "compliance_reads", "connections",
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


def _value(value: str | int | bool | Sequence[str | Emoji], translate: Translate) -> str:
    if isinstance(value, bool):
        return translate(_("yes") if value else _("no"))
    if isinstance(value, tuple):
        names = (str(getattr(one, "shortcode", one)) for one in value)
        return ", ".join(translate(CONNECTIONS.get(name, name)) for name in names) or translate(_("none"))
    return str(value) or translate(_("none"))


_LABELS: Final = {
    "name": _("Name"),
    "description": _("What it's for"),
    "headline": _("Headline of the front page"),
    "why": _("What it's good for, in your own words"),
    "contact_email": _("Contact address"),
    "accent": _("Brand colour"),
    "framed_by": _("Sites that can embed pages from here"),
    "longest_post": _("Longest post (characters)"),
    "connections": _("Connections that are on"),
    "translates": _("Questions also find what was written in another language"),
    "guests_stay_days": _("Guest access (days)"),
    "question_hours": _("Working hours until more people are asked"),
    "time_zone": _("Time zone"),
    "holidays": _("Public holidays"),
    "holidays_by_place": _("Public holidays by location"),
    "sign_up_domains": _("E-mail domains that can join as colleagues"),
    "sign_up_by_approval": _("Others can request access"),
}
"""What says enough as a name and a value."""


_Told = tuple[str, Mapping[str, Filling]]


def _works_council(policy: Policy) -> _Told:
    if policy.works_council:
        return _(
            "Works council mode is on: nobody, administrators included, can see how much or when others write, and no number is shown for fewer than {fewest} people."
        ), {"fewest": FEWEST}
    return _(
        "Works council mode is off: people can see how many posts others write and when they last did."
    ), {}


def _widest_ring(policy: Policy) -> _Told:
    return _("Widest audience for posts and profiles: {ring}."), {"ring": RINGS[policy.widest_ring]}


def _default_ring(policy: Policy) -> _Told:
    return _("Default audience for new posts: {ring}."), {"ring": RINGS[policy.default_ring]}


def _default_profile_ring(policy: Policy) -> _Told:
    return _("Who sees new profiles by default: {ring}."), {"ring": RINGS[policy.default_profile_ring]}


def _guests(policy: Policy) -> _Told:
    if policy.guests_see_only_their_circle:
        return _("Guests see only people they follow, who invited them, or who they talk with."), {}
    return _("Guests see everything shared with colleagues, alumni and guests."), {}


def _guests_invited_by(policy: Policy) -> _Told:
    if policy.guests_invited_by == "members":
        return _("Every colleague can invite guests and is then their host."), {}
    return _("Only people administrators can invite guests."), {}


def _alumni_wake(policy: Policy) -> _Told:
    if policy.alumni_wake == "acceptance":
        return _("People who leave can stay as alumni if they agree."), {}
    return _("People who leave can stay as alumni if they and an administrator agree."), {}


def _suspends_on(policy: Policy) -> _Told:
    if not policy.suspends_on:
        return _("Everyone who leaves is asked whether they want to stay in touch."), {}
    return _("Accounts are suspended when people leave for one of these reasons: {reasons}."), {
        "reasons": ", ".join(policy.suspends_on)
    }


def _fetches_links(policy: Policy) -> _Told:
    if policy.fetches_links:
        return _("This server opens pages people link to, for previews and to verify profiles."), {}
    return _("This server doesn't open pages people link to."), {}


def _never_inferred(policy: Policy) -> _Told:
    if not policy.never_inferred:
        return _(
            "Nothing is inferred about health, belief, unions, politics, sexuality and criminal records."
        ), {}
    return _(
        "Nothing is inferred about {count} more topics of the organisation's own, nor about health, belief, unions, politics, sexuality and criminal records."
    ), {"count": len(policy.never_inferred)}


def _assistant(policy: Policy) -> _Told:
    if not policy.assistant:
        return _("No account answers questions about who knows what."), {}
    return _("@{handle} answers questions about who knows what."), {"handle": policy.assistant}


def _rules(policy: Policy) -> _Told:
    if not policy.rules:
        return _("There are no rules."), {}
    return _("Rules: {rules}"), {"rules": " · ".join(policy.rules)}


def _handover(policy: Policy) -> _Told:
    if policy.handover == "unit":
        return _("People can share their handover with their department."), {}
    return _("Nobody else can see a handover."), {}


def _compliance(policy: Policy) -> _Told:
    if policy.compliance_reads == "nothing":
        return _("Compliance review is off: nobody can read more than they normally see."), {}
    if policy.compliance_reads == "posts":
        return _(
            "For a case, two people from compliance can together read one person's posts, except direct messages. The person is notified."
        ), {}
    return _(
        "For a case, two people from compliance can together read one person's posts, including direct messages. The person is notified."
    ), {}


def _keeps_colleagues(policy: Policy) -> _Told:
    if not policy.keeps_colleagues_days:
        return _("Posts for colleagues are never deleted automatically."), {}
    return _("Posts for colleagues are deleted after {days} days."), {"days": policy.keeps_colleagues_days}


def _keeps_network(policy: Policy) -> _Told:
    if not policy.keeps_network_days:
        return _("Posts for colleagues, alumni and guests are never deleted automatically."), {}
    return _("Posts for colleagues, alumni and guests are deleted after {days} days."), {
        "days": policy.keeps_network_days
    }


def _keeps_world(policy: Policy) -> _Told:
    if not policy.keeps_world_days:
        return _("Public posts are never deleted automatically."), {}
    return _("Public posts are deleted after {days} days."), {"days": policy.keeps_world_days}


def _keeps_direct(policy: Policy) -> _Told:
    if not policy.keeps_direct_days:
        return _("Direct messages are never deleted automatically."), {}
    return _("Direct messages are deleted after {days} days."), {"days": policy.keeps_direct_days}


def _sign_in(policy: Policy) -> _Told:
    if policy.sign_in == "sso":
        return _("Colleagues log in with single sign-on only."), {}
    if policy.sign_in == "local":
        return _("Everyone logs in with a password or a passkey."), {}
    return _("Colleagues log in with a password, a passkey or single sign-on."), {}


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
