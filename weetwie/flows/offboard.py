"""One way out: whose last day is over leaves, who has left is asked whether they want to stay in touch, and may say yes."""

from collections.abc import Sequence

import msgspec

from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import Viewer, nobody
from weetwie.context import Context
from weetwie.domain.identity import account, addresses, links, one_time, passwords, sessions
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.mail import emails, write
from weetwie.domain.people import farewell, leave as leaving, staying
from weetwie.domain.people.farewell import FarewellChoices
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.errors import Conflict
from weetwie.events import PersonLeft


async def leave_due(context: Context) -> None:
    """Members whose last day is over."""
    for person_id in await leaving.due(context.db):
        async with context.apart("somebody whose last day is over could not leave", person_id):
            await leaving.leave(context.db, context.viewer, person_id, "end-date")


async def say_farewell(context: Context, facts: Sequence[PersonLeft]) -> None:
    """To who has left, at the address of their own: the mailbox at work is usually closed by then."""
    for fact in facts if context.site.sends_mail else ():
        address = await addresses.personal(context.db, fact.person_id)
        person = await context.find_person(fact.person_id) if address else None
        if address is None or person is None:
            continue
        try:
            await farewell.check(context.db, fact.person_id)
        except Conflict:
            continue  # they are back already, or were suspended with it
        await _write(context, person, address, await _link(context, person))


async def say_farewell_at(context: Context, person: Viewer, address: str, language: str) -> None:
    """At an address that only the directory says is theirs, where they gave none themselves."""
    if not address or not context.site.sends_mail or await addresses.personal(context.db, person.person_id):
        return  # who gave an address of their own is written to there
    link = await _link(context, person)
    await account.changed(context.db, context.viewer, "person.link", person.person_id, is_shown=True, shown=1)
    await _write(context, msgspec.structs.replace(person, language=language), address, link)


async def hand_out_link(context: Context, person_id: int) -> str:
    """For who has left: to an address of their own, else to the one at work, where somebody else may read it by then; so what is
    set up by it ends when they are back as a member, as by one on paper. A mailbox that takes no emails leaves paper: then the
    link is given back, to be handed over. Raises Conflict for who may not come back by themselves."""
    db = context.db
    await farewell.check(db, person_id)
    person = await context.person(person_id)
    own = await addresses.personal(db, person_id)
    address = own or await reached_at(db, person_id)
    if not context.site.sends_mail or (own is None and await emails.has_failed(db, person_id)):
        address = None
    link = await _link(context, person)
    is_shown = address is None or address != own
    await account.changed(
        db, context.viewer, "person.link", person_id, is_shown=is_shown, shown=int(address is None)
    )
    if address is None:
        return link
    await _write(context, person, address, link)
    return ""


async def _link(context: Context, person: Viewer) -> str:
    return context.address(f"farewell/{await links.make(context.db, 'farewell', person.person_id)}")


async def _write(context: Context, person: Viewer, address: str, link: str) -> None:
    written = write.farewell(person.language, person.policy.name, person.handle, link)
    await emails.put(context.db, person.person_id, address, written, links.LASTS["farewell"])


class StayAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What who has left says to it."""

    wishes: FarewellChoices
    goodbye: str
    """A first post as an alumnus; empty for none."""
    password_hash: str
    agent: str


class Stayed(msgspec.Struct, frozen=True):
    is_awake: bool
    """Or somebody else has to say yes."""
    session: str | None
    """None for who signs in with a code."""


async def stay_in_touch(context: Context, token: str, given: StayAnswer) -> Stayed:
    """Their yes, by a link that is theirs."""
    db = context.db
    link = await links.use(db, "farewell", token)
    person_id = link.person_id or 0
    before = await context.find_person(person_id) or nobody(context.viewer.policy)
    is_awake = await farewell.accept(db, before, person_id, given.wishes)
    await passwords.put(db, before, person_id, given.password_hash)
    if not is_awake:
        return Stayed(False, None)
    if given.goodbye:
        draft = Draft(text=given.goodbye, ring=Ring.network, visibility=Visibility.public)
        await publish(db, await context.person(person_id), draft)
    if await one_time.is_on(db, person_id):
        return Stayed(True, None)
    return Stayed(True, await sessions.begin(db, person_id, given.agent))


async def answer_yearly(context: Context, token: str, *, stays: bool) -> Viewer:
    """An alumnus who was asked says whether they stay one, or go to sleep; gives who it is."""
    link = await links.use(context.db, "stay", token)
    person = await context.person(link.person_id or 0)
    if not stays:
        await staying.sleep(context.db, person)
    return person
