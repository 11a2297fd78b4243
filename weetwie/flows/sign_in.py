"""Ways in for who is a person here already: links by email or by somebody who looks after people, addresses shown to be one's own,
and what one hears of it."""

from datetime import timedelta
from typing import Final, Literal

from weetwie.access import viewer as viewers
from weetwie.access.viewer import Viewer, nobody
from weetwie.context import Context
from weetwie.domain.identity import account, addresses, links, passwords, sessions, sign_in, tokens
from weetwie.domain.identity.asked import asked, reached_at
from weetwie.domain.identity.links import OneTimeLink
from weetwie.domain.identity.sign_in import SignInRequest
from weetwie.domain.mail import emails, write_account
from weetwie.runtime import clock

_PASSWORD_LASTS: Final = timedelta(hours=1)
_LINK_LASTS: Final = timedelta(minutes=15)
_NEWS_LASTS: Final = timedelta(days=2)


async def enter(
    context: Context, person_id: int, attempt: SignInRequest, agent: str, before: str | None
) -> str:
    """By a password that was right: gives the session, in place of the one `before`. They hear of a browser that is new."""
    db = context.db
    viewer = await context.find_person(person_id) or nobody(context.viewer.policy)
    is_known = await sessions.is_known(db, person_id, agent)
    token = await sign_in.enter(db, viewer, attempt, agent)
    if before:
        await sessions.end(db, before)
    address = await reached_at(db, person_id) if context.site.sends_mail and not is_known else None
    if address is not None:
        link = context.address("settings/sign-in")
        written = write_account.new_device(viewer.language, viewer.policy.name, viewer.handle, agent, link)
        await emails.put(db, person_id, address, written, _NEWS_LASTS)
    return token


async def send_password_link(context: Context, name: str, client_address: str) -> None:
    """To who has forgotten theirs, if there is anybody of this name who may sign in so. Raises TooMany."""
    asker = await asked(context.db, name, client_address)
    person = await context.find_person(asker.person_id) if asker else None
    if asker is None or person is None or not may_enter(person):
        return
    link = await _link(context, "set-password", "auth/password", person, _PASSWORD_LASTS)
    written = write_account.new_password(person.language, person.policy.name, person.handle, link)
    await emails.put(context.db, person.person_id, asker.address, written, _PASSWORD_LASTS)


async def send_link(context: Context, name: str, client_address: str) -> None:
    """With which somebody signs in, once. Raises TooMany."""
    asker = await asked(context.db, name, client_address)
    person = await context.find_person(asker.person_id) if asker else None
    if asker is None or person is None or not may_enter(person):
        return
    link = await _link(context, "sign-in", "auth/link", person, _LINK_LASTS)
    written = write_account.sign_in_link(person.language, person.policy.name, person.handle, link)
    await emails.put(context.db, person.person_id, asker.address, written, _LINK_LASTS)


def may_enter(person: Viewer) -> bool:
    return viewers.is_active(person, clock.now()) and sign_in.may_by_own_means(person)


async def hand_out_password_link(context: Context, person_id: int) -> str:
    """By whoever looks after people. It goes to an address that the person has shown to be theirs, and nobody else sees it. Only
    where there is none, or no emails are sent from here, is it given back, to be handed over on paper; the person then reads in
    their browser that others could see it."""
    db = context.db
    person = await context.person(person_id)
    address = await reached_at(db, person_id) if context.site.sends_mail else None
    link = await _link(context, "set-password", "auth/password", person)
    is_shown = address is None
    await account.changed(
        db, context.viewer, "person.link", person_id, is_shown=is_shown, shown=int(is_shown)
    )
    if address is None:
        return link
    maker = f"@{context.viewer.handle}"
    written = write_account.link_by_others(person.language, person.policy.name, person.handle, maker, link)
    await emails.put(db, person_id, address, written, links.LASTS["set-password"])
    return ""


async def set_password(context: Context, token: str, password_hash: str) -> None:
    """By a link that is theirs; every browser and app is signed out."""
    link = await links.use(context.db, "set-password", token)
    viewer = await context.find_person(link.person_id or 0) or nobody(context.viewer.policy)
    await passwords.put(context.db, viewer, viewer.person_id, password_hash)
    await sessions.end_all(context.db, viewer.person_id)
    await tokens.revoke_of(context.db, viewer, viewer.person_id)


async def choose_address(context: Context, address: str) -> None:
    """One's own, beside the one at work: it counts once the email to it was answered. Empty: there is none any more."""
    if address:
        await ask_proof(context, "own-address", address, context.viewer.language)
    else:
        await addresses.drop_personal(context.db, context.viewer)


async def ask_proof(
    context: Context, purpose: Literal["address", "own-address"], address: str, language: str
) -> None:
    viewer = context.viewer
    token = await links.make(context.db, purpose, viewer.person_id, address=address)
    link = context.address(f"auth/address/{token}")
    written = write_account.confirm_address(language, viewer.policy.name, viewer.handle, link)
    await emails.put(context.db, viewer.person_id, address, written, links.LASTS[purpose])


async def confirm_address(context: Context, link: OneTimeLink, token: str) -> None:
    """It is theirs, shown by a link that was sent there."""
    await links.use(context.db, link.purpose, token)
    person_id, address = link.person_id or 0, link.address or ""
    person = await context.person(person_id)
    gone = None
    if link.purpose == "own-address":
        gone = await addresses.personal(context.db, person_id)
        await addresses.choose_personal(context.db, person_id, address)
    else:
        await addresses.add(context.db, person_id, address, is_verified=True)
    await account.changed(context.db, person, "address.confirm", person_id, gone=gone)


async def _link(
    context: Context,
    purpose: Literal["set-password", "sign-in"],
    path: str,
    person: Viewer,
    lasts: timedelta | None = None,
) -> str:
    token = await links.make(context.db, purpose, person.person_id, lasts=lasts or links.LASTS[purpose])
    return context.address(f"{path}/{token}")
