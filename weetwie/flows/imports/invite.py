"""People who came with an import are invited by the addresses that were kept for it."""

from datetime import timedelta
from typing import Final

import msgspec

from weetwie.access.enums import Standing
from weetwie.context import Context
from weetwie.domain.identity import kept_addresses
from weetwie.domain.identity.kept_addresses import KeptAddress
from weetwie.domain.invitations import invite as invitations, rules
from weetwie.domain.invitations.rules import LASTS, LONGEST_WORDS, Offer
from weetwie.domain.mail import emails, write
from weetwie.domain.mail.write import WrittenEmail
from weetwie.errors import Invalid, Unavailable, _
from weetwie.text.text import is_longer

AT_ONCE: Final = 100
"""So many are written in one transaction."""
A_MINUTE: Final = 20
"""Sent at most: mail servers of organisations refuse more from one sender."""


class ImportInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """How people are invited."""

    units: tuple[str, ...]
    words: str = ""
    language: str
    inviter: str
    """As the email calls them."""


def check(context: Context, asked: ImportInvitation) -> None:
    """Raises Invalid, and Unavailable where no emails are sent from here."""
    if not context.site.sends_mail:
        raise Unavailable(_("No e-mails are sent from here yet. Set up a mail server first."))
    if not asked.units:
        raise Invalid(_("Choose at least one department."), field="unit")
    if is_longer(asked.words, LONGEST_WORDS):
        raise Invalid(
            _("Your message can have at most {most} characters."), field="words", most=LONGEST_WORDS
        )


def preview(context: Context, asked: ImportInvitation) -> WrittenEmail:
    """The email as it is sent, with a link that leads nowhere."""
    return _written(context, asked, context.address("join/…"))


async def some(context: Context, asked: ImportInvitation, already: int) -> int:
    """Invites the next of these units; how many. `already` were invited before them in this run, and are sent first."""
    found = await kept_addresses.take(context.db, context.viewer, asked.units, AT_ONCE)
    for place, one in enumerate(found, already):
        after = timedelta(seconds=place * 60 / A_MINUTE)
        written = _written(context, asked, await _link(context, asked, one))
        await emails.put(context.db, one.person_id, one.address, written, LASTS, after=after)
    return len(found)


async def _link(context: Context, asked: ImportInvitation, one: KeptAddress) -> str:
    """Where colleagues log in with their account at the organisation, they need no invitation."""
    if not rules.may_invite_colleagues(context.viewer.policy):
        return context.address("")
    offer = Offer(standing=Standing.member, address=one.address, words=asked.words)
    return context.address(
        f"join/{await invitations.invite(context.db, context.viewer, offer, is_sent=True)}"
    )


def _written(context: Context, asked: ImportInvitation, link: str) -> WrittenEmail:
    policy = context.viewer.policy
    return write.imported_invitation(
        asked.language,
        policy.name,
        link,
        inviter=asked.inviter,
        words=asked.words,
        by_provider=not rules.may_invite_colleagues(policy),
    )
