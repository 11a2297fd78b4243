"""Links with which somebody chooses a password, made by whoever looks after people.

They go to an address that the person has shown to be theirs, and nobody else sees them. Only where there is none, or no letters
are sent from here, is the link shown, to be handed over on paper; the person then reads in their browser that others could see it.
"""

from weetwie.domain.identity import account, addresses, links
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.mail import letters, write
from weetwie.errors import NotFound
from weetwie.kit.db import Db
from weetwie.web.visit import Visit


async def password_link(visit: Visit, db: Db, person_id: int) -> str:
    """The link to show; empty where it has been sent."""
    address = await reached_at(db, person_id) if visit.house.sends_mail else None
    link = f"{visit.house.base_url}/auth/password/{await links.make(db, 'set-password', person_id)}"
    await _note(visit, db, person_id, is_shown=address is None)
    if address is None:
        return link
    person = await visit.house.memory.person(db, person_id)
    if person is None:
        raise NotFound
    maker, place = f"@{visit.viewer.handle}", person.policy.name
    written = write.link_by_others(person.language, place, person.handle, maker, link)
    await letters.put(db, person_id, address, written, links.LASTS["set-password"])
    return ""


async def farewell_link(visit: Visit, db: Db, person_id: int) -> str:
    """For who has left. The mailbox at work is usually closed by then: it is sent to an address of their own alone."""
    address = await addresses.personal(db, person_id) if visit.house.sends_mail else None
    link = f"{visit.house.base_url}/farewell/{await links.make(db, 'farewell', person_id)}"
    await _note(visit, db, person_id, is_shown=address is None)
    if address is None:
        return link
    person = await visit.house.memory.person(db, person_id)
    if person is None:
        raise NotFound
    written = write.farewell(person.language, person.policy.name, person.handle, link)
    await letters.put(db, person_id, address, written, links.LASTS["farewell"])
    return ""


async def _note(visit: Visit, db: Db, person_id: int, *, is_shown: bool) -> None:
    await account.changed(db, visit.viewer, "person.link", person_id, is_shown=is_shown, shown=int(is_shown))
