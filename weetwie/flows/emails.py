"""Emails that are written by themselves: to alumni, to who answers for a guest, and to
everybody of what was done to how they sign in. Where none are sent from here, none are written."""

from collections.abc import Sequence
from datetime import timedelta

from babel.dates import format_date

from weetwie.context import Context
from weetwie.domain.identity import account, links
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.mail import choices, emails, write, write_account
from weetwie.domain.people import guests, staying
from weetwie.events import AccountChanged

_REMINDER_LASTS = timedelta(days=7)
_NEWS_LASTS = timedelta(days=2)
_NOT_WRITTEN = "an email could not be written"


async def tell_account(context: Context, facts: Sequence[AccountChanged]) -> None:
    """Of what was done to how somebody signs in, at every address that they have shown to be theirs."""
    for fact in facts if context.site.sends_mail else ():
        one = await account.one(context.db, fact.event_id)
        person = await context.find_person(one.person_id) if one else None
        if one is None or person is None:
            continue
        by = await context.find_person(one.by_id) if one.by_id and one.by_id != one.person_id else None
        written = write_account.account_changed(
            person.language,
            person.policy.name,
            person.handle,
            one.sentence,
            f"@{by.handle}" if by else "",
            context.address("settings/sign-in"),
        )
        for address in await account.told_at(context.db, one):
            await emails.put(context.db, one.person_id, address, written, _NEWS_LASTS)
    await account.forget_gone(context.db, context.viewer, facts)


async def choose(
    context: Context, *, wants_week: bool, kinds: Sequence[str] | None, with_private: bool
) -> None:
    """Which emails somebody gets; without `kinds` those about notifications stay as they are."""
    person_id = context.viewer.person_id
    await staying.want_week(context.db, person_id, wants=wants_week)
    if kinds is not None:
        await choices.choose(context.db, person_id, kinds, with_private=with_private)


async def guests_ending(context: Context) -> None:
    """Who answers for a guest is told in time that their stay ends."""
    if not context.site.sends_mail:
        return
    db = context.db
    for one in await guests.ending(db):
        async with context.apart(_NOT_WRITTEN, one.sponsor_id):
            await _guest_ends(context, one)


async def _guest_ends(context: Context, one: guests.EndingGuest) -> None:
    db = context.db
    address = await reached_at(db, one.sponsor_id)
    sponsor = await context.find_person(one.sponsor_id) if address else None
    guest = await context.find_person(one.guest_id) if sponsor else None
    if address is None or sponsor is None or guest is None:
        return
    day = format_date(guests.last_day(one.until), "long", locale=sponsor.language)
    link = context.address("invitations")
    written = write.guest_ends(sponsor.language, sponsor.policy.name, f"@{guest.handle}", day, link)
    await emails.put(db, sponsor.person_id, address, written, _REMINDER_LASTS)


async def staying_in_touch(context: Context) -> None:
    """Alumni are asked once a year whether they still want to be in."""
    if not context.site.sends_mail:
        return
    db = context.db
    for person_id in await staying.to_ask(db):
        async with context.apart(_NOT_WRITTEN, person_id):
            await _still_in_touch(context, person_id)


async def _still_in_touch(context: Context, person_id: int) -> None:
    db = context.db
    address = await reached_at(db, person_id)
    person = await context.find_person(person_id) if address else None
    if address is None or person is None:
        return
    link = context.address(f"stay/{await links.make(db, 'stay', person_id)}")
    written = write.still_in_touch(person.language, person.policy.name, person.handle, link)
    await emails.put(db, person_id, address, written, links.LASTS["stay"])
