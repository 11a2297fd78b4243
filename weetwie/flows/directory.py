"""What a user of the directory means for a person here: they come, change, leave and come back; never are they deleted."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from weetwie.access.enums import Standing
from weetwie.context import Context
from weetwie.domain.identity import addresses, claims, renamed
from weetwie.domain.mail import emails, write_account
from weetwie.domain.people.leave import leave
from weetwie.domain.people.profile import change as change_profile
from weetwie.domain.people.rejoin import rejoin
from weetwie.domain.people.rules import LONGEST_WORDS, Changes, Newcomer
from weetwie.domain.scim import documents, resources
from weetwie.domain.scim.documents import Document
from weetwie.domain.scim.resources import GROUP, USER, Resource
from weetwie.errors import Conflict, _
from weetwie.events import audit
from weetwie.flows import arrive, offboard
from weetwie.views import people as seen_people
from weetwie.views.people import Profile

REASON: Final = "directory"
MOST_LEAVERS: Final = 90
"""That administrators are shown at once: fewer than a form may have fields."""
_NEWS_LASTS: Final = timedelta(days=2)


class Leaver(msgspec.Struct, frozen=True):
    """Somebody who is to leave because their organisation says so, and is still here."""

    id: str
    person: Profile
    since: datetime
    confirmed_at: datetime | None


async def add(context: Context, token_id: int | None, kind: str, name: str, document: Document) -> int:
    """A user or a group that the directory tells us of, by one of its tokens, or that was read in it; gives its number."""
    person_id = await _arrive(context, document) if kind != GROUP else None
    id = await resources.put(context.db, kind, name, documents.external_id(document), document, person_id)
    told = {**document, "id": str(id)}
    if person_id is not None:
        await _keep(context, person_id, told, before={}, is_new=True)
    if kind == GROUP:
        await _members_changed(context, documents.members(document))
    await _note(context, f"create_{kind.lower()}", person_id, token_id, id)
    return id


async def change(
    context: Context, token_id: int | None, stored: Resource, name: str, document: Document
) -> None:
    """It is otherwise now."""
    await resources.change(context.db, stored.id, name, documents.external_id(document), document)
    before = stored.document
    if stored.person_id is not None:
        await _keep(context, stored.person_id, {**document, "id": str(stored.id)}, before)
    if stored.kind == GROUP:
        is_renamed = before.get("displayName") != document.get("displayName")
        now, then = documents.members(document), documents.members(before)
        await _members_changed(context, now | then if is_renamed else now ^ then)
    await _note(context, f"change_{stored.kind.lower()}", stored.person_id, token_id, stored.id)


async def remove(context: Context, token_id: int, stored: Resource) -> None:
    """The person leaves; nobody is deleted because a directory forgets them."""
    await resources.remove(context.db, stored.id)
    if stored.person_id is not None:
        await _stand(context, stored.person_id, stored.document, is_active=False)
    await _members_changed(context, documents.members(stored.document))
    await _note(context, f"delete_{stored.kind.lower()}", stored.person_id, token_id, stored.id)


async def end(context: Context, person_id: int) -> None:
    """Somebody leaves of whom the organisation says so in another way than by a user of its directory."""
    stored = await resources.of_person(context.db, person_id)
    await _stand(context, person_id, stored.document if stored else {}, is_active=False)


async def _note(context: Context, act: str, person_id: int | None, token_id: int | None, id: int) -> None:
    if token_id is None:
        await audit(context.db, context.viewer, f"directory.{act}", person_id, id=id)
    else:
        await audit(context.db, context.viewer, f"scim.{act}", person_id, scim_token_id=token_id, id=id)


async def _arrive(context: Context, document: Document) -> int:
    """Whoever has this address at work is this person, also one who came with an import or has left; else somebody new."""
    db, address = context.db, documents.mail(document, "work")
    owner = await addresses.verified_owner(db, address) if address else None
    if owner is not None and await resources.of_person(db, owner) is None:
        return owner
    imported = await arrive.known_by(context, address)
    if owner is not None:
        await _take(context, owner, address)
    called = documents.called(document)
    newcomer = Newcomer(
        handle=claims.handle_of(str(document.get("userName") or "") or called),
        name=called[: context.viewer.policy.longest_name],
    )
    return await arrive.come(context, newcomer, imported, is_numbered=True)


async def _keep(
    context: Context, person_id: int, document: Document, before: Document, *, is_new: bool = False
) -> None:
    await _keep_address(context, person_id, document, before)
    await _keep_up(context, person_id, document, is_new=is_new)


async def _keep_up(context: Context, person_id: int, document: Document, *, is_new: bool = False) -> None:
    """Name, unit, place and manager are as the directory has them; what people say of themselves is theirs."""
    changes: dict[str, Any] = {"unit": await _unit(context, document)}
    if name := documents.called(document):
        changes["name"] = name[: context.viewer.policy.longest_name]
    if place := documents.place(document):
        changes["place"] = place[:LONGEST_WORDS]
    changes["manager_id"] = await _manager(context, person_id, document)
    if documents.is_program(document, is_new=is_new):
        changes["is_bot"] = True
    if is_new and (wanted := documents.wanted_language(document)):
        changes |= {"default_language": wanted, "pages_language": wanted}
    await change_profile(context.db, context.viewer, person_id, Changes(**changes))
    await _stand(context, person_id, document, is_active=documents.is_active(document))


async def _members_changed(context: Context, ids: Iterable[int]) -> None:
    """Groups are units: those who came in or went out are in another one now."""
    for id in sorted(ids):
        user = await resources.one(context.db, USER, id)
        if user is not None and user.person_id is not None:
            await _keep_up(context, user.person_id, {**user.document, "id": str(id)})


async def _stand(context: Context, person_id: int, document: Document, *, is_active: bool) -> None:
    """In or out; who is so already stays so. Guests and their ends are not the directory's. Who leaves is written to at an
    address of their own, if the directory knows one: the mailbox at work is usually closed by then."""
    profile = await _profile(context, person_id)
    if profile is None or profile.standing == Standing.guest:
        return
    is_here = profile.standing == Standing.member
    if is_active and not is_here:
        await rejoin(context.db, context.viewer, person_id)
    if is_here and not is_active:
        await leave(context.db, context.viewer, person_id, REASON)
        person, address = await context.person(person_id), documents.mail(document, "home")
        await offboard.say_farewell_at(context, person, address, documents.language(document))


async def _keep_address(context: Context, person_id: int, document: Document, before: Document) -> None:
    """The address at work is the one that the directory has, and the one that it had is nobody's. Raises Conflict where the
    new one belongs to somebody else."""
    db = context.db
    address, last = documents.mail(document, "work"), documents.mail(before, "work")
    owner = await addresses.owner(db, address) if address else None
    if owner not in (None, person_id):
        await _take(context, owner, address)
    gone = await renamed.moved(
        db, context.viewer, person_id, await _hashed(context, last) if last else None, address
    )
    if gone:
        await emails.withdraw(db, person_id, gone)
        await _say_address(context, person_id, document, gone)


async def _take(context: Context, owner: int, address: str) -> None:
    """From whoever the directory does not say has it: who has left, had it once, or is known by an import alone."""
    db = context.db
    theirs = await resources.of_person(db, owner)
    digest = await _hashed(context, address)
    is_theirs = (
        theirs is not None and await _hashed(context, documents.mail(theirs.document, "work")) == digest
    )
    is_active = theirs is not None and documents.is_active(theirs.document)
    if (is_theirs and is_active) or (theirs is None and await addresses.verified_owner(db, address) == owner):
        raise Conflict(_("This e-mail address belongs to another account."))
    if await renamed.release(db, context.viewer, owner, digest):
        await emails.withdraw(db, owner, address)


async def _say_address(context: Context, person_id: int, document: Document, gone: str) -> None:
    """At both addresses, so that a change that nobody ordered is noticed."""
    profile = await _profile(context, person_id) if context.site.sends_mail else None
    if profile is None or profile.standing != Standing.member:
        return
    link, address = context.address("settings/sign-in"), documents.mail(document, "work")
    place, wanted = context.viewer.policy.name, documents.language(document)
    written = write_account.address_changed(wanted, place, profile.handle, address, link)
    for to in filter(None, (gone, address)):
        await emails.put(context.db, person_id, to, written, _NEWS_LASTS)


async def _hashed(context: Context, address: str) -> bytes:
    return addresses.hashed(await addresses.hash_key(context.db), address)


async def _profile(context: Context, person_id: int) -> Profile | None:
    return next(iter(await seen_people.records(context.db, context.viewer, [person_id])), None)


async def _unit(context: Context, document: Document) -> str:
    """The department; else the first group that they are in."""
    unit = documents.department(document)
    if not unit:
        id = int(str(document["id"]))
        groups = (await resources.groups_of(context.db, [id])).get(id, [])
        unit = groups[0][1] if groups else ""
    return unit[:LONGEST_WORDS]


async def _manager(context: Context, person_id: int, document: Document) -> int | None:
    """Somebody whom the directory has told us of; nobody where it has not (yet)."""
    given = documents.manager(document)
    if given is None:
        return None
    found = (await resources.people(context.db, [given])).get(given)
    return None if found == person_id else found
