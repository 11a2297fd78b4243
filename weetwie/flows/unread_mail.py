"""Emails about what somebody was told and has not read: begun when they are notified, written when they are sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from weetwie.access import viewer as viewers
from weetwie.context import Context, Site, of_system
from weetwie.database.pool import Database
from weetwie.domain.filters.caught import caught
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.mail import choices, emails, unread as mail
from weetwie.domain.mail.choices import OwnMailChoice
from weetwie.domain.mail.sending import WrittenLater
from weetwie.domain.mail.unread import UnreadItem
from weetwie.domain.mail.write import WrittenEmail
from weetwie.domain.notifications import by_mail
from weetwie.domain.notifications.by_mail import UnreadNotification
from weetwie.events import PeopleNotified
from weetwie.flows import mail_in, stop
from weetwie.runtime import clock
from weetwie.runtime.ids import moment_of
from weetwie.text import language
from weetwie.text.shorten import shorten
from weetwie.views import people as seen_people, posts as seen_posts, texts as seen_words

_LASTS: Final = timedelta(days=2)
_LONGEST: Final = 2000


async def begin(context: Context, facts: Sequence[PeopleNotified]) -> None:
    """For who was written to, unless they want no such emails or one waits already."""
    if not context.site.sends_mail:
        return
    db = context.db
    told = await by_mail.people(db, [id for fact in facts for id in fact.notification_ids])
    at = await choices.next_at(db, [one.person_id for one in told], clock.now())
    for one in told:
        if one.person_id in at and (address := await reached_at(db, one.person_id)):
            end = context.address(f"letters/stop/{await stop.token(db, one.person_id, emails.UNREAD)}")
            since = moment_of(one.first_id)
            await emails.gather(db, one.person_id, address, since, at[one.person_id], _LASTS, end)


def written_later(database: Database, site: Site) -> WrittenLater:
    async def write(person_id: int, since: datetime, end: str) -> WrittenEmail | None:
        async with database.reading() as db:
            context = await of_system(db, site)
            reader = await context.find_person(person_id)
            if reader is None or not viewers.is_active(reader, clock.now()):
                return None
            return await compose(context.by(reader), since, end)

    return WrittenLater(write, choices.mailed)


async def compose(context: Context, since: datetime, end: str) -> WrittenEmail | None:
    """As the viewer would get it now; None where they have read all of it, or see it no more."""
    db, viewer = context.db, context.viewer
    choice = await choices.own_choice(db, viewer.person_id)
    since = max(since, choice.mailed_at or since)
    found = await by_mail.unread(db, viewer, since, clock.now())
    found = [one for one in found if one.kind in choice.kinds]
    items, ids = await _items(context, choice, found)
    if not items:
        return None
    threads = {one.root_id for one in found if one.post_id in ids}
    newest = ids[-1] if len(threads) == 1 else 0
    return mail.write(
        mail.Unread(
            language.best(viewer.pages_language or viewer.language),
            viewer.policy.name,
            items,
            context.address("notifications"),
            context.address("settings/email"),
            end,
            await mail_in.reply_address(context, viewer.person_id, newest) if newest else "",
        )
    )


async def _items(
    context: Context, choice: OwnMailChoice, found: Sequence[UnreadNotification]
) -> tuple[list[UnreadItem], list[int]]:
    """With the posts that they are about, in the same order."""
    db, viewer = context.db, context.viewer
    posts = await seen_posts.posts(db, viewer, [one.post_id for one in found])
    words = {one.id: one for one in await seen_words.words(db, posts)}
    names = {
        one.id: one.name or f"@{one.handle}"
        for one in await seen_people.profiles(db, [one.author for one in posts])
    }
    authors = {one.post_id: one.author.id for one in posts}
    said = {id: f"{one.warning}\n{one.text}" for id, one in words.items()}
    quiet = await caught(db, viewer, "notifications", said)
    items, ids = [], []
    for one in found:
        if one.post_id in words and one.post_id not in quiet:
            text = words[one.post_id].warning or words[one.post_id].text
            page = (
                f"messages/{one.post_id}"
                if one.kind == "direct"
                else f"@{words[one.post_id].author_handle}/{one.post_id}"
            )
            goes = choice.with_private or not one.is_private
            ids.append(one.post_id)
            items.append(
                UnreadItem(
                    one.kind,
                    _matter(one),
                    names.get(authors[one.post_id], f"@{words[one.post_id].author_handle}"),
                    shorten(text, _LONGEST) if goes else "",
                    context.address(page),
                )
            )
    return items, ids


def _matter(one: UnreadNotification) -> str:
    if one.kind == "answer":
        return "answer" if one.is_own_thread else "heard"
    return "reply" if one.kind == "mention" and one.is_reply else one.kind
