"""Links with which somebody chooses a password, made by whoever looks after people.

They go to an address that the person has shown to be theirs, and nobody else sees them. Only where there is none, or no letters
are sent from here, is the link shown, to be handed over on paper; the person then reads in their browser that others could see it.
"""

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.identity import account, addresses, links
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.mail import emails, write
from weetwie.errors import NotFound
from weetwie.web.visit import Visit


async def password_link(visit: Visit, db: Db, person_id: int) -> str:
    """The link to show; empty where it has been sent."""
    address = await reached_at(db, person_id) if visit.site.sends_mail else None
    link = f"{visit.site.base_url}/auth/password/{await links.make(db, 'set-password', person_id)}"
    await _note(visit, db, person_id, is_shown=address is None)
    if address is None:
        return link
    person = await visit.site.memory.person(db, person_id)
    if person is None:
        raise NotFound
    maker, place = f"@{visit.viewer.handle}", person.policy.name
    written = write.link_by_others(person.language, place, person.handle, maker, link)
    await emails.put(db, person_id, address, written, links.LASTS["set-password"])
    return ""


async def farewell_link(visit: Visit, db: Db, person_id: int) -> str:
    """The link to show to whoever looks after people; empty where it has been sent."""
    person = await visit.site.memory.person(db, person_id)
    if person is None:
        raise NotFound
    return await farewell_for(db, visit.viewer, person, visit.site.base_url, is_sent=visit.site.sends_mail)


async def farewell_for(db: Db, maker: Viewer, person: Viewer, base_url: str, *, is_sent: bool) -> str:
    """For who has left: to an address of their own, else to the one at work, where somebody else may read it by then; so what is
    set up by it ends when they are back as a member, as by one on paper. A mailbox that takes no letters leaves paper."""
    own = await addresses.personal(db, person.person_id)
    address = own or await reached_at(db, person.person_id)
    if not is_sent or (own is None and await emails.has_failed(db, person.person_id)):
        address = None
    link = f"{base_url}/farewell/{await links.make(db, 'farewell', person.person_id)}"
    is_shown = address is None or address != own
    await account.changed(
        db, maker, "person.link", person.person_id, is_shown=is_shown, shown=int(address is None)
    )
    if address is None:
        return link
    written = write.farewell(person.language, person.policy.name, person.handle, link)
    await emails.put(db, person.person_id, address, written, links.LASTS["farewell"])
    return ""


async def _note(visit: Visit, db: Db, person_id: int, *, is_shown: bool) -> None:
    await account.changed(db, visit.viewer, "person.link", person_id, is_shown=is_shown, shown=int(is_shown))
