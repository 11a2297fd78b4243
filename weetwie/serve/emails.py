"""Letters that are written by themselves: to who has left, to alumni, to who answers for a guest or may know an answer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from textwrap import shorten

from babel.dates import format_date

from weetwie.access.authenticate import Memory
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.identity import account, addresses, links
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.identity.keys import key
from weetwie.domain.mail import emails, write
from weetwie.domain.people import farewell, guests, staying
from weetwie.domain.timelines import questions
from weetwie.errors import Conflict
from weetwie.events import AccountChanged, PersonLeft
from weetwie.runtime import clock
from weetwie.schedule import HOUR, Act
from weetwie.views import people as seen_people
from weetwie.views import texts as seen_words
from weetwie.web.pages.staying import stop_token
from weetwie.worker import Reaction

_REMINDER_LASTS = timedelta(days=7)
_NEWS_LASTS = timedelta(days=2)
_MOST_QUESTIONS, _LONGEST_QUESTION = 5, 200


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
            await emails.put(db, fact.person_id, address, written, links.LASTS["farewell"])

    return say_farewell


def account_changes(base_url: str) -> Reaction:
    """The reaction that tells people of what was done to how they sign in, at every address that they have shown to be theirs."""
    memory, base_url = Memory(0), base_url.rstrip("/")

    async def tell(db: Db, viewer: Viewer, facts: Sequence[AccountChanged]) -> None:
        for fact in facts:
            one = await account.one(db, fact.event_id)
            person = await memory.person(db, one.person_id) if one else None
            if one is None or person is None:
                continue
            by = await memory.person(db, one.by_id) if one.by_id and one.by_id != one.person_id else None
            written = write.account_changed(
                person.language,
                person.policy.name,
                person.handle,
                one.sentence,
                f"@{by.handle}" if by else "",
                f"{base_url}/settings/sign-in",
            )
            for address in await account.told_at(db, one):
                await emails.put(db, one.person_id, address, written, _NEWS_LASTS)
        await account.forget_gone(db, viewer, facts)

    return tell


def by_the_clock(base_url: str) -> list[tuple[timedelta, Act]]:
    return [
        (HOUR, guests_ending(base_url)),
        (HOUR, staying_in_touch(base_url)),
        (HOUR, open_questions(base_url)),
    ]


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
            await emails.put(db, sponsor.person_id, address, written, _REMINDER_LASTS)

    return remind


def staying_in_touch(base_url: str) -> Act:
    """Alumni are asked once a year whether they still want to be in."""
    memory, base_url = Memory(0), base_url.rstrip("/")

    async def ask(db: Db) -> None:
        for person_id in await staying.to_ask(db):
            address = await reached_at(db, person_id)
            person = await memory.person(db, person_id) if address else None
            if address is None or person is None:
                continue
            link = f"{base_url}/stay/{await links.make(db, 'stay', person_id)}"
            written = write.still_in_touch(person.language, person.policy.name, person.handle, link)
            await emails.put(db, person_id, address, written, links.LASTS["stay"])

    return ask


def open_questions(base_url: str) -> Act:
    """Who wants it hears once a week of questions on their topics that they see and that nobody has answered."""
    memory, base_url = Memory(0), base_url.rstrip("/")

    async def tell(db: Db) -> None:
        secret = await key(db, "letters")
        for one in await staying.to_tell(db):
            address = await reached_at(db, one.person_id)
            person = await memory.person(db, one.person_id) if address else None
            asked = await _asked(db, person, one.since) if person else []
            if address is None or person is None or not asked:
                continue
            stop = f"{base_url}/letters/stop/{stop_token(secret, one.person_id)}"
            written = write.questions(
                person.language, person.policy.name, person.handle, asked, f"{base_url}/", stop
            )
            await emails.put(db, one.person_id, address, written, _REMINDER_LASTS, stop)

    return tell


async def _asked(db: Db, person: Viewer, since: datetime | None) -> list[tuple[str, str]]:
    """Who asks what, of what they have not been told of."""
    first = int((since or clock.now() - questions.SPAN).timestamp() * 1000) << 16
    found = [
        one for one in await questions.open_questions(db, person, _MOST_QUESTIONS) if one.post_id > first
    ]
    words = {one.id: one.text for one in await seen_words.words(db, found)}
    profiles = await seen_people.profiles(db, [one.author for one in found])
    names = {one.id: one.name or f"@{one.handle}" for one in profiles}
    return [
        (names[one.author.id], shorten(words[one.post_id], _LONGEST_QUESTION, placeholder=" …"))
        for one in found
        if one.post_id in words
    ]
