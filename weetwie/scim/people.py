"""What a user of the directory means for a person here: they come, change, leave and come back; never are they deleted."""

from datetime import timedelta
from typing import Any, Final

from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.identity import account, addresses, claims, links, renamed
from weetwie.domain.mail import emails, write
from weetwie.domain.people.claim import claim, claimable
from weetwie.domain.people.create import create
from weetwie.domain.people.leave import leave
from weetwie.domain.people.profile import change
from weetwie.domain.people.rejoin import rejoin
from weetwie.domain.people.rules import LONGEST_WORDS, Changes, Newcomer
from weetwie.domain.scim import resources
from weetwie.errors import Conflict, _
from weetwie.text import language
from weetwie.text.programs import is_program
from weetwie.text.signs import bare_address
from weetwie.views import people as seen_people
from weetwie.views.people import Profile

ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
REASON: Final = "directory"
_MOST_NAMESAKES: Final = 100
_PROGRAMS: Final = frozenset(
    "application automation bot daemon machine robot service serviceaccount serviceprincipal system systemaccount".split()
)
"""What directories call users who are no people, letters alone."""
_NEWS_LASTS: Final = timedelta(days=2)

Document = dict[str, Any]


async def arrive(db: Db, maker: Viewer, document: Document) -> int:
    """Whoever has this address at work is this person, also one who came with an import or has left; else somebody new."""
    address = mail(document, "work")
    owner = await addresses.verified_owner(db, address) if address else None
    if owner is not None and await resources.of_person(db, owner) is None:
        return owner
    imported = await claimable(db, await _hashed(db, address)) if address else None
    if owner is not None:
        await _take(db, maker, owner, address)
    for number in range(1, _MOST_NAMESAKES):
        newcomer = _newcomer(maker, document, number)
        try:
            person_id = (
                await create(db, maker, newcomer)
                if imported is None
                else await claim(db, maker, imported, newcomer)
            )
        except Conflict:
            continue
        return person_id
    raise Conflict


async def keep_up(db: Db, maker: Viewer, person_id: int, document: Document, *, is_new: bool = False) -> bool:
    """Name, unit, place and manager are as the directory has them; what people say of themselves is theirs. Says
    whether they have left by it."""
    enterprise = document.get(ENTERPRISE) or {}
    changes: dict[str, Any] = {"unit": await _unit(db, document, enterprise)}
    if name := called(document):
        changes["name"] = name[: maker.policy.longest_name]
    if place := _place(document):
        changes["place"] = place
    changes["manager_id"] = await _manager(db, person_id, enterprise)
    if _is_program(document, is_new=is_new):
        changes["is_bot"] = True
    wanted = (
        str(document.get("preferredLanguage") or document.get("locale") or "").replace("_", "-").split("-")[0]
    )
    if is_new and wanted.lower() in language.languages():
        changes |= {"default_language": wanted.lower(), "pages_language": wanted.lower()}
    await change(db, maker, person_id, Changes(**changes))
    return await _stand(db, maker, person_id, is_active=document.get("active") is not False)


async def keep_address(
    db: Db, maker: Viewer, person_id: int, document: Document, before: Document, letters_from: str
) -> None:
    """The address at work is the one that the directory has, and the one that it had is nobody's. Raises Conflict where the
    new one belongs to somebody else."""
    address, last = mail(document, "work"), mail(before, "work")
    owner = await addresses.owner(db, address) if address else None
    if owner not in (None, person_id):
        await _take(db, maker, owner, address)
    gone = await renamed.moved(db, maker, person_id, await _hashed(db, last) if last else None, address)
    if gone:
        await emails.withdraw(db, person_id, gone)
        await _say_address(db, maker, person_id, document, gone, letters_from)


async def _take(db: Db, maker: Viewer, owner: int, address: str) -> None:
    """From whoever the directory does not say has it: who has left, had it once, or is known by an import alone."""
    theirs = await resources.of_person(db, owner)
    digest = await _hashed(db, address)
    is_theirs = theirs is not None and await _hashed(db, mail(theirs.document, "work")) == digest
    is_active = theirs is not None and theirs.document.get("active") is not False
    if (is_theirs and is_active) or (theirs is None and await addresses.verified_owner(db, address) == owner):
        raise Conflict(_("This e-mail address belongs to another account."))
    if await renamed.release(db, maker, owner, digest):
        await emails.withdraw(db, owner, address)


async def _say_address(
    db: Db, maker: Viewer, person_id: int, document: Document, gone: str, letters_from: str
) -> None:
    """At both addresses, so that a change that nobody ordered is noticed."""
    profile = await _profile(db, maker, person_id) if letters_from else None
    if profile is None or profile.standing != Standing.member:
        return
    link = f"{letters_from}/settings/sign-in"
    wanted = _language(document)
    address = mail(document, "work")
    written = write.address_changed(wanted, maker.policy.name, profile.handle, address, link)
    for to in filter(None, (gone, address)):
        await emails.put(db, person_id, to, written, _NEWS_LASTS)


async def _hashed(db: Db, address: str) -> bytes:
    return addresses.hashed(await addresses.hash_key(db), address)


async def depart(db: Db, maker: Viewer, person_id: int) -> bool:
    """Says whether they were here until now."""
    return await _stand(db, maker, person_id, is_active=False)


async def _stand(db: Db, maker: Viewer, person_id: int, *, is_active: bool) -> bool:
    """In or out; who is so already stays so. Guests and their ends are not the directory's."""
    profile = await _profile(db, maker, person_id)
    if profile is None or profile.standing == Standing.guest:
        return False
    is_here = profile.standing == Standing.member
    if is_here and not is_active:
        await leave(db, maker, person_id, REASON)
    elif is_active and not is_here:
        await rejoin(db, maker, person_id)
    return is_here and not is_active


async def say_farewell(db: Db, maker: Viewer, person_id: int, document: Document, base_url: str) -> None:
    """A letter to an address of their own, if the directory knows one: the mailbox at work is usually closed by then."""
    address = mail(document, "home")
    if not address or await addresses.personal(db, person_id):
        return  # who gave an address of their own is written to there
    profile = await _profile(db, maker, person_id)
    handle = profile.handle if profile else ""
    token = await links.make(db, "farewell", person_id)
    # Only the directory says whose address this is.
    await account.changed(db, maker, "person.link", person_id, is_shown=True, shown=1)
    written = write.farewell(_language(document), maker.policy.name, handle, f"{base_url}/farewell/{token}")
    await emails.put(db, person_id, address, written, links.LASTS["farewell"])


def _language(document: Document) -> str:
    return language.best(str(document.get("preferredLanguage") or document.get("locale") or ""))


async def _profile(db: Db, maker: Viewer, person_id: int) -> Profile | None:
    return next(iter(await seen_people.records(db, maker, [person_id])), None)


def _is_program(document: Document, *, is_new: bool) -> bool:
    """By what the directory says they are; when they come, by their names and address, too. People may say otherwise later."""
    kind = "".join(letter for letter in str(document.get("userType") or "").lower() if letter.isalpha())
    if kind in _PROGRAMS:
        return True
    names = (called(document), str(document.get("userName") or "").partition("@")[0])
    return is_new and any(is_program(name, mail(document, "work")) for name in names if name)


def called(document: Document) -> str:
    name = document.get("name") or {}
    parts = " ".join(part for part in (name.get("givenName"), name.get("familyName")) if part)
    return str(document.get("displayName") or name.get("formatted") or parts or "").strip()


def mail(document: Document, kind: str) -> str:
    """An address of this type; for work also the first one of any type but home."""
    found = [one for one in document.get("emails") or [] if one.get("value")]
    named = [one for one in found if str(one.get("type") or "").lower() == kind]
    if kind == "work" and not named:
        others = [one for one in found if str(one.get("type") or "").lower() != "home"]
        named = [one for one in others if one.get("primary")] or others
    address = bare_address(str(named[0]["value"])) if named else ""
    return address if address.count("@") == 1 and not any(sign.isspace() for sign in address) else ""


async def _unit(db: Db, document: Document, enterprise: Document) -> str:
    """The department; else the first group that they are in."""
    unit = str(enterprise.get("department") or "").strip()
    if not unit:
        id = int(document["id"])
        groups = (await resources.groups_of(db, [id])).get(id, [])
        unit = groups[0][1] if groups else ""
    return unit[:LONGEST_WORDS]


def _place(document: Document) -> str:
    found = document.get("addresses") or []
    work = [one for one in found if str(one.get("type") or "work").lower() == "work"]
    return str(work[0].get("locality") or "")[:LONGEST_WORDS] if work else ""


async def _manager(db: Db, person_id: int, enterprise: Document) -> int | None:
    """Somebody whom the directory has told us of; nobody where it has not (yet)."""
    given = (enterprise.get("manager") or {}).get("value")
    if not given or not str(given).isascii() or not str(given).isdigit() or len(str(given)) > 18:
        return None
    found = (await resources.people(db, [int(given)])).get(int(given))
    return None if found == person_id else found


def _newcomer(maker: Viewer, document: Document, number: int) -> Newcomer:
    """The first has the handle itself, namesakes a number behind it."""
    handle = claims.handle_of(str(document.get("userName") or "") or called(document))
    return Newcomer(
        handle=handle if number == 1 else f"{handle}{number}",
        name=called(document)[: maker.policy.longest_name],
    )
