"""Ways in and out for other programs: what each is called, whether it is on, and who uses it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.chat import chats
from weetwie.domain.directory import entries as directory_entries
from weetwie.domain.feeds import addresses as feed_addresses
from weetwie.domain.identity import agents, embedded, identities
from weetwie.domain.mail import taken
from weetwie.domain.people import bots
from weetwie.domain.webhooks import webhooks
from weetwie.errors import _


class Use(msgspec.Struct, frozen=True):
    """One program, or one kind of use (a sentence of ours), and by how many people."""

    name: str
    people: int
    last_at: datetime | None = None
    """None in works-council mode, where nobody's activity is told."""


class OfferedConnection(msgspec.Struct, frozen=True):
    """One of the ways; `name` is how the policy calls it."""

    name: str
    line: str
    """What it does, and for whom."""
    address: str
    """Where it answers, as a path; empty where it has none of its own."""
    page: str
    """Of the documentation."""
    uses: Callable[[Db, Viewer], Awaitable[Sequence[Use]]]
    more: str = ""
    """The page of Administration that is about it alone."""
    setup: str = ""
    """The page on which an administrator says what it needs."""


async def _by_agents(db: Db, viewer: Viewer) -> Sequence[Use]:
    return [Use(one.name, one.people, one.last_at) for one in await agents.in_use(db, viewer)]


async def _by_chats(db: Db, viewer: Viewer) -> Sequence[Use]:
    return [Use(one.name, one.people) for one in await chats.listed(db, viewer)]


async def _by_feed_readers(db: Db, viewer: Viewer) -> Sequence[Use]:
    addresses, people = await feed_addresses.in_use(db, viewer)
    return [Use(_("Secret addresses"), viewer.policy.told(people))] if addresses else []


async def _by_bots(db: Db, viewer: Viewer) -> Sequence[Use]:
    made, people = await bots.in_use(db, viewer)
    return [Use(_("Bots and who is responsible for them"), people)] if made else []


async def _by_webhooks(db: Db, viewer: Viewer) -> Sequence[Use]:
    made, people = await webhooks.in_use(db, viewer)
    return [Use(_("Webhooks and who made them"), people)] if made else []


async def _by_sites(db: Db, viewer: Viewer) -> Sequence[Use]:
    return [Use(origin, people) for origin, people in await embedded.in_use(db, viewer)]


async def _by_directory(db: Db, viewer: Viewer) -> Sequence[Use]:
    people = await directory_entries.count(db)
    return [Use(_("People in the directory"), viewer.policy.told(people))] if people else []


async def _by_proxy(db: Db, viewer: Viewer) -> Sequence[Use]:
    people = await identities.people_of(db, "remote-user:proxy")
    return [Use(_("People who logged in this way"), viewer.policy.told(people))] if people else []


async def _by_saml(db: Db, viewer: Viewer) -> Sequence[Use]:
    people = await identities.people_by(db, "saml:")
    return [Use(_("People who logged in this way"), viewer.policy.told(people))] if people else []


async def _by_mail(db: Db, viewer: Viewer) -> Sequence[Use]:
    people = await taken.count(db)
    return [Use(_("People who replied by e-mail lately"), viewer.policy.told(people))] if people else []


CONNECTIONS: Final = (
    OfferedConnection(
        "agents",
        _(
            "Claude, ChatGPT, editors and other assistants ask Weetwie for people who allow it, and see what those people see."
        ),
        "/mcp",
        "agents",
        _by_agents,
    ),
    OfferedConnection(
        "chat",
        _(
            "People ask who knows something in Slack, Mattermost or Teams. Accounts that people have linked get what those people see, all others what everyone sees."
        ),
        "",
        "chat",
        _by_chats,
        setup="/admin/connections/chat",
    ),
    OfferedConnection(
        "feeds",
        _(
            "People read posts they see in a feed reader: posts for everyone at public addresses, others at secret ones. Direct messages and posts for followers only are never in a feed."
        ),
        "/feeds",
        "feeds",
        _by_feed_readers,
    ),
    OfferedConnection(
        "bots",
        _(
            "Members make bots that post what programs send them in Slack's form, and new entries of feeds. A bot reads nothing, is marked everywhere, and ends with the person responsible for it."
        ),
        "/hooks",
        "bots",
        _by_bots,
    ),
    OfferedConnection(
        "webhooks",
        _(
            "Members have new posts they see sent to programs, signed, in the form of Standard Webhooks. Direct messages and posts for followers only are never sent."
        ),
        "",
        "webhooks",
        _by_webhooks,
    ),
    OfferedConnection(
        "embedding",
        _(
            "One line of HTML shows on pages of your intranet or wiki who knows about them. Everyone sees what they can see here; the page around it learns nothing."
        ),
        "/embed.js",
        "embedding",
        _by_sites,
    ),
    OfferedConnection(
        "directory",
        _(
            "People log in with their password in your LDAP server or Active Directory, and join, change and leave here as they do there."
        ),
        "",
        "directory",
        _by_directory,
        "/admin/directory/ldap",
    ),
    OfferedConnection(
        "saml",
        _(
            "People log in with their account at a provider that speaks SAML 2.0, such as ADFS, Entra ID, Okta, Keycloak or Google. It is set in the settings of this installation."
        ),
        "",
        "saml",
        _by_saml,
        setup="/admin/connections/saml",
    ),
    OfferedConnection(
        "remote_user",
        _(
            "A proxy in front of Weetwie recognises people itself, for example by Kerberos, and says who they are in a header. Only the addresses in your settings are believed."
        ),
        "/auth/proxy",
        "remote-user",
        _by_proxy,
    ),
    OfferedConnection(
        "mail_in",
        _(
            "People answer by replying to an e-mail. Each address works for one person, one conversation and 30 days; automatic replies are dropped."
        ),
        "",
        "mail-in",
        _by_mail,
    ),
)
