"""Somebody signs in with a provider: who it is here, made where they are new, and kept as the provider has them."""

import tempfile
from datetime import timedelta
from typing import Any, Final

from weetwie.access.viewer import nobody
from weetwie.context import Context
from weetwie.domain.identity import addresses, claimed_leavers, identities, renamed, sessions, sign_on
from weetwie.domain.identity.claims import ClaimedPerson
from weetwie.domain.mail import emails, write_account
from weetwie.domain.media import faces
from weetwie.domain.media.upload import UploadedFile
from weetwie.domain.people.lookup import lookup
from weetwie.domain.people.profile import change
from weetwie.domain.people.roles import give
from weetwie.domain.people.rules import Changes, Newcomer
from weetwie.errors import Conflict, Forbidden, NotFound, _
from weetwie.flows import arrive, profile
from weetwie.runtime.log import logger
from weetwie.security.oidc import SignedIn
from weetwie.settings import SignOnSource
from weetwie.text import language
from weetwie.text.programs import is_program

log = logger(__name__)

_EXISTS: Final = _(
    "There's already an account with your e-mail address. Log in as usual, then connect it with {provider} under Settings, Login and security. If you can't, ask an administrator."
)
_NOBODY: Final = _("You don't have an account here yet. Ask an administrator.")
_NEWS_LASTS: Final = timedelta(days=2)


async def enter(
    context: Context,
    provider: SignOnSource,
    issuer: str,
    answer: SignedIn,
    told: ClaimedPerson,
    agent: str,
    before: str | None,
) -> tuple[str, bool]:
    """The session, in place of the one `before`, and whether its person is new here."""
    context = context.by_system
    db = context.db
    known = await identities.owner(db, issuer, answer.subject)
    person_id = known or await _by_address(context, provider, issuer, told)
    is_new = person_id is None
    if person_id is None:
        person_id = await _come(context, provider, told)
    if known is None:
        await identities.connect(db, context.viewer, person_id, issuer, answer.subject, is_first=is_new)
    await _keep_up(context, person_id, issuer, told, is_new=is_new)
    await _keep_address(context, person_id, issuer, answer.subject, told)
    viewer = await context.find_person(person_id) or nobody(context.viewer.policy)
    token = await sign_on.enter(db, viewer, issuer, answer, agent)
    await claimed_leavers.note(db, viewer, issuer, has_left=told.has_left)
    if before:
        await sessions.end(db, before)
    return token, is_new


async def _by_address(
    context: Context, provider: SignOnSource, issuer: str, told: ClaimedPerson
) -> int | None:
    """Somebody who came with an import and whose verified address this is; who is here already connects by themselves,
    unless the organisation vouches for it. Raises Conflict for those."""
    if not told.address or not told.is_verified:
        return None
    imported = await arrive.known_by(context, told.address)
    if imported is not None and provider.creates_people:
        return await arrive.come(context, _newcomer(context, told), imported, is_numbered=True)
    owner = await addresses.verified_owner(context.db, told.address)
    is_other = owner is not None and await identities.knows(context.db, issuer, owner)
    if owner is None or (provider.connects_by_email and not is_other):
        return owner
    raise Conflict(_EXISTS, provider=provider.name)


async def _come(context: Context, provider: SignOnSource, told: ClaimedPerson) -> int:
    if not provider.creates_people:
        raise Forbidden(_NOBODY)
    return await arrive.come(context, _newcomer(context, told), is_numbered=True)


def _newcomer(context: Context, told: ClaimedPerson) -> Newcomer:
    return Newcomer(handle=told.handle, name=told.name[: context.viewer.policy.longest_name])


async def _keep_up(
    context: Context, person_id: int, issuer: str, told: ClaimedPerson, *, is_new: bool
) -> None:
    """What the organisation says of a person is as the provider has it at each sign-in; the rest is theirs."""
    changes: dict[str, Any] = {}
    if told.unit is not None:
        changes["unit"] = told.unit
    if told.manager is not None:
        manager_id = await _manager(context, issuer, told.manager)
        changes["manager_id"] = None if manager_id == person_id else manager_id
    if is_new and is_program(told.name or told.handle, told.address):
        changes["is_bot"] = True
    if is_new and told.language in language.languages():
        changes["default_language"] = told.language
    if changes:
        await change(context.db, context.viewer, person_id, Changes(**changes))
    await give(context.db, context.viewer, person_id, told.roles)


async def _keep_address(
    context: Context, person_id: int, issuer: str, subject: str, told: ClaimedPerson
) -> None:
    """Where the provider vouches for addresses, a new one takes the place of the one that it told before."""
    if not told.address or not told.is_verified:
        return
    db = context.db
    before = await renamed.told_before(db, issuer, subject)
    await renamed.remember(db, issuer, subject, told.address)
    is_taken = await addresses.owner(db, told.address) not in (None, person_id)
    if is_taken:
        log.warning("the address that a provider tells belongs to another account", person=person_id)
    gone = await renamed.moved(db, context.viewer, person_id, before, "" if is_taken else told.address)
    person = await context.find_person(person_id) if gone else None
    if gone is None or person is None:
        return
    await emails.withdraw(db, person_id, gone)
    if context.site.sends_mail:
        now, link = "" if is_taken else told.address, context.address("settings/sign-in")
        written = write_account.address_changed(person.language, person.policy.name, person.handle, now, link)
        for to in filter(None, (gone, now)):
            await emails.put(db, person_id, to, written, _NEWS_LASTS)


async def _manager(context: Context, issuer: str, told: str) -> int | None:
    """By subject, address or handle; nobody where we do not know them (yet)."""
    if not told:
        return None
    db = context.db
    found = await identities.owner(db, issuer, told) or await addresses.verified_owner(db, told)
    try:
        return found or await lookup(db, context.viewer, told)
    except NotFound:
        return None


async def take_picture(context: Context, issuer: str, subject: str, picture: bytes) -> None:
    """As the face of somebody who is new."""
    context = context.by_system
    person_id = await identities.owner(context.db, issuer, subject) or 0
    with tempfile.SpooledTemporaryFile(max_size=faces.LARGEST) as content:
        content.write(picture)
        content.seek(0)
        file = UploadedFile(content, len(picture))
        await profile.change(context, Changes(), person_id, face=file)
