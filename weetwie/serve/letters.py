"""Letters that tell of what has happened by itself: to who has left, and to who answers for a guest."""

from collections.abc import Sequence
from datetime import timedelta

from babel.dates import format_date

from weetwie.access.recognise import Memory
from weetwie.access.viewer import Viewer
from weetwie.domain.identity import addresses, links
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.mail import letters, write
from weetwie.domain.people import farewell, guests
from weetwie.errors import Conflict
from weetwie.events import PersonLeft
from weetwie.kit.db import Db
from weetwie.schedule import Act
from weetwie.worker import Reaction

_REMINDER_LASTS = timedelta(days=7)


def farewells(base_url: str) -> Reaction:
    """The reaction that writes to who has left, at the address of their own: the mailbox at work is usually closed by then."""
    memory, base_url = Memory(0), base_url.rstrip("/")

    async def say_farewell(db: Db, viewer: Viewer, facts: Sequence[PersonLeft]) -> None:
        for fact in facts:
            address = await addresses.personal(db, fact.person_id)
            person = await memory.person(db, fact.person_id) if address else None
            if address is None or person is None:
                continue
            try:
                await farewell.check(db, fact.person_id)
            except Conflict:
                continue  # they are back already, or were suspended with it
            token = await links.make(db, "farewell", fact.person_id)
            link = f"{base_url}/farewell/{token}"
            written = write.farewell(person.language, person.policy.name, person.handle, link)
            await letters.put(db, fact.person_id, address, written, links.LASTS["farewell"])

    return say_farewell


def guests_ending(base_url: str) -> Act:
    """Who answers for a guest is told in time that their stay ends."""
    memory, base_url = Memory(0), base_url.rstrip("/")

    async def remind(db: Db) -> None:
        for one in await guests.ending(db):
            address = await reached_at(db, one.sponsor_id)
            sponsor = await memory.person(db, one.sponsor_id) if address else None
            guest = await memory.person(db, one.guest_id) if sponsor else None
            if address is None or sponsor is None or guest is None:
                continue
            shown = format_date(guests.last_day(one.until), "long", locale=sponsor.language)
            link = f"{base_url}/invitations"
            written = write.guest_ends(sponsor.language, sponsor.policy.name, f"@{guest.handle}", shown, link)
            await letters.put(db, sponsor.person_id, address, written, _REMINDER_LASTS)

    return remind
