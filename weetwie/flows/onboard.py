"""Who comes by a link or an invitation: made by whoever looks after people, invited, the first of all. All `arrive`."""

import msgspec

from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.domain.identity import links, passwords, sessions
from weetwie.domain.invitations import ask as asking, invite as invitations
from weetwie.domain.invitations.invite import InvitedPerson
from weetwie.domain.invitations.rules import LASTS, Offer
from weetwie.domain.mail import emails, write
from weetwie.domain.people.rules import Newcomer
from weetwie.domain.relations import follow
from weetwie.domain.relations.rules import FollowOptions
from weetwie.errors import or_not_found
from weetwie.flows import sign_in
from weetwie.flows.arrive import add, come
from weetwie.text.signs import bare_address, visible


async def make(context: Context, newcomer: Newcomer, address: str) -> str:
    """By whoever looks after people, who is given the link with which they choose a password, where it was not sent."""
    return await sign_in.hand_out_password_link(context, await add(context, newcomer, address))


async def open_installation(
    context: Context, token: str, newcomer: Newcomer, address: str, password_hash: str, agent: str
) -> str:
    """Its first administrator, by a link that is good for once; gives their session. Whatever is refused leaves the link as
    good as before."""
    await links.use(context.db, "first-admin", token)
    person_id = await add(context.by_system, newcomer, address, password_hash)
    return await sessions.begin(context.db, person_id, agent)


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """What who was invited says of themselves."""

    handle: str
    name: str
    address: str
    password_hash: str
    language: str
    agent: str
    """The browser they come with."""


async def accept_invitation(context: Context, token: str, given: Guest) -> str:
    """They are here, follow who invited them, and are signed in: gives their session."""
    context = context.by_system
    db, maker = context.db, context.viewer
    invited = await invitations.look(db, token)
    person_id = await _come_invited(context, invited, given)
    await invitations.use(db, maker, invited, person_id)
    await passwords.put(db, maker, person_id, given.password_hash, notifies=False)
    newcomer = await context.person(person_id)
    if not invited.is_proven and context.site.sends_mail:
        await _ask_proof(context, newcomer, bare_address(invited.address or given.address), given.language)
    if invited.inviter_id is not None:
        await follow.follow(db, newcomer, invited.inviter_id, FollowOptions())
    return await sessions.begin(db, person_id, given.agent)


async def _come_invited(context: Context, invited: InvitedPerson, given: Guest) -> int:
    is_guest = invited.standing == Standing.guest
    newcomer = Newcomer(
        handle=visible(given.handle).removeprefix("@"),
        name=given.name.strip(),
        standing=Standing(invited.standing),
        sponsor_id=invited.inviter_id if is_guest else None,
        until=invited.until if is_guest else None,
    )
    if not invited.is_proven or invited.address is None:
        return await come(context, newcomer)
    return await add(context, newcomer, invited.address)


async def _ask_proof(context: Context, newcomer: Viewer, address: str, language: str) -> None:
    """An email to an address that nobody has shown to be theirs; it counts from then on."""
    if address:
        await sign_in.ask_proof(context.by(newcomer), "address", address, language)


async def invite(context: Context, offer: Offer, language: str, called: str) -> str:
    """By somebody who is `called` so. The link, where it was not sent: where no emails are sent, and for whoever has it."""
    is_sent = bool(offer.address) and context.site.sends_mail
    token = await invitations.invite(context.db, context.viewer, offer, is_sent=is_sent)
    if not is_sent:
        return context.address(f"join/{token}")
    await _send(context, offer.address, token, language, called, offer.words)
    return ""


async def invite_again(context: Context, id: int, language: str, called: str) -> str:
    """The same invitation with a new link; the one before no longer works. As `invite`. Raises NotFound."""
    found = await invitations.listed(context.db, context.viewer)
    before = or_not_found(next((one for one in found if one.id == id), None))
    await invitations.withdraw(context.db, context.viewer, id)
    offer = Offer(
        standing=Standing(before.standing),
        address=before.address or "",
        until=before.until,
        words=before.words,
    )
    return await invite(context, offer, language, called)


async def ask_in(context: Context, address: str, words: str, language: str) -> None:
    """Somebody asks to be let in. The answer is the same whether the address is somebody's here or nobody's."""
    token = await asking.ask(context.db, context.viewer.policy, address, words)
    if token is not None:
        await _send(context, address, token, language)


async def let_in(context: Context, id: int, language: str) -> tuple[str, str]:
    """Who has asked; gives their address, and the link where it was not sent."""
    address, token = await asking.let_in(context.db, context.viewer, id)
    if not context.site.sends_mail:
        return address, context.address(f"join/{token}")
    await _send(context, address, token, language)
    return address, ""


async def _send(
    context: Context, address: str, token: str, language: str, inviter: str = "", words: str = ""
) -> None:
    link, place = context.address(f"join/{token}"), context.viewer.policy.name
    written = write.invitation(language, place, link, inviter=inviter, words=words)
    await emails.put(context.db, None, address, written, LASTS)
